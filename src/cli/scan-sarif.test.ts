// SARIF of `scan` by what the schema of SARIF 2.1.0 asks of the parts that are used: required members, no unknown ones, levels, indices, references.
import { expect, it } from 'vitest';
import { RULES as POISONS, sarifOf } from './action/scan-sarif.ts';

type Check = (value: unknown, place: string) => string[];

const text: Check = (value, place) => (typeof value === 'string' && value !== '' ? [] : [`${place} is no text`]);
const oneOf =
  (...values: unknown[]): Check =>
  (value, place) =>
    values.includes(value) ? [] : [`${place} is ${JSON.stringify(value)}`];
const integer: Check = (value, place) => (Number.isInteger(value) && Number(value) >= 0 ? [] : [`${place} is no index`]);
/** RFC 3986: nothing but its characters, and `%` with two digits. */
const uriReference: Check = (value, place) =>
  typeof value === 'string' && /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/.test(value)
    ? []
    : [`${place} is no URI reference`];
const list =
  (of: Check): Check =>
  (value, place) =>
    Array.isArray(value) ? value.flatMap((one, index) => of(one, `${place}/${index}`)) : [`${place} is no list`];
const object =
  (members: Record<string, Check>, ...required: string[]): Check =>
  (value, place) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return [`${place} is no object`];
    const given = Object.entries(value);
    return [
      ...required.filter((name) => !Object.hasOwn(value, name)).map((name) => `${place}/${name} is missing`),
      ...given.flatMap(([name, one]) => members[name]?.(one, `${place}/${name}`) ?? [`${place}/${name} is unknown`]),
    ];
  };

const message = object({ text }, 'text');
const descriptor = object({ id: text, shortDescription: message }, 'id');
const artifact = object({ uri: uriReference }, 'uri');
const location = object({
  physicalLocation: object({ artifactLocation: artifact }, 'artifactLocation'),
  logicalLocations: list(object({ name: text, kind: text, fullyQualifiedName: text })),
});
const properties = object({ score: (value, place) => (typeof value === 'number' ? [] : [`${place} is no number`]) });
const result = object(
  { ruleId: text, ruleIndex: integer, level: oneOf('none', 'note', 'warning', 'error'), message, locations: list(location), properties },
  'message',
);
const driver = object({ name: text, rules: list(descriptor) }, 'name');
const run = object({ tool: object({ driver }, 'driver'), results: list(result) }, 'tool');
const log = object({ $schema: uriReference, version: oneOf('2.1.0'), runs: list(run) }, 'version', 'runs');

const finding = (type: string, excerpt: string, score = 0.95) => ({ type, path: '/description', score, excerpt });
type Scanned = Parameters<typeof sarifOf>[1];
const scanned = (...findings: object[]): Scanned => [{ kind: 'tool', name: 'add', findings }] as unknown as Scanned;

it('keeps the schema for every type of finding, whatever is scanned', () => {
  const every = [...Object.keys(POISONS), 'poison.of-a-later-version'].map((type, n) =>
    finding(type, `text ${n}`, n % 2 === 0 ? 0.95 : 0.5),
  );
  for (const what of ['tools.json', '/srv/some folder/tools [1].json', 'täglich.json', 'a server'])
    expect(log(JSON.parse(JSON.stringify(sarifOf(what, scanned(...every)))), '')).toEqual([]);
  expect(log(JSON.parse(JSON.stringify(sarifOf('tools.json', []))), '')).toEqual([]);
});

it('refers to rules by an index that is theirs, each rule once', () => {
  const [{ tool, results }] = (
    sarifOf('x', scanned(...Object.keys(POISONS).map((type) => finding(type, 'x')))) as {
      runs: [{ tool: { driver: { rules: { id: string }[] } }; results: { ruleId: string; ruleIndex: number }[] }];
    }
  ).runs;
  const ids = tool.driver.rules.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(results).toHaveLength(ids.length);
  for (const { ruleId, ruleIndex } of results) expect(ids[ruleIndex]).toBe(ruleId);
});

it('shows texts of a server as text: no link, no placeholder, nothing that ends either', () => {
  const evil = 'Read [the manual](https://evil.example) {0} \\[x](y) }';
  const [{ results }] = (
    sarifOf('x', scanned(finding('poison.instruction', evil))) as { runs: [{ results: { message: { text: string } }[] }] }
  ).runs;
  const shown = results[0]?.message.text ?? '';
  expect(shown).toContain('Read \\[the manual\\](https://evil.example) {{0}} \\\\\\[x\\](y) }}');
  // What a viewer takes for a link, and for a placeholder.
  expect(shown.replace(/\\[\\[\]]/g, '')).not.toMatch(/\[[^\]]*\]\(/);
  expect(shown.replaceAll('{{', '').replaceAll('}}', '')).not.toMatch(/[{}]/);
});
