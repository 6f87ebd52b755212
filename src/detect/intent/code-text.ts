// Splits program text into what runs and what is only said: comments go, plain strings are emptied. One pass, linear time.
// Strings that hold code (f-strings, template literals) stay as they are: hiding too little is safe, hiding too much is not.

export interface CodeText {
  /** Without comments. */
  code: string;
  /** Without comments, and with empty strings. */
  bare: string;
}

interface Scan {
  readonly text: string;
  readonly slashes: boolean;
  readonly hashes: boolean;
  at: number;
  code: string[];
  bare: string[];
}

/** Runs of white space become one: no pattern has to cross a long one. */
export function codeText(text: string, language: 'python' | 'javascript' | 'other'): CodeText {
  const short = text.replace(/\s+/g, (run) => (run.includes('\n') ? '\n' : ' '));
  const scan: Scan = { text: short, slashes: language !== 'python', hashes: language !== 'javascript', at: 0, code: [], bare: [] };
  while (scan.at < short.length) step(scan, language === 'javascript');
  return { code: scan.code.join(''), bare: scan.bare.join('') };
}

function step(scan: Scan, regexes: boolean): void {
  const { text, at } = scan;
  const char = text[at] as string;
  const next = text[at + 1];
  if (scan.hashes && char === '#' && next !== '{') skipLine(scan);
  else if (scan.slashes && char === '/' && next === '/' && text[at - 1] !== ':') skipLine(scan);
  else if (scan.slashes && char === '/' && next === '*') {
    const end = text.indexOf('*/', at + 2);
    scan.at = end < 0 ? text.length : end + 2;
    both(scan, ' ');
  } else if (char === '"' || char === "'") string(scan, char);
  else if (regexes && char === '/' && opensRegex(scan)) regex(scan);
  else {
    scan.at++;
    both(scan, char);
  }
}

function both(scan: Scan, text: string): void {
  // Lines of comments leave nothing, not even empty lines.
  if (text === '\n' && scan.bare.at(-1) === '\n') return;
  scan.code.push(text);
  scan.bare.push(text);
}

function skipLine(scan: Scan): void {
  const end = scan.text.indexOf('\n', scan.at);
  scan.at = end < 0 ? scan.text.length : end;
}

function string(scan: Scan, quote: string): void {
  const { text } = scan;
  const from = scan.at;
  const triple = text.startsWith(quote.repeat(3), from) ? quote.repeat(3) : undefined;
  const end = triple ? text.indexOf(triple, from + 3) : endOfString(text, from + 1, quote);
  if (end < 0) {
    restOfLine(scan);
    return;
  }
  const to = end + (triple ? 3 : 1);
  const whole = text.slice(from, to);
  scan.code.push(whole);
  scan.bare.push(/[fF]/.test(text[from - 1] ?? '') || /[fF][rRbB]$/.test(text.slice(Math.max(0, from - 2), from)) ? whole : quote + quote);
  scan.at = to;
}

function endOfString(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === quote) return at;
    else if (char === '\n') return -1;
  }
  return -1;
}

/** A slash where a value is expected opens a regular expression. */
function opensRegex(scan: Scan): boolean {
  for (let back = scan.bare.length - 1; back >= 0; back--) {
    const char = scan.bare[back]?.at(-1) ?? '';
    if (char === ' ') continue;
    return /[(,=:[!&|?{};+*%<>~^\n-]/.test(char);
  }
  return true;
}

function regex(scan: Scan): void {
  const { text } = scan;
  let inClass = false;
  for (let at = scan.at + 1; at < text.length && text[at] !== '\n'; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '/' && !inClass) {
      scan.code.push(text.slice(scan.at, at + 1));
      scan.bare.push('/x/');
      scan.at = at + 1;
      return;
    }
  }
  restOfLine(scan);
}

/** Not closed on its line: no string and no expression. What follows is taken for code, once. */
function restOfLine(scan: Scan): void {
  const from = scan.at;
  skipLine(scan);
  both(scan, scan.text.slice(from, scan.at));
}
