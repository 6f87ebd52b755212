// Object files: what parses, where errors point, what is bounded.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportObjects } from './document-text.ts';
import type { StoredObject } from './kinds.ts';
import { formatObjectError, parseObjects } from './parse.ts';
import { MAX_DOCUMENTS, MAX_SOURCE_BYTES, MAX_SOURCE_DEPTH } from './yaml-source.ts';

const errorsOf = (text: string) => parseObjects(text, 'f.yaml').errors.map(formatObjectError);

describe('parseObjects', () => {
  it('reads several documents, JSON too, and a list of objects', () => {
    const yaml = 'kind: agent\nmetadata: {name: a}\nspec: {}\n---\n---\nkind: agent\nmetadata: {name: b}\nspec: {owner: me}\n';
    expect(parseObjects(yaml, 'f').objects.map((o) => o.object.metadata.name)).toEqual(['a', 'b']);
    const json = '[{"kind":"agent","metadata":{"name":"a"},"spec":{}},{"kind":"agent","metadata":{"name":"b"},"spec":{}}]';
    expect(parseObjects(json, 'f').objects).toHaveLength(2);
    expect(parseObjects('# nothing\n', 'f')).toEqual({ objects: [], errors: [] });
  });

  it('fills in defaults and keeps a given revision', () => {
    const { objects } = parseObjects('kind: agent\nmetadata: {name: a}\nspec: {}\nrevision: 7\n', 'f');
    expect(objects[0]?.object).toEqual({
      kind: 'agent',
      metadata: { name: 'a' },
      spec: { credentialMode: 'service', disabled: false },
      revision: 7,
    });
  });

  it.each([
    ['kind: agnet\nmetadata: {name: a}\nspec: {}', 'f.yaml:1:7: unknown kind "agnet". Did you mean "agent"?'],
    ['kind: agent\nmetdata: {name: a}\nspec: {}', 'f.yaml:2:1: unknown key "metdata". Did you mean "metadata"?'],
    ['kind: agent\nmetadata: {name: a}\nspec:\n  onwer: me', 'f.yaml:4:3: unknown key "onwer" in spec. Did you mean "owner"?'],
    ['kind: agent\nmetadata: {name: A b}\nspec: {}', 'f.yaml:2:18: metadata.name: "A b" is no name: write lower-case letters'],
    ['kind: server\nmetadata: {name: s}\nspec: {transport: htpt}', 'f.yaml:3:19: spec.transport: must be one of http, sse, stdio'],
    ['kind: server\nmetadata: {name: s}\nspec: {transport: http}', 'f.yaml:3:7: spec.url: an http server needs a url'],
    [
      'kind: freeze\nmetadata: {name: f}\nspec:\n  scope: {agnet: a}\n  reason: x',
      'f.yaml:4:11: unknown key "agnet" in spec.scope. Did you mean "agent"?',
    ],
    [
      'kind: server\nmetadata: {name: s}\nspec:\n  transport: http\n  url: http://x\n  headers:\n    X-Key: {secert: k}',
      'f.yaml:7:13: unknown key "secert" in spec.headers.X-Key. Did you mean "secret"?',
    ],
    ['kind: server\nmetadata: {name: s}\nspec:\n  transport: http\n  url: http://x\n  headers: {Host: evil}', 'spec.headers'],
    ['kind: agent\nmetadata: {name: a}\nspec: {owner: a, owner: b}', 'f.yaml:3:18: the key "owner" appears twice'],
    ['kind: agent\nmetadata: &m {name: a}\nspec: *m', 'f.yaml:3:7: alias *m: aliases are not supported'],
    ['kind: agent\nmetadata: {name: a}\nspec: {<<: {owner: a}}', 'merge keys'],
    ['kind: agent\nmetadata: {name: a}\nspec: !!js/function x', 'f.yaml:3:7'],
    ['kind: agent\nmetadata: {name: a, __proto__: {x: 1}}\nspec: {}', '"__proto__" is not allowed'],
    [
      'kind: agent\nmetadata: {name: a}\nspec: {}\n---\nkind: agent\nmetadata: {name: a}\nspec: {}',
      'f.yaml:5:1: agent/a is already defined at line 1',
    ],
    ['kind: agent\nmetadata: [', 'f.yaml:'],
    ['just text', 'f.yaml:1:1: expected an object'],
    ['kind: secret\nmetadata: {name: s}\nspec: {value: a, valueFrom: {env: B}}', 'exactly one of value and valueFrom'],
    ['kind: agent\nmetadata: {name: a}\nspec: {}\nrevision: -1', 'revision must be a whole number'],
  ])('%j', (text, expected) => {
    expect(errorsOf(text).join('\n')).toContain(expected);
    expect(parseObjects(text, 'f.yaml').objects).toEqual([]);
  });

  it('refuses what is too large, too deep or too many, without failing', () => {
    expect(errorsOf(`# ${'x'.repeat(MAX_SOURCE_BYTES)}`)[0]).toContain('larger than');
    const nested = (depth: number) => `kind: agent\nmetadata: {name: a}\nspec: ${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(errorsOf(nested(MAX_SOURCE_DEPTH)).join()).toContain('nested deeper');
    expect(errorsOf(nested(200_000)).join()).toContain('nested deeper');
    expect(errorsOf('a: 1\n---\n'.repeat(MAX_DOCUMENTS + 1)).join()).toContain(`more than ${MAX_DOCUMENTS} documents`);
  });

  it('stays quick with many keys in one map', () => {
    const labels = Array.from({ length: 60_000 }, (_, i) => `  k${i}: v`).join('\n');
    expect(parseObjects(`kind: agent\nmetadata: {name: a}\nspec:\n${labels}`, 'f').errors.length).toBeGreaterThan(0);
  });

  it('never throws on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => void parseObjects(text, 'f')),
      { numRuns: 500 },
    );
    const piece = fc.constantFrom(
      'kind: agent\n',
      'spec:',
      ' {',
      '}',
      '[',
      ']',
      '- ',
      '\n',
      '---\n',
      '&a ',
      '*a',
      '!!x ',
      '"',
      "'",
      '|\n',
      '\t',
      ':',
      '\u0000',
      '%YAML 1.1\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (parts) => void parseObjects(parts.join(''), 'f')),
      { numRuns: 1_000 },
    );
  });

  it('reads back exactly what export writes', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((s) => s.isWellFormed());
    fc.assert(
      fc.property(
        text,
        fc.dictionary(
          fc.string({ maxLength: 20 }).filter((k) => k !== '__proto__' && k !== '<<'),
          text,
          { maxKeys: 5 },
        ),
        (title, labels) => {
          const object = {
            kind: 'agent',
            metadata: { name: 'a', title, labels },
            spec: { owner: title, credentialMode: 'user', disabled: true },
          } as StoredObject;
          const { objects, errors } = parseObjects(exportObjects([object]), 'f');
          expect(errors).toEqual([]);
          expect(objects[0]?.object).toEqual(object);
        },
      ),
      { numRuns: 300 },
    );
  });
});
