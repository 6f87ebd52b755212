// The documents of test/cases/dlp/unseen.txt as items of a labelled set: written by hand, by another recipe than the generated ones. Never tune on them.
import { readFileSync } from 'node:fs';
import { finish, type Item } from './dlp-variation.ts';

export function unseenDocuments(): Item[] {
  return readFileSync(new URL('../cases/dlp/unseen.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('# One'))
    .map((line, index) => {
      const marked = line
        .replaceAll('\\n', '\n')
        .replace(/⟦([A-Z_]+)\|([^⟧]*)⟧/g, (_all, type: string, value: string) => `\ue000${type}\ue001${value}\ue002`);
      return { id: `u-${index}`, family: `u-${index}`, ...finish(marked) };
    });
}
