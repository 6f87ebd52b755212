// The definitions and results of test/cases/injection/unseen-*.txt, as the labelled sets have them. They judge how the detectors do on wording that nobody
// trained on: never tune on them, and never quote them in the training grammar.
import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../src/lib/json.ts';

export interface Unseen {
  isAttack: boolean;
  definition?: JsonObject;
  text?: string;
}

const read = (name: string): string[] =>
  readFileSync(new URL(`../cases/injection/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .slice(1);

export function unseenDefinitions(): Unseen[] {
  return read('unseen-definition.txt')
    .join('\n')
    .split(/\n\s*\n/)
    .filter((block) => /^[+-] /.test(block.trimStart()))
    .map((block) => {
      const [head = '', description = '', ...parameters] = block.trim().split('\n');
      const properties = Object.fromEntries(
        parameters.map((line) => [line.slice(0, line.indexOf(':')), { type: 'string', description: line.slice(line.indexOf(':') + 2) }]),
      );
      return {
        isAttack: head.startsWith('+'),
        definition: { name: head.slice(2), description, inputSchema: { type: 'object', properties } },
      };
    });
}

export function unseenResults(): Unseen[] {
  return read('unseen-result.txt')
    .filter((line) => /^[+-] /.test(line))
    .map((line) => ({ isAttack: line.startsWith('+'), text: line.slice(2).replaceAll('\\n', '\n') }));
}
