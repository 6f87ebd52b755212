// Writing the log: commitments over full values, sealed payloads, one durable append per record.
// Never puts a full value into an entry, and never returns before the store says that the entry is durable.

import { sha256Hex, sha256HexInSteps } from '../lib/digest.ts';
import { GatewayError } from '../lib/error.ts';
import { type Random, systemRandom } from '../lib/id.ts';
import { isObject } from '../lib/json.ts';
import { atOnce, stepByStep } from '../lib/turn.ts';
import { utf8InSteps } from '../lib/utf8.ts';
import {
  type DecisionFields,
  decisionContent,
  gapContent,
  type ObjectFields,
  type OpenCall,
  type OutcomeFields,
  objectContent,
  outcomeContent,
  type SigninFields,
  type SystemFields,
  signinContent,
  systemContent,
} from './entry.ts';
import type { EntryDraft, LogStore, PayloadDraft, PayloadSealer, Receipt } from './port.ts';

/** Bytes of salt in front of a committed value. */
export const SALT_BYTES = 16;

/** A full value that stands in the entry only as its commitment. `keep: false` drops the value itself. */
export interface Value {
  text: string;
  keep?: boolean;
}

export type AuditDraft =
  | { type: 'decision'; fields: Omit<DecisionFields, 'arguments'>; arguments?: Value | undefined }
  | { type: 'outcome'; fields: Omit<OutcomeFields, 'result'>; result?: Value | undefined }
  | { type: 'object'; fields: ObjectFields }
  | { type: 'signin'; fields: SigninFields }
  | { type: 'system'; fields: SystemFields };

export interface AuditLogOptions {
  store: LogStore;
  sealer: PayloadSealer;
  random?: Random;
}

export class AuditLog {
  readonly #store: LogStore;
  readonly #sealer: PayloadSealer;
  readonly #random: Random;

  constructor(options: AuditLogOptions) {
    this.#store = options.store;
    this.#sealer = options.sealer;
    this.#random = options.random ?? systemRandom;
  }

  /** Durable when it resolves. Rejects with GatewayError `log_unavailable` when the entry could not be written. */
  record(org: string, draft: AuditDraft): Promise<Receipt> {
    return this.recordThen(org, draft, itself, raise);
  }

  /** The same, resolving with what `then` makes of the receipt or `failed` of the failure: one promise less for every call. */
  recordThen<T>(org: string, draft: AuditDraft, then: (receipt: Receipt) => T, failed: (error: unknown) => T): Promise<T> {
    const { role, value } = committable(draft);
    if (value !== undefined && isLong(value.text))
      return stepByStep(this.#committedInSteps(org, role, value)).then(
        (made) => this.#append(org, entryOf(draft, made), then, failed),
        failed,
      );
    let entry: EntryDraft;
    try {
      entry = this.entry(org, draft);
    } catch (error) {
      return Promise.reject(error).catch(failed);
    }
    return this.#append(org, entry, then, failed);
  }

  /** The entry of a draft without appending it: what ObjectStore.write takes with a change of objects. */
  entry(org: string, draft: AuditDraft): EntryDraft {
    const { role, value } = committable(draft);
    return entryOf(draft, value && this.#committed(org, role, value));
  }

  #append<T>(org: string, entry: EntryDraft, then: (receipt: Receipt) => T, failed: (error: unknown) => T): Promise<T> {
    return this.#store.append(org, [entry], ([receipt]) => (receipt ? then(receipt) : failed(unconfirmed())), failed);
  }

  /**
   * Entry of a starting gateway process. `exclusive` says that no other process works on this log: calls that were left open are then
   * declared lost in the same append, before the start entry. Returns those calls.
   */
  async recordStart(org: string, start: { timeMs: number; instance: string; version: string; exclusive: boolean }): Promise<OpenCall[]> {
    const open = start.exclusive ? await findOpenCalls(this.#store, org) : [];
    const gaps = gapContent(open, start.timeMs, 'the gateway stopped before the outcome was recorded', start.instance);
    const contents = [...gaps, systemContent({ event: 'start', ...start })];
    await this.#store.append(
      org,
      contents.map((content) => ({ content, callId: undefined, payloads: NONE })),
    );
    return open;
  }

  /** The full value behind a commitment; undefined when it was erased or never kept. Throws when it does not match its commitment. */
  async value(org: string, commitment: string, seq?: number): Promise<string | undefined> {
    const sealed = await this.#store.payload(org, commitment, seq);
    if (!sealed) return undefined;
    const opened = this.#sealer.open(org, sealed);
    if (sha256Hex(opened) !== commitment) {
      throw new GatewayError('payload_mismatch', `The stored value does not match its commitment ${commitment}.`);
    }
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(opened.subarray(SALT_BYTES));
  }

  #committed(org: string, role: PayloadDraft['role'], value: Value): Committed {
    if (isLong(value.text)) return atOnce(this.#committedInSteps(org, role, value));
    const { commitment, salted } = commitShort(value.text, this.#random);
    if (value.keep === false) return { commitment, payloads: NONE };
    return { commitment, payloads: [{ commitment, role, sealed: this.#sealer.seal(org, salted) }] };
  }

  *#committedInSteps(org: string, role: PayloadDraft['role'], value: Value): Generator<void, Committed, void> {
    const { commitment, salted } = yield* committing(value.text, this.#random);
    if (value.keep === false) return { commitment, payloads: NONE };
    return { commitment, payloads: [{ commitment, role, sealed: yield* this.#sealer.sealInSteps(org, salted) }] };
  }
}

/** A value of an entry: its commitment, and what is kept of it. */
interface Committed {
  commitment: string;
  payloads: readonly PayloadDraft[];
}

/** A longer value is committed to in steps, so that nobody waits for it, UTF-16 code units. */
const MIN_LONG_CHARS = 262_144;

function isLong(text: string): boolean {
  return text.length >= MIN_LONG_CHARS;
}

function committable(draft: AuditDraft): { role: PayloadDraft['role']; value: Value | undefined } {
  if (draft.type === 'decision') return { role: 'arguments', value: draft.arguments };
  return { role: 'result', value: draft.type === 'outcome' ? draft.result : undefined };
}

function entryOf(draft: AuditDraft, made: Committed | undefined): EntryDraft {
  const payloads = made?.payloads ?? NONE;
  switch (draft.type) {
    case 'decision':
      return { content: decisionContent(draft.fields, made?.commitment), callId: draft.fields.call, payloads };
    case 'outcome':
      return { content: outcomeContent(draft.fields, made?.commitment), callId: draft.fields.call, payloads };
    case 'object':
      return { content: objectContent(draft.fields), callId: undefined, payloads };
    case 'signin':
      return { content: signinContent(draft.fields), callId: undefined, payloads };
    case 'system':
      return { content: systemContent(draft.fields), callId: undefined, payloads };
  }
}

const NONE: readonly PayloadDraft[] = [];

function itself(receipt: Receipt): Receipt {
  return receipt;
}

function raise(error: unknown): never {
  throw error;
}

function unconfirmed(): GatewayError {
  return new GatewayError('log_unavailable', 'The audit log did not confirm an entry.', { detail: 'append returned no receipt' });
}

export interface Commitment {
  /** SHA-256 of salt ‖ UTF-8 of the value, hex. */
  commitment: string;
  /** salt ‖ UTF-8 of the value: what is sealed. */
  salted: Uint8Array;
}

/** Salted commitment: equal values are not recognisable as equal, and a value of few possibilities cannot be guessed. */
export function commit(valueText: string, random: Random = systemRandom): Commitment {
  return isLong(valueText) ? atOnce(committing(valueText, random)) : commitShort(valueText, random);
}

function commitShort(valueText: string, random: Random): Commitment {
  const salted = Buffer.allocUnsafe(SALT_BYTES + Buffer.byteLength(valueText, 'utf8'));
  salted.set(random.bytes(SALT_BYTES), 0);
  salted.write(valueText, SALT_BYTES, 'utf8');
  return { commitment: sha256Hex(salted), salted };
}

function* committing(valueText: string, random: Random): Generator<void, Commitment, void> {
  const salted = yield* utf8InSteps(valueText, SALT_BYTES);
  salted.set(random.bytes(SALT_BYTES), 0);
  return { commitment: yield* sha256HexInSteps(salted), salted };
}

/** Most open calls that are looked for: an exclusive start with more than this is refused rather than guessed at. */
export const MAX_OPEN_CALLS = 1_000_000;

/**
 * Allowed calls with neither an outcome nor a gap, oldest first. Reads backwards to the last exclusive start, at which nothing was open.
 * Meant for the start of a process that works on the log alone.
 */
export async function findOpenCalls(log: LogStore, org: string): Promise<OpenCall[]> {
  const closed = new Set<number>();
  const open: OpenCall[] = [];
  for await (const { seq, header, content: text } of log.read({ org, reverse: true })) {
    if (!text.includes('"type":"decision"') && !text.includes('"type":"outcome"') && !text.includes('"type":"system"')) continue;
    const content: unknown = JSON.parse(text);
    if (!isObject(content)) continue;
    if (content.type === 'outcome') closed.add(Number(content.decision));
    else if (content.type === 'decision') {
      if (owesOutcome(content, header) && !closed.delete(seq)) open.push({ call: String(content.call), decision: seq });
    } else if (content.event === 'gap' && Array.isArray(content.calls)) {
      for (const lost of content.calls) if (isObject(lost)) closed.add(Number(lost.decision));
    } else if (content.event === 'start' && content.exclusive === true) break;
    if (open.length > MAX_OPEN_CALLS)
      throw new GatewayError('too_many_open_calls', 'The audit log has too many calls without an outcome. Run `sallyport verify` on it.');
  }
  return open.reverse();
}

function owesOutcome(content: Record<string, unknown>, header: string): boolean {
  if (content.type !== 'decision' || content.effect !== 'allow' || content.single === true) return false;
  const parsed: unknown = JSON.parse(header);
  return isObject(parsed) && parsed.revision === content.judged;
}
