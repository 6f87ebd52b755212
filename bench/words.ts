// The words a bench or a script may be started with. A word that is not known ends it at once with the usage and 2: a wrong figure, or a file that was
// written by accident, costs more than a word typed anew.

/** `name`: of the npm script or file; `words`: each as in `--json`, `--only=…` (any value), `N` (a whole number), `N,N…` or `NAME…`. Answers --help. */
export function knownWords(name: string, words: readonly string[]): void {
  const given = process.argv.slice(2);
  const usage = `Usage: npm run -s ${name}${words.length === 0 ? '' : ` -- ${words.map((word) => `[${word}]`).join(' ')}`}\n`;
  if (given.includes('--help') || given.includes('-h')) {
    process.stdout.write(usage);
    process.exit(0);
  }
  const stray = given.find((word) => !words.some((known) => fits(word, known)));
  if (stray === undefined) return;
  process.stderr.write(`"${stray}" is not known.\n${usage}`);
  process.exit(2);
}

function fits(word: string, known: string): boolean {
  if (known.startsWith('--')) return known.endsWith('=…') ? word.startsWith(known.slice(0, -1)) : word === known;
  if (known === 'N') return /^\d+$/.test(word);
  if (known === 'N,N…') return /^\d+(,\d+)+$/.test(word);
  return known === 'NAME…' && !word.startsWith('-');
}
