// Content of log entries: exact types and the RFC 8785 text of each. docs/audit-format.md is the normative description.
// Decision and outcome are written by a pre-sorted template (they are on the path of every call); never add a member out of order.
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/digest.ts';
import type { ApprovalFields, GrantFields } from './approval-entry.ts';
import type { ArchiveFields } from './archive-entry.ts';
import { instant, member, named, plain, quote, quoteName } from './entry-text.ts';
import type { ErasureFields } from './erasure-entry.ts';
import type { PasskeyRef } from './passkey.ts';

/** Most calls one gap entry names; more calls take more entries. */
export const MAX_GAP_CALLS = 1000;

type Maybe<T> = T | undefined;

export interface PrincipalRef {
  agent: string;
  class?: Maybe<string>;
  /** Object name of the token, never the token. */
  token?: Maybe<string>;
  user?: Maybe<string>;
}

export interface DecisionFields {
  timeMs: number;
  call: string;
  /** Undefined when the caller could not be identified. */
  principal?: Maybe<PrincipalRef>;
  /** `all`, or `server/<name>`. */
  surface: string;
  method: string;
  server?: Maybe<string>;
  tool?: Maybe<string>;
  prompt?: Maybe<string>;
  resource?: Maybe<string>;
  /** Hash of the definition in force, 64 hex characters. */
  definition?: Maybe<string>;
  /** Commitment of the arguments, 64 hex characters. */
  arguments?: Maybe<string>;
  effect: 'allow' | 'deny' | 'hold';
  rule: string;
  code: string;
  reason?: Maybe<string>;
  /** Control revision the call was judged under; also the revision of the policy set. */
  judged: number;
  credential: 'none' | 'service' | 'user';
  client: { era: 'legacy' | 'modern'; version: string };
  origin: 'agent' | 'gateway';
  /** Call during which this one was asked for. */
  parent?: Maybe<string>;
  /** Gateway process that decided. */
  instance?: Maybe<string>;
  /** True: this entry is the only one of its call, no outcome follows (notifications, what is answered without asking a server). */
  single?: Maybe<boolean>;
  /** Ticket of a held call, or of the approval that this call consumed. */
  approval?: Maybe<string>;
  intent?: Maybe<string>;
  category?: Maybe<string>;
  findings?: Maybe<readonly FindingRef[]>;
  /** Composite 0–100 and its parts, each 0–100. */
  risk?: Maybe<RiskRef>;
  /** Hash of the snapshot of the server's definitions in force, 64 hex characters. */
  snapshot?: Maybe<string>;
  /** Address the call came from; only where some rule asks for it. */
  source?: Maybe<string>;
  /** What the rule asked for: level of the process log, channels told. */
  log?: Maybe<string>;
  notify?: Maybe<readonly string[]>;
}

/** What a detector saw, never the value. */
export interface FindingRef {
  type: string;
  count: number;
  path?: Maybe<string>;
  action?: Maybe<string>;
}

export interface RiskRef {
  score: number;
  parts: Readonly<Record<string, number>>;
}

/**
 * RFC 8785 text of a decision. Texts are clipped to MAX_TEXT_UNITS and lone surrogates become U+FFFD. `given`: the commitment of the arguments, when
 * it does not stand in the fields.
 */
export function decisionContent(d: DecisionFields, given = d.arguments): string {
  const judged = count(d.judged);
  return (
    `{${member('approval', d.approval)}${member('arguments', given)}"call":${quote(d.call)},${named('category', d.category)}` +
    `"client":{"era":"${d.client.era}","version":${quoteName(d.client.version)}},` +
    `"code":${quoteName(d.code)},"credential":"${d.credential}",${named('definition', d.definition)}"effect":"${d.effect}",` +
    `${findingsMember(d.findings)}${named('instance', d.instance)}${named('intent', d.intent)}"judged":${judged},${named('log', d.log)}` +
    `"method":${quoteName(d.method)},${d.notify ? `"notify":${canonicalJson(d.notify.map(plain))},` : ''}"origin":"${d.origin}",${member('parent', d.parent)}` +
    `"policy":${judged},${principalMember(d.principal)}${member('prompt', d.prompt)}${member('reason', d.reason)}` +
    `${member('resource', d.resource)}${riskMember(d.risk)}"rule":${quoteName(d.rule)},${named('server', d.server)}` +
    `${d.single ? '"single":true,' : ''}${named('snapshot', d.snapshot)}${member('source', d.source)}"surface":${quoteName(d.surface)},` +
    `"time":"${instant(d.timeMs)}",${named('tool', d.tool)}"type":"decision"}`
  );
}

export type OutcomeStatus = 'ok' | 'tool_error' | 'rpc_error' | 'upstream_failed' | 'withheld' | 'cancelled' | 'input_required';

export interface OutcomeFields {
  timeMs: number;
  call: string;
  /** Sequence number of the decision the call ran under. */
  decision: number;
  status: OutcomeStatus;
  /** Commitment of the result, 64 hex characters. */
  result?: Maybe<string>;
  /** Milliseconds from the arrival of the call; kept to microseconds. */
  latencyMs: number;
  /** Of the result. */
  findings?: Maybe<readonly FindingRef[]>;
}

/** RFC 8785 text of an outcome. `given`: the commitment of the result, when it does not stand in the fields. */
export function outcomeContent(o: OutcomeFields, given = o.result): string {
  const latencyMs = Number.isFinite(o.latencyMs) ? Math.max(0, Math.round(o.latencyMs * 1000) / 1000) : 0;
  return (
    `{"call":${quote(o.call)},"decision":${count(o.decision)},${findingsMember(o.findings)}"latencyMs":${latencyMs},${member('result', given)}` +
    `"status":"${o.status}","time":"${instant(o.timeMs)}","type":"outcome"}`
  );
}

export interface ObjectChange {
  kind: string;
  name: string;
  action: 'create' | 'update' | 'delete' | 'write';
  /** `documentDigest` of the new document; undefined for a deletion. */
  digest?: Maybe<string>;
}

export interface ObjectFields {
  timeMs: number;
  author: string;
  changes: readonly ObjectChange[];
  /** Why, when the change is more than an edit: `apply`, `rollback`, `freeze`, … */
  action?: Maybe<string>;
  /** Freezes that the change sets or changes, whole: what was to stop can be read from the log alone. At most MAX_NAMED_FREEZES. */
  freezes?: Maybe<readonly FreezeRef[]>;
  /** Passkeys that the change sets, whole: whose key signed an approval can be read from the log alone. At most MAX_NAMED_PASSKEYS. */
  passkeys?: Maybe<readonly PasskeyRef[]>;
}

/** Passkeys written out in one entry; more are not set at once. */
export const MAX_NAMED_PASSKEYS = 100;

/** Freezes written out in one entry; the others are there by their digest. */
export const MAX_NAMED_FREEZES = 100;

export interface FreezeRef {
  name: string;
  scope: object;
  reason: string;
  until?: Maybe<string>;
  drill?: Maybe<boolean>;
}

/** RFC 8785 text of a change of objects. The control revision it creates is the header's `revision`. */
export function objectContent(o: ObjectFields): string {
  const changes = o.changes.map((change) => ({ ...change, kind: plain(change.kind), name: plain(change.name) }));
  const action = o.action === undefined ? undefined : plain(o.action);
  const freezes = o.freezes
    ?.slice(0, MAX_NAMED_FREEZES)
    .map((freeze) => ({ ...freeze, scope: plainDeep(freeze.scope), reason: plain(freeze.reason) }));
  const passkeys = o.passkeys?.slice(0, MAX_NAMED_PASSKEYS).map((passkey) => ({ ...passkey }));
  return canonicalJson({ type: 'object', time: instant(o.timeMs), author: plain(o.author), action, changes, freezes, passkeys });
}

/** SHA-256 of the RFC 8785 text of a document without its `revision`, hex. Documents carry secrets only sealed. */
export function documentDigest(document: object): string {
  return sha256Hex(canonicalJson({ ...document, revision: undefined }));
}

export interface SigninFields {
  timeMs: number;
  /** Who signed in, or who the attempt claimed to be. */
  user: string;
  /** How: `operator-token`, … */
  method: string;
  result: 'ok' | 'failed';
  role?: Maybe<string>;
  reason?: Maybe<string>;
  remoteAddress?: Maybe<string>;
}

export function signinContent(s: SigninFields): string {
  const { timeMs, result, ...texts } = s;
  return canonicalJson({ ...plainMembers(texts), type: 'signin', time: instant(timeMs), result });
}

export type SystemFields =
  /** `exclusive`: no other gateway process is running on this log, so no call of an earlier process can still end. */
  | { event: 'start'; timeMs: number; instance: string; version: string; exclusive?: Maybe<boolean> }
  | { event: 'stop'; timeMs: number; instance: string; reason?: Maybe<string> }
  /** Calls whose outcome is not known and, as far as the writer can tell, never will be. */
  | { event: 'gap'; timeMs: number; calls: readonly OpenCall[]; reason?: Maybe<string>; instance?: Maybe<string> }
  /** Definitions of a server that differ from the approved ones. */
  | { event: 'drift'; timeMs: number; server: string; changes: readonly DriftRef[]; instance?: Maybe<string> }
  /** A window in which the log could not be written and calls were refused. */
  | { event: 'degraded'; timeMs: number; fromMs: number; toMs: number; reason: string; refused?: Maybe<number>; instance?: Maybe<string> }
  /** How long a freeze would have taken on this gateway, and what it would have ended. */
  | {
      event: 'drill';
      timeMs: number;
      instance: string;
      /** Name of the drill. */
      freeze: string;
      counts: Readonly<Record<string, number>>;
      /** From the flag until the last matching call would have been ended. */
      elapsedMs: number;
    }
  /** Refusals by a limit that have no entry of their own, of one caller in one window. `*`: of all that were not watched singly. */
  | {
      event: 'limited';
      timeMs: number;
      fromMs: number;
      toMs: number;
      agent: string;
      token?: Maybe<string>;
      limit: string;
      refused: number;
      instance?: Maybe<string>;
    }
  /** Something went wrong inside while calls were judged; `count` such incidents since the last entry about the same thing, this one included. */
  | {
      event: 'incident';
      timeMs: number;
      what: 'policy_error' | 'canary' | 'decoy';
      reason: string;
      count: number;
      rule?: Maybe<string>;
      call?: Maybe<string>;
      agent?: Maybe<string>;
      server?: Maybe<string>;
      instance?: Maybe<string>;
    }
  /** A held call's ticket: asked for, decided, ended. `digest` is what reviewers decide on, `binding` what is asked for. */
  | ApprovalFields
  | GrantFields
  /** Sealed values were deleted, by rule or on request. */
  | ErasureFields
  /** Entries were moved to a segment. */
  | ArchiveFields
  /** What policies that only watch would have decided otherwise, since `fromMs`; `beyond`: such calls that are in none of the differences. */
  | { event: 'shadow'; timeMs: number; fromMs: number; differences: readonly ShadowDifference[]; beyond: number; instance?: Maybe<string> }
  /** An anchor begins to fail, or works again; `size`: entries of the last checkpoint that it vouched for. */
  | {
      event: 'anchor';
      timeMs: number;
      what: 'failed' | 'recovered';
      anchor: string;
      kind: string;
      size: number;
      reason?: Maybe<string>;
      instance?: Maybe<string>;
    }
  | {
      event: 'key-rotation';
      timeMs: number;
      scope: 'master' | 'data' | 'checkpoint';
      key: string;
      previous?: Maybe<string>;
      author?: Maybe<string>;
    };

/** Most changes one drift entry names. */
export const MAX_DRIFT_CHANGES = 200;

export interface DriftRef {
  kind: string;
  name: string;
  /** `new`, `changed`, `renamed` or `vanished`. */
  state: string;
  /** Hash of the definition as it is now, 64 hex characters. */
  definition?: Maybe<string>;
  /** What speaks against it: types of findings and how many of each, never texts. */
  findings?: readonly { type: string; count: number }[];
}

/** Most differences one shadow entry names. */
export const MAX_SHADOW_DIFFERENCES = 200;

export interface ShadowDifference {
  /** Rule and effect (`allow`, `deny`, `hold`, `hide`) that decided, and those of the policies that watch. */
  live: string;
  liveEffect: string;
  shadow: string;
  shadowEffect: string;
  agent: string;
  server?: Maybe<string>;
  capability?: Maybe<string>;
  count: number;
  /** One such call. */
  call: string;
}

/** An allowed call without an outcome: its id and the sequence number of its decision. */
export interface OpenCall {
  call: string;
  decision: number;
}

export function systemContent(s: SystemFields): string {
  const { timeMs, ...rest } = s;
  const time = instant(timeMs);
  if (rest.event === 'gap') {
    const calls = rest.calls.map((open) => ({ call: plain(open.call), decision: open.decision }));
    return canonicalJson({ ...plainMembers(rest), calls, type: 'system', time });
  }
  if (rest.event === 'drift') {
    const changes = rest.changes.slice(0, MAX_DRIFT_CHANGES).map((one) => plainMembers({ ...one }));
    return canonicalJson({ ...plainMembers(rest), changes, type: 'system', time });
  }
  if (rest.event === 'shadow') {
    const { fromMs, ...told } = rest;
    const differences = rest.differences.slice(0, MAX_SHADOW_DIFFERENCES).map((one) => plainMembers({ ...one }));
    return canonicalJson({ ...plainMembers(told), differences, from: instant(fromMs), type: 'system', time });
  }
  if (rest.event === 'degraded' || rest.event === 'limited') {
    const { fromMs, toMs, ...window } = rest;
    return canonicalJson({ ...plainMembers(window), from: instant(fromMs), to: instant(toMs), type: 'system', time });
  }
  if (rest.event === 'approval') {
    const { createdMs, expiresMs, ...members } = rest;
    const instants = {
      created: createdMs === undefined ? undefined : instant(createdMs),
      expires: expiresMs === undefined ? undefined : instant(expiresMs),
    };
    return canonicalJson({ ...plainMembers(members), ...instants, type: 'system', time });
  }
  return canonicalJson({ ...plainMembers(rest), type: 'system', time });
}

/** Contents that declare these calls lost, at most MAX_GAP_CALLS in each. */
export function gapContent(calls: readonly OpenCall[], timeMs: number, reason: string, instance?: string): string[] {
  const contents: string[] = [];
  for (let i = 0; i < calls.length; i += MAX_GAP_CALLS) {
    contents.push(systemContent({ event: 'gap', timeMs, calls: calls.slice(i, i + MAX_GAP_CALLS), reason, instance }));
  }
  return contents;
}

function plainMembers(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, typeof value === 'string' ? plain(value) : value]));
}

function plainDeep(value: unknown): unknown {
  if (typeof value === 'string') return plain(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainDeep(inner)]));
}

function riskMember(risk: RiskRef | undefined): string {
  if (!risk) return '';
  // From those who are on the path of a call they come in this order.
  const names = Object.keys(risk.parts);
  if (!isSorted(names)) names.sort();
  let parts = '';
  for (const name of names) parts += `${parts === '' ? '' : ','}${quoteName(name)}:${finite(risk.parts[name])}`;
  return `"risk":{"parts":{${parts}},"score":${finite(risk.score)}},`;
}

function isSorted(names: readonly string[]): boolean {
  return names.every((name, at) => at === 0 || (names[at - 1] as string) < name);
}

/** As RFC 8785 writes a number. */
function finite(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) throw new RangeError(`not a number that can be written: ${value}`);
  return String(value);
}

/** Findings one entry names; what is beyond is summed up in the last one, of type `more`. */
export const MAX_FINDINGS = 50;

function findingsMember(findings: readonly FindingRef[] | undefined): string {
  if (!findings || findings.length === 0) return '';
  const named = findings.length > MAX_FINDINGS ? findings.slice(0, MAX_FINDINGS - 1) : findings;
  const rest = findings.slice(named.length).reduce((sum, { count }) => sum + count, 0);
  const written = named.map((one) => plainMembers({ ...one }));
  return `"findings":${canonicalJson(rest === 0 ? written : [...written, { type: 'more', count: rest }])},`;
}

function principalMember(p: PrincipalRef | undefined): string {
  if (!p) return '';
  const user = p.user === undefined ? '' : `,"user":${quoteName(p.user)}`;
  const token = p.token === undefined ? '' : `,"token":${quoteName(p.token)}`;
  const agentClass = p.class === undefined ? '' : `,"class":${quoteName(p.class)}`;
  return `"principal":{"agent":${quoteName(p.agent)}${agentClass}${token}${user}},`;
}

/** Revisions and sequence numbers: whole, not negative, exactly representable. */
function count(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a sequence number or revision: ${value}`);
  return value;
}
