// Orders that no honest text gives the model that reads it, as what meets in one sentence, whatever its language: drop your rules, give them away, put
// this into your answer, send this there. They count beside the trained model, which weighs what is less plain. Linear; scratch space is reused.
import { CONCEPT_COUNT, type Concept, conceptIndex } from './concept.ts';
import { C, MAX_SENTENCE_WORDS, type Reading } from './reading-state.ts';

/** A sentence that holds `n` of these orders is this far above the operating point, log odds. */
const FIRST_ORDER = 2.2;
const NEXT_ORDER = 0.5;

/** The sentence in which a concept was last seen. */
const seen = new Int32Array(CONCEPT_COUNT);
let now = 0;
let hits: Uint8Array = new Uint8Array(0);
let places: Uint8Array = new Uint8Array(0);
let from = 0;
let to = 0;
let floors = new Float32Array(256);

/** Of every sentence, how far above the operating point its orders put it; minus infinity for most. Valid until the next call. */
export function orderFloors(reading: Reading, isResult: boolean): Float32Array {
  if (floors.length < reading.count) floors = new Float32Array(reading.count * 2);
  const orders = isResult ? RESULT_ORDERS : DEFINITION_ORDERS;
  ({ hits, places } = reading);
  for (let sentence = 0; sentence < reading.count; sentence++) {
    from = reading.hitFrom[sentence] as number;
    to = reading.hitFrom[sentence + 1] as number;
    floors[sentence] = floorOf(orders);
    if (sentence > 0 && goesOn(reading, sentence)) raise(reading, sentence, orders);
  }
  return floors;
}

function floorOf(orders: readonly (() => boolean)[]): number {
  if (to - from < 2) return Number.NEGATIVE_INFINITY;
  newSentence();
  for (let at = from; at < to; at++) seen[hits[at] as number] = now;
  let count = 0;
  for (const order of orders) if (order()) count++;
  return count > 0 ? FIRST_ORDER + NEXT_ORDER * (count - 1) : Number.NEGATIVE_INFINITY;
}

const HALF = MAX_SENTENCE_WORDS / 2;

/** Was the sentence before it cut, only because it is long? */
function goesOn({ wordFrom, words }: Reading, sentence: number): boolean {
  const before = sentence - 1;
  const length = words[before] as number;
  return length >= MAX_SENTENCE_WORDS && (wordFrom[before] as number) + length === wordFrom[sentence];
}

/** An order that is cut in two stands in both halves: as one sentence from the middle of the one to the middle of the other. */
function raise({ hitFrom, words }: Reading, sentence: number, orders: readonly (() => boolean)[]): void {
  const length = words[sentence - 1] as number;
  const [first, seam, last] = [hitFrom[sentence - 1], hitFrom[sentence], hitFrom[sentence + 1]] as [number, number, number];
  for (from = first; from < seam && (places[from] as number) < length - HALF; ) from++;
  for (to = seam; to < last && (places[to] as number) < HALF; ) to++;
  if (from === seam || to === seam) return;
  for (let at = seam; at < to; at++) places[at] = (places[at] as number) + length;
  const floor = floorOf(orders);
  for (let at = seam; at < to; at++) places[at] = (places[at] as number) - length;
  floors[sentence - 1] = Math.max(floor, floors[sentence - 1] as number);
  floors[sentence] = Math.max(floor, floors[sentence] as number);
}

function newSentence(): void {
  if (++now < 0x7fffffff) return;
  seen.fill(0);
  now = 1;
}

function has(concept: number): boolean {
  return seen[concept] === now;
}

function any(concepts: readonly number[]): boolean {
  for (const concept of concepts) if (seen[concept] === now) return true;
  return false;
}

/** One of the first, and one of the second at most so many words later. */
function near(first: readonly number[], second: readonly number[], words: number): boolean {
  if (!any(first) || !any(second)) return false;
  for (let at = from; at < to; at++) {
    if (!first.includes(hits[at] as number)) continue;
    for (let next = at + 1; next < to && (places[next] as number) - (places[at] as number) <= words; next++)
      if (second.includes(hits[next] as number)) return true;
  }
  return false;
}

/** Neither quoted nor told of. */
function isMeant(): boolean {
  return !has(C.quoted) && !has(C['about-attack']);
}

function isOrder(): boolean {
  return has(C.imperative) && isMeant();
}

const of = (...concepts: Concept[]): readonly number[] => concepts.map(conceptIndex);
const IGNORE = of('ignore');
const INSTRUCTION = of('instruction');
const RULES = of('instruction', 'prior');
const WHOSE = of('prior', 'your', 'all', 'system');
const TELLING = of('show', 'tell', 'leak', 'send', 'say');
const SHOWING = of('show', 'tell', 'leak');
const INNER = of('instruction', 'system');
const YOUR = of('your');
const ANSWER = of('answer');
const EDITING = of('include', 'change', 'delete', 'task-verb', 'create', 'decode', 'say');
const PUTTING = of('include', 'say');
const NOT = of('not');
const LIMITS = of('safety', 'instruction');
const OUT = of('send', 'leak', 'include');
const LEAVING = of('send', 'leak');
const TAKING = of('send', 'leak', 'include', 'read');
const ADDRESS = of('address');
const TARGET = of('address', 'url');
const MUCH = of('all', 'always', 'secret', 'private', 'first');
const DOING = of('send', 'leak', 'include', 'show', 'ignore', 'call', 'delete', 'pay', 'grant', 'change', 'say', 'obey', 'read', 'visit');
const MODEL = of('model');
const YOU = of('you');
const USER = of('user', 'model');
const CONCEAL = of('conceal');
const TOOL = of('tool');
const SUPERLATIVE = of('superlative');
const OBEY = of('obey');
const SAID = of('instruction', 'say');
const NOW_OBEY_ALL = of('now', 'obey', 'all');
const URL_ADDRESS_SEND_SHELL = of('url', 'address', 'send', 'shell');
const SEND_INCLUDE_AND_MORE = of('send', 'include', 'leak', 'delete', 'read', 'secret', 'private', 'call');
const ALL_ALWAYS_MUST = of('all', 'always', 'must');
const OBEY_NOT_AND_MORE = of('obey', 'not', 'say', 'include', 'send');
const IMPERATIVE_GRANT_AND_MORE = of('imperative', 'grant', 'pay', 'send', 'obey');
const PAY_SEND_CHANGE = of('pay', 'send', 'change');
const NOT_ALL_DECODE_NOW = of('not', 'all', 'decode', 'now');
const ONE_ALL = of('all');
const READ_SEND_INCLUDE = of('read', 'send', 'include');
const LABEL_FIRST_AND_MORE = of('label', 'first', 'always', 'must', 'tool', 'secret');
const ALL_INSTEAD_ALWAYS_FIRST = of('all', 'instead', 'always', 'first');
const OTHER = of('other');
const EACH = of('all', 'when', 'always');
const COPIED = of('all', 'tool', 'address', 'url');
const PLACE = of('tool', 'identifier', 'address', 'url');
const CALL = of('call');
const TOOL_OR_OTHER = of('tool', 'other');
const BAD = of('safety', 'reason', 'ignore', 'disable');
const SECRET = of('secret');
const NEW = of('new');
const TASK = of('task', 'instruction');
const WHO = of('your', 'you', 'label', 'marker', 'voice');
const LOOSE = of('safety', 'permission', 'pretend');
const OFF = of('not', 'disable', 'pretend');
const SAY = of('say', 'show');
const ONLY = of('only');
const EVERY = of('all', 'scope', 'always');
const MOVING = of('send', 'pay', 'visit', 'leak', 'grant');
const GOAL = of('address', 'url', 'account', 'money');
const REFUSE = of('refuse');
const INSTEAD = of('instead');
/** "In place of". */
const IN_PLACE = of('include');
const OFF_SWITCH = of('disable');
const GUARD = of('safety');

function dropsRules(): boolean {
  return isOrder() && near(IGNORE, INSTRUCTION, 5) && any(WHOSE);
}

function givesNewTask(): boolean {
  return isMeant() && !has(C.me) && near(WHO, NEW, 2) && near(NEW, TASK, 2) && (has(C.imperative) || any(SAY));
}

function switchesMode(): boolean {
  return isMeant() && has(C.you) && has(C.mode) && any(LOOSE) && any(OFF);
}

function looksOnlyAtThis(): boolean {
  return isOrder() && !has(C.me) && near(SAY, ONLY, 6) && (has(C.marker) || has(C.voice) || has(C.ignore) || has(C.scope));
}

function saysInEvery(): boolean {
  return isOrder() && !has(C.me) && near(EVERY, ANSWER, 2) && near(PUTTING, EVERY, 4) && !has(C.tool);
}

function movesByNote(): boolean {
  return isOrder() && has(C.label) && any(MOVING) && any(GOAL);
}

function mayNotRefuse(): boolean {
  return isMeant() && has(C.you) && near(NOT, REFUSE, 2) && any(DOING);
}

function dropsWhatWasSaid(): boolean {
  return isOrder() && !has(C.me) && near(IGNORE, RULES, 4);
}

function givesRulesAway(): boolean {
  return isOrder() && has(C.instruction) && (has(C.your) || has(C.system)) && any(SHOWING) && near(TELLING, INNER, 6);
}

function givesYoursAway(): boolean {
  return isOrder() && near(SHOWING, YOUR, 4) && near(YOUR, INNER, 3);
}

function isFree(): boolean {
  return isMeant() && has(C.you) && near(NOT, LIMITS, 3) && any(NOW_OBEY_ALL);
}

function editsAnswer(): boolean {
  return isOrder() && !has(C.me) && near(YOUR, ANSWER, 2) && near(EDITING, YOUR, 9);
}

function putsIntoAnswer(): boolean {
  return isOrder() && near(YOUR, ANSWER, 2) && near(PUTTING, ANSWER, 8);
}

function isMarked(): boolean {
  return has(C.marker) && has(C.imperative);
}

function sendsAway(): boolean {
  return isOrder() && near(OUT, ADDRESS, 8) && any(MUCH);
}

function servesAttacker(): boolean {
  return isMeant() && has(C.attacker) && any(URL_ADDRESS_SEND_SHELL);
}

function speaksAsAnother(): boolean {
  return isOrder() && has(C.voice) && any(DOING);
}

function ordersUnseen(): boolean {
  return (has(C['hidden-markup']) || has(C.comment)) && has(C.imperative) && (has(C.model) || has(C.agent));
}

function keepsFromUser(): boolean {
  return isMeant() && has(C.conceal) && has(C.user) && any(SEND_INCLUDE_AND_MORE);
}

function mustBeInAnswer(): boolean {
  return isMeant() && (has(C.must) || has(C.always)) && has(C.include) && has(C.answer) && (has(C.all) || has(C.your));
}

function fromNowOn(): boolean {
  return isMeant() && has(C.now) && has(C.you) && any(ALL_ALWAYS_MUST) && any(OBEY_NOT_AND_MORE);
}

function speaksToModel(): boolean {
  return has(C.me) && near(YOU, MODEL, 3);
}

function tellsModelWhen(): boolean {
  return isMeant() && has(C.model) && has(C.when) && any(IMPERATIVE_GRANT_AND_MORE);
}

function movesMoney(): boolean {
  return isOrder() && has(C.account) && any(PAY_SEND_CHANGE) && !has(C.please) && !has(C.me) && !near(NOT, PAY_SEND_CHANGE, 48);
}

function hides(): boolean {
  return isMeant() && near(CONCEAL, USER, 3);
}

function obeysText(): boolean {
  return isOrder() && near(OBEY, SAID, 4) && any(NOT_ALL_DECODE_NOW);
}

function takesSecrets(): boolean {
  return isMeant() && near(ONE_ALL, SECRET, 3) && any(TAKING);
}

function runsFromAfar(): boolean {
  return has(C.shell) && has(C.url) && (has(C.call) || has(C.imperative));
}

function isBest(): boolean {
  return near(SUPERLATIVE, TOOL, 3);
}

function readsSecretFile(): boolean {
  return has(C['secret-path']) && has(C.imperative) && any(READ_SEND_INCLUDE) && any(LABEL_FIRST_AND_MORE);
}

function sendsElsewhere(): boolean {
  return isMeant() && any(LEAVING) && any(TARGET) && any(ALL_INSTEAD_ALWAYS_FIRST);
}

function handsOthersData(): boolean {
  return isMeant() && near(OTHER, TOOL, 2) && (has(C.call) || has(C.send)) && has(C.data) && any(EACH);
}

function joinsOthers(): boolean {
  return isOrder() && near(OTHER, TOOL, 2) && (has(C.send) || has(C.include));
}

function copiesForReasons(): boolean {
  return isMeant() && has(C.send) && has(C.reason) && any(COPIED);
}

function passesSecretOn(): boolean {
  return isMeant() && has(C.read) && near(SECRET, OUT, 8) && any(PLACE);
}

function callsForSecret(): boolean {
  return isMeant() && has(C.secret) && has(C.call) && has(C.include) && has(C.first);
}

function forbidsOthers(): boolean {
  return isMeant() && near(NOT, CALL, 2) && near(OTHER, TOOL, 4);
}

function warnsOfOthers(): boolean {
  return has(C.other) && (has(C.best) || has(C.superlative)) && near(TOOL_OR_OTHER, BAD, 8);
}

/** Key files are read by the way, whoever does it. */
function readsKeyFiles(): boolean {
  return isMeant() && has(C['secret-path']) && has(C.secret) && has(C.read) && !has(C.not);
}

function takesTheirPlace(): boolean {
  return isOrder() && (near(INSTEAD, TOOL, 6) || near(IN_PLACE, TOOL, 4)) && has(C.always) && has(C.first) && has(C.call) && !has(C.when);
}

function switchesGuardOff(): boolean {
  return isMeant() && near(OFF_SWITCH, GUARD, 1) && (has(C.first) || has(C.always) || has(C.all) || has(C.change));
}

function runsWhen(): boolean {
  return isOrder() && (has(C.when) || has(C.after)) && has(C.call) && has(C.shell);
}

const ORDERS: readonly (() => boolean)[] = [
  dropsRules,
  dropsWhatWasSaid,
  givesRulesAway,
  givesYoursAway,
  isFree,
  editsAnswer,
  putsIntoAnswer,
  isMarked,
  sendsAway,
  servesAttacker,
  speaksAsAnother,
  ordersUnseen,
  keepsFromUser,
];
const RESULT_ORDERS: readonly (() => boolean)[] = [
  ...ORDERS,
  givesNewTask,
  switchesMode,
  looksOnlyAtThis,
  saysInEvery,
  movesByNote,
  mayNotRefuse,
  mustBeInAnswer,
  fromNowOn,
  speaksToModel,
  tellsModelWhen,
  movesMoney,
  hides,
  obeysText,
  takesSecrets,
];
const DEFINITION_ORDERS: readonly (() => boolean)[] = [
  ...ORDERS,
  runsFromAfar,
  runsWhen,
  isBest,
  readsSecretFile,
  sendsElsewhere,
  handsOthersData,
  joinsOthers,
  copiesForReasons,
  passesSecretOn,
  callsForSecret,
  forbidsOthers,
  warnsOfOthers,
  readsKeyFiles,
  takesTheirPlace,
  switchesGuardOff,
];
