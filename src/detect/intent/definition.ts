// Classifies a tool from its definition, once per definition: name, description, schema, annotations. The result is an upper bound for its calls.
// INVARIANT: annotations raise a class and never lower one (definition.test.ts, "annotations never lower").
import type { Evidence, Intent } from '../../call.ts';
import type { JsonObject } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { categoryOf } from './category.ts';
import { executorOf } from './executor.ts';
import { headPhrase, isAbout, MAX_DESCRIPTION_CHARS, type Phrase, repeatedVerb } from './phrase.ts';
import type { ToolProfile } from './profile.ts';
import { readSchema, type SchemaFacts } from './schema-facts.ts';
import { nameWords } from './token.ts';
import { evidence, rank, stronger } from './verdict.ts';
import { anyName, isElsewhere, opensElsewhere, worldHead } from './world-phrase.ts';

interface Draft {
  intent: Intent;
  evidence: Evidence[];
}

/** Never throws for any JSON; `definition` is a tool as `tools/list` states it. */
export function classifyDefinition(definition: JsonObject): ToolProfile {
  const name = typeof definition.name === 'string' ? definition.name : '';
  const description = typeof definition.description === 'string' ? definition.description.slice(0, MAX_DESCRIPTION_CHARS) : '';
  const schema = readSchema(isObject(definition.inputSchema) ? definition.inputSchema : undefined);
  const words = nameWords(name);
  const byName = repeatedVerb(words, description) ?? anyName(name, words);
  const head = headReading(description);
  const executor = executorOf(words, description, schema, byName, head);
  const draft = textDraft(words, byName, head, schema, description);
  if (executor && !executor.readOnly) raise(draft, 'destructive', evidence('schema', executor.path, executor.why));
  if (executor?.readOnly) lowerToRead(draft, byName, executor.why);
  const base = draft.intent;
  raiseByDescription(draft, description);
  const actions = schema.actions;
  // A list of filters looks like a list of actions; where the name says clearly what the tool does, only true verbs count.
  const bound = actions && (byName?.sure && !byName.runs ? actions.surest : actions.strongest);
  if (actions && bound) raise(draft, bound, evidence('schema', actions.path, `one of its actions is ${bound}`));
  raiseByAnnotations(draft, definition.annotations);
  return {
    name,
    words,
    intent: draft.intent,
    base,
    category: categoryOf(words, description, schema, executor),
    evidence: draft.evidence,
    executor,
    actions,
    hasSchema: schema.present,
    properties: schema.properties,
    manages: byName !== undefined && MANAGERS.has(byName.verb),
    openName: byName === undefined || !byName.isVerb,
    fixed: false,
  };
}

function headReading(description: string): Phrase | undefined {
  if (isElsewhere(description)) return worldHead(description);
  return headPhrase(description) ?? (opensElsewhere(description) ? worldHead(description) : undefined);
}

const MANAGERS = new Set([
  'manage',
  'control',
  'act',
  'action',
  'operate',
  'admin',
  'write',
  'management',
  'lifecycle',
  'handle',
  'perform',
]);

function textDraft(
  words: readonly string[],
  byName: Phrase | undefined,
  head: Phrase | undefined,
  schema: SchemaFacts,
  description: string,
): Draft {
  const trusted = byName?.sure ? byName : head?.sure ? head : (byName ?? head);
  if (!trusted) {
    // `flight_plan_lodge` and no word about it: nobody knows that it only reads.
    if (description === '' && words.length > 1 && !isThings(words.at(-1) as string))
      return { intent: 'write', evidence: [evidence('name', '/name', 'ends in a word nobody explains')] };
    if (isElsewhere(description))
      return { intent: 'write', evidence: [evidence('description', '/description', 'is in a language that is not known')] };
    const intent: Intent = schema.payload ? 'write' : 'read';
    return { intent, evidence: [evidence('name', '/name', intent === 'read' ? 'names a thing, not an action' : 'takes content')] };
  }
  const from = trusted === head ? 'description' : 'name';
  const draft: Draft = { intent: trusted.intent, evidence: [evidence(from, `/${from}`, `verb "${trusted.verb}"`)] };
  if (trusted === head && byName?.isAct && draft.intent === 'write')
    raise(draft, byName.intent, evidence('name', '/name', `verb "${byName.verb}"`));
  if (trusted === byName && head?.sure && (head.isVerb || byName.isDoubtful) && !head.runs) {
    // What is requested is asked for, or ordered: the description says which.
    if (byName.verb === 'request' && FETCHES.test(head.verb))
      return { intent: head.intent, evidence: [evidence('description', '/description', `verb "${head.verb}"`)] };
    if (byName.runs && !words.includes('all')) settleRunner(draft, byName, head);
    else if (rank(head.intent) > rank(draft.intent) && (draft.intent === 'read' || byName.isDoubtful || PAYS.test(head.verb)))
      raise(draft, head.intent, evidence('description', '/description', `verb "${head.verb}"`));
    else if (head.intent === 'exfiltrative') raise(draft, head.intent, evidence('description', '/description', `verb "${head.verb}"`));
  }
  return draft;
}

/** Whatever the name calls it: `create_spot_order` places one. */
const PAYS = /^(?:places?|pays?|buys?|sells?|transfers?|refunds?|withdraws?)$/;
const FETCHES = /^(?:get|retrieve|fetch|list|return|read|find|search|show)$/;

/** `chart_of_accounts`, `order_status`: the plural names things, and so do words about something. */
function isThings(word: string): boolean {
  return (/[^s]s$/.test(word) && !/(?:us|is)$/.test(word)) || isAbout(word);
}

/** `run_x`, `start_x`: what runs is said by the description, if by anything. */
function settleRunner(draft: Draft, byName: Phrase, head: Phrase): void {
  if (byName.intent === 'write') {
    if (rank(head.intent) > rank('write')) raise(draft, head.intent, evidence('description', '/description', `verb "${head.verb}"`));
  }
}

function lowerToRead(draft: Draft, byName: Phrase | undefined, why: string): void {
  if (draft.intent === 'write' && (!byName || byName.runs || !byName.sure)) {
    draft.intent = 'read';
    draft.evidence.unshift(evidence('description', '/description', why));
  }
}

function raise(draft: Draft, to: Intent, why: Evidence): void {
  if (rank(to) <= rank(draft.intent)) return;
  draft.intent = stronger(draft.intent, to);
  draft.evidence.unshift(why);
}

const FATAL_TEXT =
  /\b(?:permanently (?:delet|remov|destroy|eras)\w*|irreversibl[ey]|(?:can(?:not|'t|’t)|can not) be (?:undone|reversed|recovered|restored|reopened|recalled|changed back)|replac(?:es|ing) (?:all|existing|its existing|its current|its whole) (?:contents?|data)|can no longer (?:be )?\w+|(?:is|are|be) (?:paid out|discarded|(?:then |also |automatically )?removed|irretrievabl[ey] lost)|(?:all|any|existing|current|unsaved|local) (?:[\w-]{1,20} ){0,4}(?:is|are|gets?) (?:lost|erased|wiped|gone)|(?:is|are|be|gets?) (?:permanently|irrevocably) (?:lost|deleted|removed|erased)|(?:will|would) be (?:lost|discarded|overwritten|wiped|erased)|completely overwrites?|over (?:the |its |your |all )?(?:current|existing|present|live)\b|overwrit(?:es?|ing) (?:an |any |the |its |all )?(?:existing|current|contents?|data)|including [\w ,/-]{0,40}\b(?:deletions?|destruction|removals?))\b/i;
const OUTFLOW_TEXT =
  /\b(?:anyone with the link|publicly (?:accessible|readable|available)|allUsers|another (?:aws )?account|to a (?:remote host|public url)|post(?:s|ed)? it to a url|downloadable file)\b/i;
const HEAD_CHARS = 600;

function raiseByDescription(draft: Draft, description: string): void {
  if (draft.intent !== 'write') return;
  const text = description.slice(0, HEAD_CHARS);
  if (FATAL_TEXT.test(text))
    raise(draft, 'destructive', evidence('description', '/description', 'says that it cannot be undone or overwrites'));
  else if (OUTFLOW_TEXT.test(text)) raise(draft, 'exfiltrative', evidence('description', '/description', 'says that others get access'));
}

/**
 * An author's annotation is a claim. `destructiveHint: true` is believed. `readOnlyHint` is not looked at, whichever way it stands: believing
 * even its `false` would let a server lower a verdict by changing it.
 */
function raiseByAnnotations(draft: Draft, annotations: unknown): void {
  if (isObject(annotations) && annotations.destructiveHint === true)
    raise(draft, 'destructive', evidence('annotation', '/annotations/destructiveHint', 'the author calls it destructive'));
}
