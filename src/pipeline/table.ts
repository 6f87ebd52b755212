// The table of stages: rows in order, columns are method kinds. This is the architecture; docs/stages.md is rendered from it and compared.
import type { MethodKind } from '../call.ts';
import { approve } from './approve.ts';
import { decide } from './decide.ts';
import type { Row } from './flight.ts';
import { forward } from './forward.ts';
import { checkFreeze } from './freeze.ts';
import { identify } from './identify.ts';
import { inspectArgs } from './inspect-args.ts';
import { inspectResult } from './inspect-result.ts';
import { lease } from './lease.ts';
import { limit, limitTarget, requireQuota } from './limit.ts';
import { narrow } from './narrow.ts';
import { recordDecision } from './record-decision.ts';
import { recordResult } from './record-result.ts';
import { resolve } from './resolve.ts';
import { score } from './score.ts';
import { validate } from './validate.ts';

export interface TableRow {
  row: Row;
  /** Letters of KIND_LETTERS this row applies to. */
  kinds: string;
  does: string;
  core: string;
}

/** c tools/call and task follow-ups · r reads · l lists · m handshake · n notifications · s subscriptions and streams · u server → client requests. */
export const KIND_LETTERS: Readonly<Record<MethodKind, string>> = {
  call: 'c',
  read: 'r',
  list: 'l',
  meta: 'm',
  notification: 'n',
  subscription: 's',
  reverse: 'u',
};

export const table: readonly TableRow[] = [
  { row: identify, kinds: 'crlmnsu', core: 'auth', does: 'bearer → principal; unauthenticated is rejected at once' },
  { row: checkFreeze, kinds: 'crlmnsu', core: 'kill', does: 'is anything in scope frozen?' },
  { row: limit, kinds: 'crl-nsu', core: 'limit', does: 'rate and concurrency by caller alone' },
  {
    row: resolve,
    kinds: 'crlmnsu',
    core: 'catalog',
    does: 'public name → server + pinned definition; unknown answers exactly as forbidden does',
  },
  { row: limitTarget, kinds: 'crl-nsu', core: 'limit', does: 'the same by server and tool; quotas (reserve)' },
  { row: validate, kinds: 'c------', core: 'catalog', does: 'arguments against the pinned schema; header mirrors' },
  {
    row: inspectArgs,
    kinds: 'crlmnsu',
    core: 'detect',
    does: 'intent, findings, value provenance; may mask. Last row that may change the call',
  },
  { row: score, kinds: 'cr----u', core: 'risk', does: 'six risk signals → 0–100 with parts; history facts for rules' },
  { row: decide, kinds: 'crlmnsu', core: 'policy', does: 'first match wins; allow / deny / hold with a trace' },
  { row: requireQuota, kinds: 'cr-----', core: 'limit', does: 'quotas that the deciding rule asks for have room' },
  { row: approve, kinds: 'cr----u', core: 'approval', does: 'a held call uses up its grant or a standing one, or gets a ticket' },
  { row: recordDecision, kinds: 'crlmnsu', core: 'audit', does: 'durable append → receipt + revision; revision moved ⇒ back to identify' },
  { row: lease, kinds: 'crlmnsu', core: 'vault', does: 'credential for this server, late, only for allowed calls' },
  { row: forward, kinds: 'crlmnsu', core: 'upstream', does: 'needs receipt and AbortSignal' },
  { row: inspectResult, kinds: 'crlm-su', core: 'detect', does: 'findings, redact, withhold' },
  {
    row: narrow,
    kinds: '-rlm---',
    core: 'catalog, policy',
    does: 'drop what this principal may not use from lists, and orders to the model from handshakes; mask what neither may say; private cache scope everywhere',
  },
  { row: recordResult, kinds: 'crlmnsu', core: 'audit', does: 'second receipt; no reply without it' },
];

const byKind = new Map<MethodKind, readonly Row[]>();
for (const [kind, letter] of Object.entries(KIND_LETTERS) as [MethodKind, string][]) {
  byKind.set(
    kind,
    table.filter((line) => line.kinds.includes(letter)).map((line) => line.row),
  );
}

/** The rows a call of this kind travels, in order. */
export function rowsOf(kind: MethodKind): readonly Row[] {
  return byKind.get(kind) ?? [];
}
