// How much a piece of text says, in bits, roughly: words of running text little, figures and mixtures of letters and figures much, dates nearly
// nothing. Two texts that share little share it by chance.

export interface Weight {
  bits: number;
  /** Of these, the bits of what is no plain word. */
  hard: number;
}

const STOP = new Set(
  `a an the and or of to in on at for from by with is are was were be been it its this that these those as not no yes if then else but so we you he she they i
  me my your our their his her them us do does did done has have had will would can could may might must shall should please thanks thank hello hi dear
  regards best all any some more most new now here there when where what which who how why out up down over under about into after before`.split(
    /\s+/,
  ),
);
const WORDS_OF_FORM = new Set(
  `http https www com org net name email mail phone id date time true false null value key type status title text body message user customer order
  total amount number note notes description created updated content application json xml html plain charset utf authorization bearer basic accept header
  headers typeerror valueerror keyerror syntaxerror referenceerror nameerror runtimeerror error errors exception traceback undefined none cannot read reading
  property properties function object array string index line column file module import export require class public private static void return const let
  async await select insert where join group order lorem ipsum dolor sit amet
  env node port ports host log logs level debug info warn warning production development staging image images restart volumes environment service services docker
  compose build request requests response retry many unauthorized forbidden found internal server gateway timeout unavailable`.split(/\s+/),
);
const WEEKDAYS = new Set(
  `monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonntag lundi mardi mercredi jeudi vendredi
  samedi dimanche lunes martes miércoles jueves viernes sábado domingo`.split(/\s+/),
);
const WEEKDAY_BITS = 3;
const DATE_LIKE =
  /\b(?:\d\d)?\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b(?!-)(?![T ]\d)|\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?|\b\d{1,2}[./]\d{1,2}[./]\d{4}\b|\b\d{1,2}:\d{2}(?::\d{2})?\b/g;
/** What letters begin and end with, whoever writes them. */
const COURTESY =
  /\b(?:(?:kind|best|warm|many)?(?:est)? ?(?:regards|wishes|greetings)|(?:many )?thanks(?: (?:so much|a lot|again|in advance))?(?: for (?:your|the|a|this|getting|reaching|taking|coming)?(?: (?:quick|great|good|kind))? ?(?:message|e-?mail|mail|meeting|call|chat|help|time|reply|note|update|feedback|patience|support|interest|back|out)?(?: (?:today|yesterday|earlier|this (?:morning|week)))?)?|thank you(?: (?:very much|so much|again))?(?: for (?:your|the) \p{L}{3,10})?|(?:i|we) (?:will|'ll) (?:send|come back|get back|be in touch|follow up)(?: (?:to )?(?:you|with you))?|let (?:me|us) know(?: (?:if|when|what)(?: (?:you|there|anything|this)){0,2}(?: (?:have|need|is|are|works?))?(?: (?:any|missing|questions?|unclear))*)?|look(?:ing)? forward to (?:hearing|seeing|meeting|talking)(?: (?:from|to|with))?(?: you)?|please find (?:attached|enclosed|below)|(?:i )?hope (?:this|you|all)(?: \p{L}{1,8}){1,5} (?:well|weekend|day|week|holidays?|break)|have a (?:nice|good|great) (?:day|weekend|evening)|(?:do not|don't|feel free to) (?:hesitate to )?(?:contact|reach out|ask)|mit freundlichen grüßen|viele grüße|cordialement|bien à vous|un saludo|cordiali saluti|met vriendelijke groet(?:en)?|com os melhores cumprimentos|next steps?)\b/giu;
/** Every machine calls itself so. */
const THIS_MACHINE = /\b(?:127\.0\.0\.1|0\.0\.0\.0|localhost)(?::\d{1,5})?\b/gi;
/** A quick no for most texts. */
const MAY_BE_COURTESY =
  /127\.0\.|0\.0\.0\.0|localhost|regards|wishes|greetings|thank|let (?:me|us) know|forward to|please find|hope (?:this|you|all)|have a|hesitate|feel free|(?:will|'ll) (?:send|come|get|be|follow)|grüßen|cordial|bien à|saludo|groet|cumprimentos|next step/i;
const DATE_BITS = 4;
/** Longest text that is weighed; what is longer says enough. */
const MAX_CHARS = 4096;

export function weigh(text: string): Weight {
  const plain = text.length <= MAX_CHARS && !MAY_BE_COURTESY.test(text) && weighPlain(text);
  return plain || weighAny(text);
}

/** The common case, character by character: nothing but ASCII, and no date. */
function weighPlain(text: string): Weight | false {
  let bits = 0;
  let hard = 0;
  let first: string | undefined;
  let seen: Set<string> | undefined;
  for (let at = 0; at < text.length; ) {
    const kind = kindOf(text.charCodeAt(at));
    if (kind === OTHER) return false;
    if (kind === MARK) {
      at++;
      continue;
    }
    const from = at;
    let ended = kind;
    while (ended === LETTER || ended === DIGIT) ended = ++at < text.length ? kindOf(text.charCodeAt(at)) : MARK;
    if (ended === OTHER || (isDateMark(text.charCodeAt(at)) && kindOf(text.charCodeAt(at - 1)) === DIGIT)) return false;
    const word = text.slice(from, at);
    const lower = word.toLowerCase();
    if (first === undefined) first = lower;
    else {
      seen ??= new Set([first]);
      if (seen.has(lower) && lower.length > 1) continue;
      seen.add(lower);
    }
    const own = wordBits(lower, word);
    bits += own.bits;
    hard += own.hard;
  }
  return { bits, hard };
}

/** Runs of letters and digits. */
export function countWords(text: string): number {
  let count = 0;
  let inside = false;
  for (let at = 0; at < text.length; at++) {
    const kind = kindOf(text.charCodeAt(at));
    if (kind === OTHER) return text.match(WORDS)?.length ?? 0;
    if (kind !== MARK && !inside) count++;
    inside = kind !== MARK;
  }
  return count;
}

/** Words that say little by themselves, but for those of what everybody writes. */
export function countSmall(text: string): number {
  const rest = text.length > MAX_CHARS ? text.slice(0, MAX_CHARS) : text;
  let count = 0;
  for (const word of (MAY_BE_COURTESY.test(rest) ? rest.replace(COURTESY, ' ') : rest).match(WORDS) ?? [])
    if (STOP.has(word.toLowerCase())) count++;
  return count;
}

const WORDS = /[\p{L}\p{N}]+/gu;
const MARK = 0;
const LETTER = 1;
const DIGIT = 2;
const OTHER = 3;

function kindOf(code: number): number {
  if (code >= 128) return OTHER;
  if (code >= 48 && code <= 57) return DIGIT;
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122) ? LETTER : MARK;
}

/** Stands behind the first figure of every date and time. */
function isDateMark(code: number): boolean {
  return (code >= 45 && code <= 47) || code === 58;
}

function weighAny(text: string): Weight {
  let hard = 0;
  let dates = 0;
  const rest = text
    .slice(0, MAX_CHARS)
    .replace(DATE_LIKE, () => {
      dates++;
      return ' ';
    })
    .replace(COURTESY, ' ')
    .replace(THIS_MACHINE, ' ');
  let bits = dates * DATE_BITS;
  const seen = new Set<string>();
  for (const word of rest.match(WORDS) ?? []) {
    const lower = word.toLowerCase();
    if (seen.has(lower) && lower.length > 1) continue;
    seen.add(lower);
    const own = wordBits(lower, word);
    bits += own.bits;
    hard += own.hard;
  }
  return { bits, hard };
}

function wordBits(lower: string, word: string): Weight {
  if (STOP.has(lower) || WORDS_OF_FORM.has(lower)) return { bits: 1, hard: 0 };
  if (WEEKDAYS.has(lower)) return { bits: WEEKDAY_BITS, hard: 0 };
  const digits = countDigits(lower);
  if (digits === lower.length) {
    if (digits < 2) return { bits: 3, hard: 1 };
    if (/^(?:19|20)\d\d(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))?$/.test(lower)) return { bits: 4, hard: 0 };
    const said = lower.replace(/0+$/, '').length;
    return { bits: 3.3 * Math.min(24, Math.max(1, said)), hard: 3.3 * Math.min(24, Math.max(1, said)) };
  }
  if (digits > 0) return { bits: 4.5 * Math.min(lower.length, 24), hard: 4.5 * Math.min(lower.length, 24) };
  if ((lower.length >= 18 && lower.charCodeAt(0) < 0x2e80) || isScrambled(word))
    return { bits: 4 * Math.min(lower.length, 32), hard: 4 * Math.min(lower.length, 32) };
  if (lower.charCodeAt(0) >= 0x2e80) return { bits: 6 * Math.min(lower.length, 40), hard: 0 };
  if (lower.length <= 3) return { bits: 2.5 * lower.length, hard: 0 };
  return { bits: 9, hard: 0 };
}

const VOWELS: readonly number[] = [...'aeiouy'].map((vowel) => vowel.charCodeAt(0));

/** Capitals all over a word, or hardly a vowel. */
function isScrambled(word: string): boolean {
  if (word.length < 6) return false;
  let changes = 0;
  let vowels = 0;
  for (let i = 0; i < word.length; i++) {
    const code = word.charCodeAt(i);
    if (kindOf(code) !== LETTER) return false;
    if (i > 0 && isCapital(word, i) !== isCapital(word, i - 1)) changes++;
    if (VOWELS.includes(code | 32)) vowels++;
  }
  return changes >= word.length * 0.45 || vowels * 6 < word.length;
}

function isCapital(word: string, at: number): boolean {
  const code = word.charCodeAt(at);
  return code >= 65 && code <= 90;
}

function countDigits(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) count++;
  }
  return count;
}
