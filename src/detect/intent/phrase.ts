// Reads the verb out of a tool's name, of an action value, and of the head sentence of a description. Linear time, bounded words.
// Never looks at arguments; says how sure it is, so that the caller can weigh one text against another.
import type { Intent } from '../../call.ts';
import { withObjects } from './lexicon-object.ts';
import { actOf, nameVerb, sentenceVerb, type VerbSense } from './lexicon-verb.ts';
import { baseForms, nameWords } from './token.ts';

/** Characters of a description that are looked at. */
export const MAX_DESCRIPTION_CHARS = 4_096;
const MAX_HEAD_CHARS = 320;
const MAX_HEAD_WORDS = 60;

export interface Phrase {
  intent: Intent;
  verb: string;
  /** A true verb where verbs stand; otherwise a noun that may be one. */
  sure: boolean;
  /** The word is hardly ever a noun. */
  isVerb: boolean;
  /** The verb only says that something runs. */
  runs: boolean;
  /** `label_purchase`: another word of the name may as well be the verb. */
  isDoubtful?: boolean;
  /** The noun of a verb that changes something: `lease_termination`. */
  isAct?: boolean;
}

const LEAD = new Set([
  'please',
  'async',
  'safe',
  'safely',
  'batch',
  'bulk',
  'multi',
  'mass',
  'quick',
  'auto',
  'admin',
  'try',
  'internal',
  'mcp',
  'api',
  'the',
  'my',
  'hard',
  'soft',
  'gdpr',
  'force',
]);

/** Undefined when no word of the name is a verb of the lexicon. */
export function namePhrase(words: readonly string[]): Phrase | undefined {
  // `tear_down_env`, `zero_out_balance`.
  if (
    isPhrasal(words[0] ?? '', words.slice(0, 2), 0) &&
    !(words.length > 2 && /^(?:status|history|log|logs|report|info|events)$/.test(words.at(-1) as string))
  )
    return { intent: 'destructive', verb: words[0] as string, sure: true, isVerb: true, runs: false };
  const at = verbPlace(words);
  if (isState(words)) return { intent: 'read', verb: words[0] as string, sure: false, isVerb: false, runs: false };
  const act = words.length > 1 ? actOf(words.at(-1) as string) : undefined;
  if (act && (at < 0 || (at > 0 && nameVerb(words[at] as string)?.nounish)))
    return { ...phrase(act, words.slice(0, -1), false), isAct: true };
  if (at < 0) return undefined;
  const sense = nameVerb(words[at] as string) as VerbSense;
  if (at > 0 && sense.nounish && ABOUT.has(words[at] as string))
    return { intent: 'read', verb: sense.verb, sure: false, isVerb: false, runs: false };
  // `write_off_debt`, `shut_down_node`.
  if (isPhrasal(sense.verb, words.slice(0, at + 2), at))
    return { intent: 'destructive', verb: sense.verb, sure: true, isVerb: true, runs: false };
  // `orders`, `builds`: a name of one word in the plural names things.
  if (words.length === 1 && sense.nounish && words[0] !== sense.verb) return undefined;
  const sure = !sense.nounish || (at === 0 && words.length > 1);
  const own: Phrase = {
    ...phrase(
      sense,
      words.filter((_, index) => index !== at),
      sure,
    ),
    isDoubtful: words.length > 1 && sense.nounish && nameVerb((at === 0 ? words.at(-1) : words[0]) as string) !== undefined,
  };
  if (sense.runs && own.intent === 'write' && words.slice(at + 1).some((word) => isFatal(word))) return { ...own, intent: 'destructive' };
  // `get_or_create`, `list-and-delete`: the stronger of the two.
  if (words[at + 1] !== 'or' && words[at + 1] !== 'and') return own;
  const second = words[at + 2] === undefined ? undefined : nameVerb(words[at + 2] as string);
  if (!second || second.nounish) return own;
  const other = phrase(second, words.slice(at + 3), sure);
  return isStronger(other.intent, own.intent) ? other : own;
}

const WHEN = new Set('now current currently recent recently upcoming pending last latest next active ongoing'.split(' '));

/** `now_playing`, `recently_closed`: how things are, whatever verb says it. */
function isState(words: readonly string[]): boolean {
  if (words.length < 2 || !WHEN.has(words[0] as string)) return false;
  return words.slice(1).every((word) => nameVerb(word)?.nounish !== false);
}

/** `run_rollback`, `start_cleanup`. */
function isFatal(word: string): boolean {
  const sense = nameVerb(word);
  return sense?.intent === 'destructive' && !sense.nounish;
}

/** Where the verb of a name stands: first if a verb is there, else the first true verb, else the likeliest noun that may be one. */
function verbPlace(words: readonly string[]): number {
  let lead = 0;
  while (lead < words.length - 1 && LEAD.has(words[lead] as string)) lead++;
  const first = words[lead] === undefined ? undefined : nameVerb(words[lead] as string);
  if (first && !first.nounish) return lead;
  const strong = first ? words.findIndex((word, index) => index > lead && nameVerb(word)?.nounish === false) : strongest(words, lead);
  // A runner (`run`, `execute`) in front keeps its place; a noun in front (`order_cancel`, `report_list`) gives way.
  const ends = words.at(-1) as string;
  if (strong < 0 && lead < words.length - 1 && first?.verb !== 'post' && ABOUT.has(ends) && nameVerb(ends)) return words.length - 1;
  if (first && (strong < 0 || first.runs || first.intent === 'exfiltrative')) return lead;
  if (strong >= 0) return strong;
  if (first) return lead;
  // In a name that begins with things, what is done stands last: `customer_book_takeout`.
  const last = words.length - 1;
  const end = last > 0 ? nameVerb(words[last] as string) : undefined;
  if (end && end.verb === words[last]) return last;
  const second = words[lead + 1] === undefined ? undefined : nameVerb(words[lead + 1] as string);
  return second ? lead + 1 : end ? last : -1;
}

/** Of the true verbs in a name that begins with things (`kv_cas_delete`), the one that does most. */
function strongest(words: readonly string[], lead: number): number {
  let best = -1;
  for (let at = lead + 1; at < words.length; at++) {
    const sense = nameVerb(words[at] as string);
    if (!sense || sense.nounish) continue;
    // `event_get_trigger`: what is looked up may be called by a verb.
    if (best < 0 && sense.intent === 'read') return at;
    if (best < 0 || isStronger(sense.intent, (nameVerb(words[best] as string) as VerbSense).intent)) best = at;
  }
  return best;
}

/** Last words of names that ask about something: `order_status`, `build-logs`. */
const ABOUT = new Set(
  'status info state stats statistics history details summary metadata log logs report results progress overview balance balances quota offsets window notes readings entries statements levels'.split(
    ' ',
  ),
);

export function isAbout(word: string): boolean {
  return ABOUT.has(word);
}

function phrase(sense: VerbSense, others: readonly string[], sure: boolean, inName = true): Phrase {
  return {
    intent: withObjects(sense.verb, sense.intent, others, inName),
    verb: sense.verb,
    sure,
    isVerb: !sense.nounish,
    runs: sense.runs,
  };
}

const SAID_OF = /^(?:that|which|who|whose|of|for|with|without|from|by|between|and|or|are|is|were|was|per)$/i;

/** `vote_poll: Votes in a poll`: a description that begins with the first word of the name says that this is the verb. */
export function repeatedVerb(words: readonly string[], description: string): Phrase | undefined {
  const verb = words[0];
  const [, start, next = ''] = /^\W*([A-Za-z]{3,20})\b\W*([A-Za-z]{0,20})/.exec(description) ?? [];
  const first = start?.toLowerCase();
  // `Meters that were fitted` are things.
  if (SAID_OF.test(next) || ABOUT.has(words.at(-1) as string)) return undefined;
  if (verb === undefined || words.length < 2 || first === undefined || first === verb || !first.endsWith('s')) return undefined;
  if (!baseForms(first).slice(1).includes(verb)) return undefined;
  if (isPhrasal(verb, words.slice(0, 2), 0)) return { intent: 'destructive', verb, sure: true, isVerb: true, runs: false };
  const sense = nameVerb(verb) ?? { verb, intent: 'write', nounish: false, runs: false };
  return { ...phrase(sense, words.slice(1), true), isVerb: true };
}

/** The verb and its coordinates at the head of a description (`Create, update or delete …`): the strongest of them. */
export function headPhrase(description: string): Phrase | undefined {
  const words = headWords(description);
  const start = words.findIndex((word) => !SKIPPED.has(word) && !isManner(word));
  if (start < 0) return undefined;
  // "What the models cost: …", "How many …": the answer to a question.
  if (start === 0 && ASKED.has(words[0] as string))
    return { intent: 'read', verb: words[0] as string, sure: true, isVerb: true, runs: false };
  const first = sentenceVerb(words[start] as string);
  if (!first) return unknownVerb(words, start) ?? laterPhrase(words, start);
  // `The complete list of …`: no verb, but what the thing is like.
  if (ARTICLE.test(words[start - 1] ?? '') && LIKE.has(words[start] as string)) return laterPhrase(words, start);
  if (isPhrasal(first.verb, words, start)) return { intent: 'destructive', verb: first.verb, sure: true, isVerb: true, runs: false };
  // `Rate for a currency pair`, `The track that is playing`: a thing and what is said of it.
  if (first.nounish && (OF.test(words[start + 1] ?? '') || ARTICLE.test(words[start - 1] ?? ''))) return laterPhrase(words, start);
  // `File metadata`, `Order status`: things again.
  if (first.nounish && first.intent !== 'read' && words.slice(start + 1, start + 3).some((word) => ABOUT.has(word)))
    return laterPhrase(words, start);
  // `Orders of a customer` names things, `Orders a meal` says what is done.
  const isNoun = first.nounish && words[start] !== first.verb && !DETERMINER.test(words[start + 1] ?? '');
  if (isNoun) return laterPhrase(words, start);
  let best = phrase(first, words.slice(start + 1).filter(isWord), true, false);
  for (const [at, sense] of coordinates(words, start + 1)) {
    const other = phrase(sense, words.slice(at + 1).filter(isWord), true, false);
    if (isStronger(other.intent, best.intent)) best = other;
  }
  return best;
}

/** Words that are verbs elsewhere, before a thing. */
const LIKE = new Set('complete open clean clear correct empty set direct secure separate live present'.split(' '));

/**
 * A word of no lexicon with an object behind it (`Lodges a flight plan`, `Hands in an application`) is a verb, and changes something unless it is one that
 * tells.
 */
function unknownVerb(words: readonly string[], at: number): Phrase | undefined {
  const word = words[at] as string;
  if (ARTICLE.test(words[at - 1] ?? '') || !/^[a-z]{3,20}$/.test(word) || NO_VERB.has(word)) return undefined;
  const object = PARTICLE.test(words[at + 1] ?? '') ? at + 2 : at + 1;
  // `Projects the user may see` names things.
  if (!OBJECT.test(words[object] ?? '') || words.slice(object, object + 5).some((one) => MODAL.test(one))) return undefined;
  const forms = baseForms(word);
  const intent = isPhrasal(forms.at(-1) as string, words, at) || forms.some((form) => isPhrasal(form, words, at)) ? 'destructive' : 'write';
  const tells = forms.some((form) => TELLS.has(form));
  const others = words.slice(at + 1).filter(isWord);
  // `Places the order`: what it is done to may say more than the word.
  const own = forms.map((form) => withObjects(form, intent, others, false)).find((one) => isStronger(one, intent)) ?? intent;
  return { intent: tells ? 'read' : own, verb: word, sure: true, isVerb: !tells && own === 'destructive', runs: false };
}

const PARTICLE = /^(?:out|up|off|down|away|back)$/;
const MODAL = /^(?:may|can|could|will|would|should|must|is|are|was|were|has|have|had)$/;
const OBJECT = /^(?:a|an|the|all|any|every|each|its|your|this|these)$/;
const NO_VERB = new Set(
  `with without for from in on at by to of as into over under between when while if once after before during only both not given based like is are was
  were has have had since because unless until where whether which who whose per than plus about against across along among around behind beyond near
  through toward towards within here there those such even just same some most more less half part either neither nor but so too then also take takes let lets keep keeps make makes do does`.split(
    /\s+/,
  ),
);
/** Verbs that say what there is. */
const TELLS = new Set(
  `contain include provide give offer supply represent indicate mean cover yield outline demonstrate illustrate depict reflect denote signify
  weigh gauge look peer skim spot sense hear rank surface reveal determine perceive mention specify express bring quantify characterize
  characterise approximate interpolate extrapolate paraphrase rephrase restate scan survey browse evaluate judge rate review address concern describe`.split(
    /\s+/,
  ),
);
const PHRASAL: Readonly<Record<string, RegExp>> = {
  throw: /^(?:away|out)$/,
  toss: /^(?:away|out)$/,
  cut: /^(?:off|power|gas|supply|connection|line)$/,
  shut: /^(?:off|down)$/,
  take: /^(?:down|offline)$/,
  tear: /^down$/,
  bring: /^down$/,
  wind: /^down$/,
  write: /^off$/,
  strike: /^off$/,
  roll: /^back$/,
  hang: /^up$/,
  zero: /^out$/,
  power: /^(?:off|down)$/,
  cash: /^out$/,
};

/** `Throws a list away`, `Cuts the gas`: what is no longer there is said behind the verb. */
function isPhrasal(verb: string, words: readonly string[], at: number): boolean {
  const particle = Object.hasOwn(PHRASAL, verb) ? PHRASAL[verb] : undefined;
  if (particle === undefined) return false;
  for (const word of words.slice(at + 1, at + 10)) {
    if (/^[,/:]$|^(?:and|or|then|for|to)$/.test(word)) return false;
    if (particle.test(word)) return true;
  }
  return false;
}

const OF = /^(?:for|of|at|between|per|that|which)$/;
const ARTICLE = /^(?:the|a|an)$/;
const ASKED = new Set(['what', 'how', 'whether', 'why', 'where']);
const DETERMINER = /^(?:a|an|the|this|that|these|one|all|any|your|its|each|every|new|several|multiple)$/;

/** Verbs that follow the first one as `, b, c or d`, in a clause of their own, or after a colon. */
function* coordinates(words: readonly string[], from: number): Generator<[number, VerbSense]> {
  for (let at = from; at < words.length - 1; at++) {
    if (!/^(?:,|\/|or|and|then|:)$/.test(words[at] as string)) continue;
    let next = at + 1;
    while (/^(?:,|\/|or|and|then)$/.test(words[next] ?? '')) next++;
    const word = words[next];
    const sense = word === undefined ? undefined : sentenceVerb(word);
    // An object in between needs a true verb in its base form: `name, sort order and status` is a list of nouns.
    if (!sense || sense.runs) continue;
    const isPlain = PLAIN.has(sense.verb) && (sense.verb === word || AGAIN.test(words[next + 1] ?? ''));
    if (next - from > 2 && (sense.nounish || !isPlain)) continue;
    yield [next, sense];
  }
}

/** `… and saves it`: the same thing once more. */
const AGAIN = /^(?:it|them)$/;

/** Verbs that are hardly ever nouns, in lists of which other words stand in between. */
const PLAIN = new Set(
  'create add insert update edit modify upsert write set save send delete remove destroy drop purge erase revoke disable cancel terminate kill uninstall reset archive export upload publish deploy rename'.split(
    ' ',
  ),
);

/** No verb in front (`Tool for deleting users`, `A service that sends mail`): the first true verb of the sentence, unsure. */
function laterPhrase(words: readonly string[], from: number): Phrase | undefined {
  for (let at = from + 1; at < words.length; at++) {
    const before = words[at - 1] as string;
    if (!/^(?:to|for|that|which|of|can|will|and|you|by|,|:)$/.test(before)) continue;
    const sense = sentenceVerb(words[at] as string);
    if (sense && !sense.nounish) return phrase(sense, words.slice(at + 1).filter(isWord), false, false);
  }
  return undefined;
}

/** Words in front of the verb of a description. */
const SKIPPED = new Set(
  (
    'this tool the a an use used to is will can that which you allows allow lets let helps help enables enable users user agents agent tool function command endpoint api ' +
    'purpose for and it in order please when want wants need needs - : , * also automatically directly easily quickly safely ' +
    'asynchronously securely efficiently via by using one-time first simply actually immediately'
  ).split(' '),
);

/** `Permanently`, `Atomically`: how it is done, in front of what is done. */
function isManner(word: string): boolean {
  return word.length >= 6 && word.endsWith('ly') && !sentenceVerb(word) && !NO_MANNER.test(word);
}

const NO_MANNER = /^(?:multiply|family|anomaly|assembly|hourly|weekly|monthly|quarterly|yearly|supply|comply)$/;

function headWords(description: string): string[] {
  const text = description
    .slice(0, MAX_DESCRIPTION_CHARS)
    .replace(/\*\*[A-Za-z ]{1,30}:?\*\*:?|[#*_`>"“”]+/g, ' ')
    .replace(/\[[^\]\n]{0,80}\]|\([^)\n]{0,120}\)/g, ' ')
    .trimStart();
  const end = /[.!?](?:\s|$)|\n\s*\n|\n\s*(?:args?|parameters?|returns?|example|usage)\b/i.exec(text)?.index ?? text.length;
  return (
    text
      .slice(0, Math.min(end, MAX_HEAD_CHARS))
      .toLowerCase()
      .match(/[a-z0-9][a-z0-9'’-]*|[,/:]/g) ?? []
  ).slice(0, MAX_HEAD_WORDS);
}

function isWord(word: string): boolean {
  return /^[a-z0-9]/.test(word);
}

const ORDER: Readonly<Record<Intent, number>> = { read: 0, write: 1, destructive: 2, exfiltrative: 3 };

function isStronger(a: Intent, b: Intent): boolean {
  return ORDER[a] > ORDER[b];
}

/** The class of a value of an `action` or `method` argument; undefined when it says nothing. */
export function actionPhrase(value: string): Phrase | undefined {
  return namePhrase(nameWords(value));
}
