// Texts that four writers wrote by hand, each alone and without a look at this project's code, at the grammar or at each other: attacks and hard honest
// texts. What a model trained on three of them finds of the fourth tells what it finds of people whom nobody knows.
import { readFileSync } from 'node:fs';
import type { Example } from './corpus.ts';
import { seeded } from './grammar.ts';

export const WRITERS = ['ash', 'birch', 'cedar', 'elm'] as const;
export type Writer = (typeof WRITERS)[number];

interface Written {
  kind: 'definition' | 'result';
  attack: boolean;
  tool?: { description?: string; parameters?: Record<string, string> };
  text?: string;
}

/** How often a text of a writer is shown beside the thousands of the grammar. */
export interface Shown {
  attack: number;
  honest: number;
}

export function readWritten(kind: Written['kind'], writers: readonly Writer[] = WRITERS): Example[] {
  return writers.flatMap((writer) =>
    readFileSync(new URL(`./written/${writer}.jsonl`, import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Written)
      .filter((one) => one.kind === kind)
      .map((one) => exampleOf(one, writer)),
  );
}

function exampleOf({ attack, tool, text }: Written, family: Writer): Example {
  const more = Object.values(tool?.parameters ?? {}).map((description) => ({ text: description, places: ['schema-text' as const] }));
  return { text: text ?? tool?.description ?? '', positive: attack, family, places: [], more };
}

/** Written texts among others, as often as is said, in an order of its own. */
export function withWritten(examples: readonly Example[], written: readonly Example[], shown: Shown, seed: number): Example[] {
  const random = seeded(seed);
  const all = [...examples, ...written.flatMap((one) => Array.from({ length: one.positive ? shown.attack : shown.honest }, () => one))];
  for (let at = all.length - 1; at > 0; at--) {
    const other = Math.floor(random.next() * (at + 1));
    [all[at], all[other]] = [all[other] as Example, all[at] as Example];
  }
  return all;
}
