// What a list of operations within the arguments does, whatever the call itself is called: `requests: [{deleteSheet: …}]`, `changes: [{action: DELETE}]`.
// Can only raise a verdict. Bounded by the list of arguments.
import type { ArgumentList } from './argument.ts';
import { namePhrase, type Phrase } from './phrase.ts';
import { nameWords } from './token.ts';
import { rank } from './verdict.ts';
import { anyName } from './world-phrase.ts';

/** Where operations stand in a list. */
const LIST =
  /^\/(?:requests?|request_?items|operations?|ops|actions?|changes|change_?set|change_?batch|mutations?|commands?|edits|updates|batch|calls|transact_?items|transactions?|write_?requests|writes|rrset_?changes)(?:\/|$)/i;
const ITEM = /\/\d{1,4}$/;
/** Where the name of an item is what is done; elsewhere it is that of a thing. */
const NAMED = /^\/(?:operations|ops|actions|commands|calls)\/\d/i;
const WORD_KEY = /^(?:action|op|operation|method|command|verb|type|kind|change_?type|action_?type|operation_?type)$/i;

export interface NestedAction {
  path: string;
  phrase: Phrase;
}

/** Does this place stand in a list? */
export function isInList(path: string): boolean {
  return /\/\d{1,4}(?:\/|$)/.test(path);
}

/** The strongest of them. */
export function nestedAction({ all }: ArgumentList): NestedAction | undefined {
  let found: NestedAction | undefined;
  for (const { path, value, depth } of all) {
    if (depth === 0 || !LIST.test(path)) continue;
    const cut = path.lastIndexOf('/');
    const step = path.slice(cut + 1);
    if (!ITEM.test(path.slice(0, cut))) continue;
    const phrase =
      typeof value === 'string'
        ? (WORD_KEY.test(step) || (step === 'name' && NAMED.test(path))) && !isPatch(step, value, path.slice(0, cut), all)
          ? verbOf(value)
          : undefined
        : value !== null && typeof value === 'object'
          ? verbOf(step)
          : undefined;
    if (phrase && (!found || rank(phrase.intent) > rank(found.phrase.intent))) found = { path, phrase };
  }
  return found;
}

/** A verb that stands first: `deleteSheet`, `DELETE`, `DeleteRequest`. */
function verbOf(text: string): Phrase | undefined {
  if (text.length > 128) return undefined;
  const words = nameWords(text);
  const phrase = (words.length > 1 ? namePhrase(words) : undefined) ?? anyName(text);
  return phrase?.isVerb && phrase.verb === words[0] ? phrase : undefined;
}

/** `{op: remove, path: /title}` (RFC 6902) edits a document. */
function isPatch(step: string, value: string, item: string, all: ArgumentList['all']): boolean {
  if (step !== 'op' || !/^(?:add|remove|replace|move|copy|test)$/.test(value)) return false;
  return all.some((one) => one.path === `${item}/path` && typeof one.value === 'string' && one.value.startsWith('/'));
}
