// Does a definition of one server stand in the place of another server's? Names that look alike, descriptions that are copies, and texts that steer the
// model to or away from the other tool. Pure; the live catalogue is handed in.
import { type DefinitionFinding, excerptOf } from './finding.ts';
import { foldText } from './glyph.ts';
import { scoreText } from './score.ts';

export interface NamedDefinition {
  server: string;
  name: string;
  description: string;
}

/** Definitions of other servers that one is compared with. */
export const MAX_OTHERS = 5000;
/** Part of a description that is compared, words. */
const MAX_WORDS = 80;
/** Names shorter than this are alike by chance. */
const MIN_NAME_CHARS = 5;

const ADDED =
  /^(?:v?\d+|official|new|fast|faster|pro|plus|secure|safe|better|best|real|verified|my|the|super|ultra|enhanced|improved|original|trusted|x|ex|alt|lite|max|prime|turbo|next|beta|final|true|legit|certified|premium|smart|advanced|default|latest|proxy|wrapper)$/;
const STEERS =
  /\b(?:deprecated|obsolete|instead|in its place|replace[sd]?|supersede[sd]?|do not use|don't use|never use|rather than|unsafe|broken|retired|discontinued|no longer|forward|redirect|intercept|before (?:using|calling|each|any|every)|after (?:using|calling|each|every)|prefer|override[sn]?|mirror|same arguments|same data|through (?:this|us|our)|when(?:ever)? .{0,40}(?:is (?:used|called)|runs)|must be (?:called|set|used)|always (?:call|use|set|add|pass)|bcc|copy of|withdrawn|phased out|sunset|takes? (?:its|the|over)|taken over|successor|in place of|accompan(?:y|ied|ies)|when(?:ever)? (?:calling|using|invoking|you (?:call|use|invoke))|(?:every|each|any|all) (?:\S{1,60} )?(?:calls?|uses?|invocations?)\b|(?:set|put|append|include|copy|fill|change|replace|send) (?:the|its|all|your|this|in)\b.{0,40}\b(?:arguments?|parameters?|inputs?|fields?|values?|headers?)|full input|avoid|ignore|statt|veraltet|obsolète|au lieu|en lugar|obsoleto|em vez|invece|вместо|устарел)\b|代替|弃用|代わり|非推奨|대신/i;

/** The worst that the candidate does to any of the others; servers other than its own. */
export function checkShadowing(candidate: NamedDefinition, others: readonly NamedDefinition[]): DefinitionFinding[] {
  const findings: DefinitionFinding[] = [];
  for (const other of others.slice(0, MAX_OTHERS)) {
    if (other.server === candidate.server) continue;
    const finding = compare(candidate, other);
    if (finding !== undefined) findings.push(finding);
  }
  return findings.sort((one, two) => two.score - one.score).slice(0, 8);
}

/** 0 to 1; 0.5 and above counts. */
export function shadowScore(candidate: NamedDefinition, other: NamedDefinition): number {
  return candidate.server === other.server ? 0 : (compare(candidate, other)?.score ?? 0);
}

function compare(candidate: NamedDefinition, other: NamedDefinition): DefinitionFinding | undefined {
  const steering = steeringScore(candidate, other);
  const alike = nameAlikeness(candidate.name, other.name);
  const copied = alike >= 0.3 || candidate.description.length > 24 ? similarity(candidate.description, other.description) : 0;
  const said = `${other.server}/${other.name}`;
  if (steering >= 0.5)
    return {
      type: 'shadow.steering',
      path: '/description',
      score: steering,
      excerpt: excerptOf(`about ${said}: ${candidate.description}`),
    };
  // Look-alike letters are never chance; the same plain name on two servers is, unless the text is the same as well.
  const name = alike === 2 ? 0.98 : alike >= 0.8 ? 0.35 + 0.6 * copied : alike >= 0.3 ? 0.2 + 0.7 * copied : 0;
  if (name >= 0.5) return { type: 'shadow.name', path: '/name', score: Math.min(0.98, name), excerpt: excerptOf(`looks like ${said}`) };
  if (copied >= 0.8)
    return { type: 'shadow.description', path: '/description', score: Math.min(0.9, copied), excerpt: excerptOf(`describes ${said}`) };
  return undefined;
}

/** 2: the same to the eye, not the same letters. 1: the same but for case and separators. 0.8: a letter off. 0.5: words added or in other order. */
export function nameAlikeness(one: string, other: string): number {
  const [a, b] = [skeleton(one), skeleton(other)];
  if (a === b && one !== other && plain(one) !== plain(other)) return 2;
  if (a === b) return 1;
  if (a.length >= MIN_NAME_CHARS && Math.abs(a.length - b.length) <= 1 && isOneEditApart(a, b)) return 0.8;
  const [words, others] = [wordsOf(one), wordsOf(other)];
  if (words.join(' ') !== others.join(' ') && [...words].sort().join(' ') === [...others].sort().join(' ')) return 0.5;
  const added = words.filter((word) => !others.includes(word));
  const lost = others.filter((word) => !words.includes(word));
  if (lost.length === 0 && added.length > 0 && added.every((word) => ADDED.test(word))) return 0.6;
  if (added.length === 0 && lost.length > 0 && lost.every((word) => ADDED.test(word))) return 0.6;
  return a.length >= MIN_NAME_CHARS && (a.includes(b) || b.includes(a)) && Math.min(a.length, b.length) >= MIN_NAME_CHARS ? 0.3 : 0;
}

/** Without case, separators and what only looks like a letter. */
function skeleton(name: string): string {
  return foldText(name.slice(0, 128))
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replace(/[1l|]/g, 'i')
    .replaceAll('0', 'o');
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

function wordsOf(name: string): string[] {
  return foldText(name.slice(0, 128).replace(/([a-z0-9])([A-Z])/g, '$1_$2'))
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** One letter more, less, other, or two that changed places. */
function isOneEditApart(a: string, b: string): boolean {
  let from = 0;
  while (from < a.length && a[from] === b[from]) from++;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - from && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const [left, right] = [a.slice(from, a.length - tail), b.slice(from, b.length - tail)];
  return (
    Math.max(left.length, right.length) <= 1 || (left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0])
  );
}

/** Part of the words that both texts have, of the shorter one: a copy with a sentence added is a copy. */
function similarity(one: string, other: string): number {
  const [a, b] = [wordSet(one), wordSet(other)];
  if (a.size < 3 || b.size < 3) return one.trim() !== '' && one.trim().toLowerCase() === other.trim().toLowerCase() ? 1 : 0;
  let both = 0;
  for (const word of a) if (b.has(word)) both++;
  return both / Math.min(a.size, b.size) > 0.85 && Math.min(a.size, b.size) >= 6
    ? both / Math.min(a.size, b.size)
    : both / Math.max(a.size, b.size);
}

function wordSet(text: string): Set<string> {
  return new Set(
    foldText(text.slice(0, 2000))
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word.length > 1)
      .slice(0, MAX_WORDS),
  );
}

/** The text names the other tool and says what to do about it. */
function steeringScore(candidate: NamedDefinition, other: NamedDefinition): number {
  if (other.name.length < 4) return 0;
  const text = candidate.description.slice(0, 8000);
  const at = text.toLowerCase().indexOf(other.name.toLowerCase());
  if (at < 0) return 0;
  const after = text.charAt(at + other.name.length);
  if (/[\p{L}\p{N}_]/u.test(after) || /[\p{L}\p{N}_]/u.test(text.charAt(at - 1))) return 0;
  // A one-word name is a word like any other.
  const isWord = /^[a-z]+$/i.test(other.name);
  const around = text.slice(Math.max(0, at - 200), at + other.name.length + 200);
  if (!STEERS.test(around)) return 0.2;
  return isWord ? Math.min(0.45 + scoreText(around, 'definition').score / 2, 0.95) : Math.max(0.8, scoreText(around, 'definition').score);
}
