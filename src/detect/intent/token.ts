// Words of names and sentences: splitting, and the base form of an English verb. Linear time; bounded output.
// Never decides anything: what a word means stands in the lexicon.

/** Words taken from one name. */
export const MAX_NAME_WORDS = 24;
/** Words taken from one sentence. */
export const MAX_SENTENCE_WORDS = 60;

/** `getUserByID`, `get-user_by.id`, `users/get` → lower-case words. */
export function nameWords(name: string): string[] {
  const spaced = name
    .slice(0, 256)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase();
  const words: string[] = [];
  for (const word of spaced.split(/[^a-z0-9]+/)) {
    if (word === '') continue;
    words.push(word);
    if (words.length >= MAX_NAME_WORDS) break;
  }
  return words;
}

/** Lower-case words of running text, apostrophes and hyphens kept inside. */
export function sentenceWords(text: string): string[] {
  return (text.toLowerCase().match(/[a-z0-9][a-z0-9'’-]*/g) ?? []).slice(0, MAX_SENTENCE_WORDS);
}

/** Base forms an English verb form may have, likeliest first: `creates` → create, `running` → run, `copies` → copy. Participles in -ed are none. */
export function baseForms(word: string): string[] {
  const forms = [word];
  if (word.length > 4 && word.endsWith('ies')) forms.push(`${word.slice(0, -3)}y`);
  if (word.length > 3 && word.endsWith('s') && !word.endsWith('ss')) {
    forms.push(word.slice(0, -1));
    if (word.endsWith('es')) forms.push(word.slice(0, -2));
  }
  if (word.length > 5 && word.endsWith('ing')) {
    const stem = word.slice(0, -3);
    forms.push(stem, `${stem}e`);
    if (stem.length > 2 && stem.at(-1) === stem.at(-2)) forms.push(stem.slice(0, -1));
  }
  return forms;
}

/** Singular of a noun, roughly: enough for looking words up. */
export function singular(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.length > 4 && /(?:ss|sh|ch|x)es$/.test(word)) return word.slice(0, -2);
  return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') && !word.endsWith('us') ? word.slice(0, -1) : word;
}
