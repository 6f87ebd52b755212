// Characters that a person does not see and a model reads: tags, variation selectors, zero-width and direction marks, terminal codes. Exact, linear.
// Emoji, flags, and scripts that need joiners keep theirs.

export interface HiddenRun {
  kind: 'text' | 'character' | 'terminal' | 'terminal-hide';
  start: number;
  end: number;
  /** What a run of tags or selectors says. */
  says: string | undefined;
}

/** Runs that say and hide nothing, such as colours, that are reported of one text; they take no room from those that do. */
export const MAX_RUNS = 32;
/** Characters of a hidden run that are decoded. */
const MAX_SAYS_CHARS = 2048;
/** Selectors after each other that carry bytes; one alone picks the form of the character before it. */
const MIN_SELECTORS = 3;

const ANY =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: every unit is looked for by itself
  /[\u001b\u009b\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\udb40]|\\(?:u001b|x1b|033|e)\[/g;
const ESCAPED = /^\\(?:u001b|x1b|033|e)\[[0-9;]*[A-Za-z]/i;

export function findHidden(text: string): HiddenRun[] {
  const runs: HiddenRun[] = [];
  ANY.lastIndex = 0;
  let plain = 0;
  for (let match = ANY.exec(text); match; match = ANY.exec(text)) {
    const run = runAt(text, match.index);
    ANY.lastIndex = Math.max(run.end, match.index + 1);
    const isTelling = run.kind === 'text' || run.kind === 'terminal-hide';
    if (isTelling || (run.kind !== undefined && plain++ < MAX_RUNS)) runs.push(run as HiddenRun);
  }
  return runs;
}

function runAt(text: string, start: number): Omit<HiddenRun, 'kind'> & { kind: HiddenRun['kind'] | undefined } {
  const unit = text.charCodeAt(start);
  if (unit === 0x1b || unit === 0x9b || unit === 92) return terminal(text, start);
  if (unit === 0xdb40) return tags(text, start);
  let end = start;
  while (end < text.length && isMark(text.charCodeAt(end))) end++;
  return { kind: isOrdinary(text, start, end) ? undefined : 'character', start, end, says: undefined };
}

function isMark(unit: number): boolean {
  return (
    (unit >= 0x200b && unit <= 0x200f) ||
    (unit >= 0x202a && unit <= 0x202e) ||
    (unit >= 0x2060 && unit <= 0x206f) ||
    (unit >= 0xfe00 && unit <= 0xfe0f) ||
    unit === 0xad ||
    unit === 0x34f ||
    unit === 0x61c ||
    unit === 0x115f ||
    unit === 0x1160 ||
    unit === 0x17b4 ||
    unit === 0x17b5 ||
    (unit >= 0x180b && unit <= 0x180e) ||
    unit === 0x3164 ||
    unit === 0xfeff ||
    unit === 0xffa0
  );
}

/** Marks where writing needs them: joiners and selectors next to emoji and joined scripts, a mark at the very start, direction in right-to-left text. */
function isOrdinary(text: string, start: number, end: number): boolean {
  const before = start > 0 ? text.charCodeAt(start - 1) : 0;
  const after = end < text.length ? text.charCodeAt(end) : 0;
  const first = text.charCodeAt(start);
  if (start === 0 && first === 0xfeff) return true;
  if (end - start > 2) return false;
  if (first === 0xad) return before > 0x7f || after > 0x7f || isLetter(before);
  if (first >= 0xfe00 && first <= 0xfe0f) return !isLetter(before) && before !== 32;
  if (first === 0x200c || first === 0x200d) return before >= 0x590 && (after >= 0x590 || after === 0 || after === 32);
  if (first === 0x200e || first === 0x200f || first === 0x61c || (first >= 0x2066 && first <= 0x2069)) return hasRightToLeft(text, start);
  return false;
}

function isLetter(unit: number): boolean {
  return (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122);
}

function hasRightToLeft(text: string, at: number): boolean {
  return /[\u0590-\u08ff]/.test(text.slice(Math.max(0, at - 64), at + 64));
}

function tags(text: string, start: number): Omit<HiddenRun, 'kind'> & { kind: HiddenRun['kind'] | undefined } {
  let end = start;
  let says = '';
  let selectors = 0;
  while (end + 1 < text.length && text.charCodeAt(end) === 0xdb40) {
    const low = text.charCodeAt(end + 1) - 0xdc00;
    if (says.length < MAX_SAYS_CHARS) {
      if (low >= 0x20 && low < 0x7f) says += String.fromCharCode(low);
      else if (low >= 0x100 && low <= 0x1ef) {
        says += String.fromCharCode(low - 0x100 + 16);
        selectors++;
      }
    }
    end += 2;
  }
  const isFlag = start >= 2 && text.charCodeAt(start - 2) === 0xd83c && text.charCodeAt(start - 1) === 0xdff4 && end - start <= 16;
  const isForm =
    selectors > 0 && selectors < MIN_SELECTORS && end - start === selectors * 2 && start > 0 && !isLetter(text.charCodeAt(start - 1));
  return { kind: isFlag || isForm ? undefined : 'text', start, end: Math.max(end, start + 1), says };
}

/** Colours are ordinary in results; what hides, moves the cursor over what was written, or talks to the clipboard is not. */
function terminal(text: string, start: number): Omit<HiddenRun, 'kind'> & { kind: HiddenRun['kind'] | undefined } {
  const written = ESCAPED.exec(text.slice(start, start + 40))?.[0];
  if (text.charCodeAt(start) === 92 && written === undefined) return { kind: undefined, start, end: start + 1, says: undefined };
  const head = written ?? text.slice(start, start + 40);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
  const code = /^(?:\\[^[]{1,5}\[|\u001b\[|\u009b)([0-9;]*)([A-Za-z])/i.exec(head);
  const hides =
    code === null ? /^.\]52;/.test(head) : code[2] === 'm' && /(?:^|;)8(?:;|$)|(?:^|;)30;40|(?:^|;)37;47/.test(code[1] as string);
  return { kind: hides ? 'terminal-hide' : 'terminal', start, end: start + (code?.[0].length ?? 1), says: undefined };
}
