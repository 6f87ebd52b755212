// Values of a call as they are shown in an explanation: those that a detector spoke about, and those whose name says that they are secret, are not.
// INVARIANT: who may not read arguments gets no value of one (test/scenario/explain.test.ts).
import type { Evidence, ShownEvidence } from '../call.ts';
import { isOfArguments, withoutArguments } from '../detect/intent/verdict.ts';
import { isObject, type Json, type JsonObject } from '../lib/json.ts';

export const REDACTED = '(redacted)';
/** Characters of a text that are shown. */
export const MAX_SHOWN_CHARS = 200;
/** Members and elements that are shown of one value. */
const MAX_SHOWN_MEMBERS = 50;
const SECRET_NAME =
  /pass(?:word|wd|phrase)?$|secret|token|api[-_]?key|private[-_]?key|authorization|credential|cookie|^pin$|\bcvv\b|iban|ssn/i;
const SECRET_TEXT = /\b(?:s[po]_[A-Za-z0-9]{8,}|Bearer\s+\S{8,}|-----BEGIN|eyJ[\w-]{10,}\.|gh[pousr]_\w{10,}|sk-[\w-]{10,}|AKIA\w{12,})/;

/** `values`: by matcher or path (`args.amount`). `findings`: JSON pointers into the arguments, undefined for those without a place. */
export function redactedValues(
  values: Readonly<Record<string, Json>> | undefined,
  findings: readonly { type: string; path?: string | undefined }[],
  mayReadArguments: boolean,
): Record<string, Json> | undefined {
  if (!values) return undefined;
  const hidden = toldOf(findings).map(({ path }) => path?.replace(/^\/arguments(?=\/|$)/, ''));
  const shown: Record<string, Json> = {};
  for (const [place, value] of Object.entries(values)) {
    const isOfCall = /^(?:args|facts\.amounts|findings)(?:\.|$)/.test(place);
    if (isOfCall && place !== 'findings' && !mayReadArguments) continue;
    shown[place] = isOfCall && place.startsWith('args') ? redacted(value, pointerOf(place), hidden) : redacted(value, `/${place}`, []);
  }
  return shown;
}

/** What a class was read from. A reason may quote any text of the call: of one that a detector spoke about none is shown. */
export function shownEvidence(
  evidence: readonly Evidence[],
  findings: readonly { type: string }[],
  mayReadArguments: boolean,
): ShownEvidence[] {
  if (!mayReadArguments) return withoutArguments(evidence);
  const isTold = toldOf(findings).length > 0;
  return evidence.map((one) => {
    if (!isOfArguments(one)) return one;
    return isTold || hidesValue(one.path ?? '') || SECRET_TEXT.test(one.why) ? { signal: one.signal, path: one.path } : one;
  });
}

/** A flow is about where a value came from, not about what it is. */
function toldOf<F extends { type: string }>(findings: readonly F[]): F[] {
  return findings.filter(({ type }) => !type.startsWith('flow.'));
}

/** Does the name of this place (JSON pointer) say that its value is secret? */
export function hidesValue(pointer: string): boolean {
  return SECRET_NAME.test(pointer.slice(pointer.lastIndexOf('/') + 1));
}

function redacted(value: Json, pointer: string, hidden: readonly (string | undefined)[]): Json {
  const own = pointer.slice(pointer.lastIndexOf('/') + 1);
  const isTold = hidden.some((path) => path === undefined || pointer === path || pointer.startsWith(`${path}/`));
  if (value === null || typeof value === 'boolean') return value;
  if (isTold || SECRET_NAME.test(own)) return REDACTED;
  if (typeof value === 'string') {
    if (SECRET_TEXT.test(value)) return REDACTED;
    return value.length > MAX_SHOWN_CHARS ? `${value.slice(0, MAX_SHOWN_CHARS)}…` : value;
  }
  if (Array.isArray(value)) return value.slice(0, MAX_SHOWN_MEMBERS).map((one, i) => redacted(one, `${pointer}/${i}`, hidden));
  if (!isObject(value)) return value;
  const members = Object.entries(value as JsonObject).slice(0, MAX_SHOWN_MEMBERS);
  return Object.fromEntries(members.map(([key, one]) => [key, redacted(one as Json, `${pointer}/${escaped(key)}`, hidden)]));
}

/** `args.a.b` → `/a/b`. */
function pointerOf(path: string): string {
  return path
    .split('.')
    .slice(1)
    .map((member) => `/${escaped(member)}`)
    .join('');
}

function escaped(member: string): string {
  return member.replaceAll('~', '~0').replaceAll('/', '~1');
}
