// A report on definitions as SARIF 2.1.0 (OASIS, March 2020): one result per finding, its place as a logical location. Pure.
// Never lets a text of a server be more than text: in a message brackets make links (§3.11.6) and braces placeholders (§3.11.5).
import type { Scanned } from './scan.ts';

/** By type of finding. */
export const RULES: Readonly<Record<string, string>> = {
  'poison.hidden-text': 'Text that is not seen, in tag characters or variation selectors',
  'poison.hidden-character': 'Characters that are not seen',
  'poison.terminal-code': 'Terminal control codes',
  'poison.encoded': 'Encoded text that reads like words',
  'poison.disguised': 'Letters that imitate others',
  'poison.instruction': 'Text that reads like instructions to the model',
  'poison.parameter': 'A parameter that asks for what is not the business of the tool',
  'poison.default': 'A default that runs something or names a secret',
  'poison.name': 'A name that imitates another or says what it steals',
  'poison.unchecked': 'More text than is looked at',
  'poison.change': 'A change that looks like an attack',
  'shadow.name': 'A name like that of a tool of another server',
  'shadow.description': 'A copy of the description of a tool of another server',
  'shadow.steering': 'Text that steers to or away from a tool of another server',
};

/** Findings from this score on are errors; the others are warnings. */
const ERROR_SCORE = 0.9;

export function sarifOf(what: string, scanned: readonly Scanned[]): object {
  const ids = Object.keys(RULES);
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'sallyport',
            rules: ids.map((id) => ({ id, shortDescription: { text: RULES[id] } })),
          },
        },
        results: scanned.flatMap(({ kind, name, findings }) =>
          (findings ?? []).map(({ type, path, score, excerpt }) => ({
            ruleId: type,
            ...(ids.includes(type) ? { ruleIndex: ids.indexOf(type) } : {}),
            level: score >= ERROR_SCORE ? 'error' : 'warning',
            message: { text: messageText(`${RULES[type] ?? type}: ${excerpt}`) },
            locations: [
              {
                physicalLocation: { artifactLocation: { uri: encodeURI(what.toWellFormed()).replace(/[?#]/g, encodeURIComponent) } },
                logicalLocations: [{ name, kind: 'member', fullyQualifiedName: `${kind}/${name}${path}` }],
              },
            ],
            properties: { score },
          })),
        ),
      },
    ],
  };
}

function messageText(text: string): string {
  return text.replace(/[\\[\]]/g, '\\$&').replace(/[{}]/g, '$&$&');
}
