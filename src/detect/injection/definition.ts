// Is a definition poisoned? Exact checks for what is hidden, encoded or asks for what is not the tool's business, and the model for what is said. Walks the
// whole definition, deep schemas included; bounded, linear, never throws. What lies beyond the bounds is reported as unchecked.
import type { Json, JsonObject } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { dataOf } from '../data-uri.ts';
import { decodeRuns } from './encoded.ts';
import { type DefinitionFinding, excerptOf, type PoisonType } from './finding.ts';
import { foldText, isImitator } from './glyph.ts';
import { findHidden } from './hidden.ts';
import { linedRuns } from './lined.ts';
import { defaultScore, parameterScore } from './parameter.ts';
import { sawTurned } from './reading-state.ts';
import { type Place, scoreHidden, scoreText } from './score.ts';

/** Texts of one definition that are looked at, their length together, and levels. */
export const MAX_TEXTS = 4000;
export const MAX_TOTAL_CHARS = 1_048_576;
export const MAX_DEPTH = 48;
/** Findings of one definition that are kept. */
export const MAX_FINDINGS = 64;
/** Decoded text that reads like words counts from this score on; hiding is a sign by itself. */
const DECODED_POINT = 0.4;

/** Keys whose value a model reads as an example or a default. */
const VALUE_KEYS = new Set(['default', 'const', 'enum', 'examples', 'example', 'title', '$comment', 'pattern', 'format']);

interface Walk {
  findings: DefinitionFinding[];
  texts: number;
  chars: number;
  isCut: boolean;
}

/** Everything that counts against a definition of a tool, prompt or template, most telling first. */
export function checkDefinition(definition: JsonObject): DefinitionFinding[] {
  const walk: Walk = { findings: [], texts: 0, chars: 0, isCut: false };
  visit(definition, '', 'definition', 0, walk);
  if (walk.isCut) report(walk, 'poison.unchecked', '', 0.5, 'longer or deeper than is looked at');
  return walk.findings.sort((one, other) => other.score - one.score);
}

/** The score of a definition: that of its worst finding, or of its worst sentence when nothing counts. */
export function definitionScore(definition: JsonObject): number {
  const walk: Walk = { findings: [], texts: 0, chars: 0, isCut: false };
  let most = 0;
  visit(definition, '', 'definition', 0, walk, (score) => {
    most = Math.max(most, score);
  });
  for (const { score } of walk.findings) most = Math.max(most, score);
  return most;
}

function visit(value: Json, path: string, place: Place, depth: number, walk: Walk, hear?: (score: number) => void): void {
  if (typeof value === 'string') {
    lookAt(value, path, place, walk, hear);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (depth >= MAX_DEPTH) {
    walk.isCut = true;
    return;
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) visit(item, `${path}/${index}`, place, depth + 1, walk, hear);
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    if (walk.isCut) return;
    const at = `${path}/${key.slice(0, 128).replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (key === 'properties' && isObject(member)) lookAtParameters(member, at, walk);
    else lookAtKey(key, at, depth, walk);
    if (path === '' && key === 'name' && typeof member === 'string') lookAtName(member, at, walk);
    else if (key === 'icons' && path === '') lookAtIcons(member as Json, at, walk, hear);
    else visit(member as Json, at, placeOf(key, path, place), depth + 1, walk, hear);
    if (key === 'default' && typeof member === 'string') {
      const score = defaultScore(member);
      if (score > 0) report(walk, 'poison.default', at, score, member);
    }
  }
}

/** Pictures are left alone; one that is written in words (SVG) says what it says. */
function lookAtIcons(icons: Json, path: string, walk: Walk, hear?: (score: number) => void): void {
  if (!Array.isArray(icons)) {
    visit(icons, path, 'schema-value', 1, walk, hear);
    return;
  }
  for (const [index, icon] of icons.entries()) {
    const at = `${path}/${index}`;
    const data = isObject(icon) && typeof icon.src === 'string' ? dataOf(icon.src) : undefined;
    if (data === undefined) visit(icon as Json, at, 'schema-value', 2, walk, hear);
    else {
      if (data !== 'picture') lookAt(withoutPictures(data.text), `${at}/src`, 'schema-text', walk, hear);
      visit({ ...(icon as JsonObject), src: '' }, at, 'schema-value', 2, walk, hear);
    }
  }
}

/** Base64 by itself is a heap of short words by chance. */
function withoutPictures(text: string): string {
  return text.replace(PICTURE_INSIDE, (uri) => (dataOf(uri) === 'picture' ? '' : uri));
}

const PICTURE_INSIDE = /\bdata:image\/[a-z0-9.+-]{1,32};base64,[A-Za-z0-9+/=]{32,}/g;

function placeOf(key: string, path: string, place: Place): Place {
  if (path === '') return 'definition';
  if (VALUE_KEYS.has(key) || key.startsWith('x-')) return 'schema-value';
  return place === 'schema-value' ? place : 'schema-text';
}

function lookAtParameters(properties: JsonObject, path: string, walk: Walk): void {
  for (const name of Object.keys(properties)) {
    const score = parameterScore(name);
    if (score > 0) report(walk, 'poison.parameter', `${path}/${name.slice(0, 128)}`, score, name);
    lookAtKey(name, `${path}/${name.slice(0, 128)}`, 1, walk);
  }
}

/** Keys are read by the model too. */
function lookAtKey(key: string, path: string, depth: number, walk: Walk): void {
  if (depth === 0) return;
  if (findHidden(key).length > 0) report(walk, 'poison.hidden-character', path, 0.95, key);
  else if (key.length > MIN_SAYING_CHARS) lookAtWords(key, path, walk);
}

/** A long name is a sentence, whatever stands between its words. */
function lookAtWords(name: string, path: string, walk: Walk): void {
  const words = /\s/.test(name) ? name : name.replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2').replace(/[_.\-/:]+/g, ' ');
  if (words.includes(' ')) lookAt(words, path, 'schema-text', walk);
}

/** Shorter names say nothing but what they name. */
const MIN_SAYING_CHARS = 40;

/** A name made of letters of several alphabets, or that says what it steals. */
function lookAtName(name: string, path: string, walk: Walk): void {
  if (findHidden(name).length > 0) report(walk, 'poison.hidden-character', path, 0.95, name);
  else if (isMixedScript(name)) report(walk, 'poison.name', path, 0.95, name);
  else if (/(?:^|[_\W])(?:exfiltrat\w*|steal\w*|backdoor|keylog\w*|evil|malicious|hijack\w*|poison\w*|pwn\w*)(?:[_\W]|$)/i.test(name))
    report(walk, 'poison.name', path, 0.8, name);
  else if (name.length > MIN_SAYING_CHARS) lookAtWords(name, path, walk);
}

function lookAt(text: string, path: string, place: Place, walk: Walk, hear?: (score: number) => void): void {
  if (walk.texts >= MAX_TEXTS || walk.chars + text.length > MAX_TOTAL_CHARS) {
    walk.isCut = true;
    return;
  }
  walk.texts++;
  walk.chars += text.length;
  for (const { kind, start, end, says } of findHidden(text)) {
    const type: PoisonType =
      kind === 'text' ? 'poison.hidden-text' : kind === 'character' ? 'poison.hidden-character' : 'poison.terminal-code';
    report(
      walk,
      type,
      path,
      kind === 'character' ? 0.9 : 0.99,
      says !== undefined && says !== '' ? says : excerptOf(text, Math.max(0, start - 20), end + 20),
    );
  }
  const { start, end, score } = scoreText(text, place);
  for (const decoded of decodeRuns(text, sawTurned())) {
    const hidden = scoreHidden(decoded.text, 'disguised-definition');
    if (hidden >= DECODED_POINT) report(walk, 'poison.encoded', path, Math.max(0.6, hidden), decoded.text);
  }
  for (const lined of linedRuns(text)) {
    const said = scoreText(lined.text, place);
    if (said.score >= 0.5) report(walk, 'poison.instruction', path, said.score, excerptOf(lined.text, said.start, said.end));
  }
  const mixed = mixedWords(text);
  if (mixed >= 1) report(walk, 'poison.disguised', path, mixed >= 2 ? 0.95 : 0.7, text);
  hear?.(score);
  if (score >= 0.5) report(walk, 'poison.instruction', path, score, excerptOf(text, start, end));
}

/** Words that mix Latin letters with letters that look like them. */
function mixedWords(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything outside of ASCII
  if (!/[^\u0000-\u007f]/.test(text)) return 0;
  let count = 0;
  for (const [word] of text.matchAll(/[\p{L}]{3,64}/gu)) if (isMixedScript(word)) count++;
  return count;
}

function isMixedScript(word: string): boolean {
  let imitated = 0;
  let latin = 0;
  for (let index = 0; index < word.length; index++) {
    const unit = word.charCodeAt(index);
    if ((unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122)) latin++;
    else if (isImitator(unit)) imitated++;
  }
  return imitated > 0 && latin > 1 && /^[\x20-\x7e]+$/.test(foldText(word));
}

function report(walk: Walk, type: PoisonType, path: string, score: number, text: string): void {
  if (walk.findings.length < MAX_FINDINGS) walk.findings.push({ type, path, score, excerpt: excerptOf(text) });
}
