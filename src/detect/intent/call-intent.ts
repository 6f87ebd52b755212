// Classifies one call: the profile of its tool, and what its arguments say. Arguments lower a verdict in three cases only: the texts that are
// run were understood whole, the action that was chosen is known, or a trial run was asked for. Everything else can only raise it.
// INVARIANT: never throws and never hangs, whatever the arguments (call-intent.test.ts, "hostile arguments").
import type { Evidence, Intent, IntentVerdict } from '../../call.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { Category } from '../../object/intent-name.ts';
import { type ArgumentList, argumentsOf, type KeyReader, ROLE } from './argument.ts';
import { classifyDefinition } from './definition.ts';
import { innerCalls } from './inner-call.ts';
import { readKey } from './key-role.ts';
import type { Languages } from './language.ts';
import { isInList, nestedAction } from './nested-action.ts';
import type { ToolProfile } from './profile.ts';
import { isOpen, runningTexts } from './running-text.ts';
import { actionOf, isDryRun, signals } from './signal.ts';
import { evidence, MAX_EVIDENCE, rank } from './verdict.ts';

interface Draft {
  intent: Intent;
  category: Category | undefined;
  evidence: Evidence[];
}

/** `read`: which arguments are looked at by whom. */
export function classifyCall(tool: ToolProfile, args: JsonObject, languages: Languages, read: KeyReader = readKey): IntentVerdict {
  if (tool.fixed) return { intent: tool.intent, category: tool.category, evidence: tool.evidence };
  const draft: Draft = { intent: tool.intent, category: tool.category, evidence: [] };
  try {
    judge(tool, argumentsOf(args, read), languages, draft, read, 0);
  } catch {
    // A bug or an exhausted stack must not let a call through as less than it may be.
    draft.intent = rank(draft.intent) < rank('destructive') ? 'destructive' : draft.intent;
    draft.evidence.unshift(evidence('arguments', '', 'the arguments could not be analysed'));
  }
  const seen = draft.evidence.length === 0 && tool.evidence.length <= MAX_EVIDENCE;
  const all = seen ? tool.evidence : [...draft.evidence, ...tool.evidence].slice(0, MAX_EVIDENCE);
  return { intent: draft.intent, category: draft.category, evidence: all };
}

/** Tools that call tools that call tools. */
const MAX_INNER_DEPTH = 3;

function judge(tool: ToolProfile, list: ArgumentList, languages: Languages, draft: Draft, read: KeyReader, depth: number): void {
  if (!list.whole && isOpen(tool)) {
    set(draft, tool.intent, evidence('arguments', '', 'more arguments than are looked at'));
    return;
  }
  byAction(tool, list, draft);
  byTexts(tool, list, languages, draft);
  for (const { path, name, args } of depth < MAX_INNER_DEPTH ? innerCalls(tool, list) : []) {
    const inner: Draft = { intent: 'read', category: undefined, evidence: [] };
    const profile = classifyDefinition({ name });
    inner.intent = profile.intent;
    judge(profile, argumentsOf(args, read), languages, inner, read, depth + 1);
    raise(draft, inner.intent, evidence('action', path, 'the tool that is called'));
  }
  const dry = list.roles & ROLE.trial ? isDryRun(tool, list) : undefined;
  if (dry && draft.intent !== 'exfiltrative' && !tool.executor) {
    set(draft, 'read', evidence('flag', dry.path, 'a trial run'));
    return;
  }
  for (const { signal, path, found } of signals(tool, list, draft.intent)) {
    if (found.category) draft.category ??= found.category;
    raise(draft, found.intent, evidence(signal, path, found.why));
  }
}

function byAction(tool: ToolProfile, list: ArgumentList, draft: Draft): void {
  if (isOpen(tool)) return;
  const action = tool.actions || list.roles & ROLE.action ? actionOf(tool, list) : undefined;
  if (action) byOne(action, draft);
  // What only looks (`validate`) does nothing of what it is told of; a name that says nothing may do it.
  if (draft.intent === 'read' && ((action && !isInList(action.path)) || !tool.openName)) return;
  const nested = nestedAction(list);
  if (nested) raise(draft, nested.phrase.intent, evidence('action', nested.path, `the action "${nested.phrase.verb}" in a list`));
}

function byOne(action: NonNullable<ReturnType<typeof actionOf>>, draft: Draft): void {
  const why = evidence(action.signal, action.path, action.found.why);
  if (action.replaces) set(draft, action.found.intent, why);
  else raise(draft, action.found.intent, why);
}

/** Texts that are all the tool does set the verdict when every one was understood; others can only raise it. */
function byTexts(tool: ToolProfile, list: ArgumentList, languages: Languages, draft: Draft): void {
  if (!isOpen(tool) && !(list.roles & RUN)) return;
  const ran = runningTexts(tool, list, languages);
  if (ran.length === 0) return;
  const deciding = ran.filter(({ decides }) => decides);
  if (deciding.length > 0 && deciding.every(({ found }) => found.whole)) {
    draft.intent = 'read';
    draft.evidence = [];
    for (const { signal, path, found } of deciding) {
      if (rank(found.intent) >= rank(draft.intent)) set(draft, found.intent, evidence(signal, path, found.why));
      draft.category ??= found.category;
    }
  }
  for (const { signal, path, found } of ran) {
    if (!found.whole) {
      const bound: Intent = rank(found.intent) > rank(tool.intent) ? found.intent : tool.intent;
      raise(draft, bound, evidence(signal, path, `${found.why}; not understood as a whole`));
    } else raise(draft, found.intent, evidence(signal, path, found.why));
  }
}

/** Only a tool that runs things looks at more. */
const RUN = ROLE.text | ROLE.request | ROLE.command;

function set(draft: Draft, intent: Intent, why: Evidence): void {
  draft.intent = intent;
  draft.evidence.unshift(why);
}

function raise(draft: Draft, intent: Intent, why: Evidence): void {
  if (rank(intent) > rank(draft.intent)) set(draft, intent, why);
  else if (draft.evidence.length < MAX_EVIDENCE && intent === draft.intent && intent !== 'read') draft.evidence.push(why);
}
