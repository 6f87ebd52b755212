// What others say about a checkpoint, in the signature lines of its note: cosignatures of witnesses (C2SP tlog-cosignature) and RFC 3161 time stamps.
// Checks only against keys and certificates that the reader was given; lines of anybody else are passed over.
import { verify, type X509Certificate } from 'node:crypto';
import { parseKey, type SignedCheckpoint, type VerifierKey } from './checkpoint.ts';
import type { Breach } from './rules.ts';
import { checkTimeStamp, isTimeStampLine } from './time-stamp.ts';

/** C2SP signed-note §Signature types: a time-stamped Ed25519 cosignature. */
const COSIGNATURE = 4;
const TIME_BYTES = 8;
const SIGNATURE_BYTES = 64;

export interface AnchorTrust {
  /** Verifier keys of witnesses. */
  witnesses: readonly VerifierKey[];
  /** Certificates of time-stamp authorities, or of who certifies them. */
  authorities: readonly X509Certificate[];
}

/** The greatest checkpoint that somebody else vouches for. */
export interface AnchorFact {
  kind: 'witness' | 'rfc3161';
  /** Name of the witness's key, or the subject of the authority's certificate. */
  name: string;
  /** Entries that the checkpoint covers: they were there, as they are, at that time. */
  size: number;
  time: string;
}

export function parseWitnessKey(text: string): VerifierKey | undefined {
  return parseKey(text, COSIGNATURE);
}

/** When this witness cosigned; `bad` for a line of its key that is not good, undefined when it has none here. */
export function cosignedMs({ text, signatures }: SignedCheckpoint, key: VerifierKey): number | 'bad' | undefined {
  let found: number | undefined;
  for (const { name, keyId, signature } of signatures) {
    if (name !== key.name || keyId !== key.keyId) continue;
    if (signature.length !== TIME_BYTES + SIGNATURE_BYTES) return 'bad';
    const seconds = Buffer.from(signature).readBigUInt64BE();
    const message = Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`, 'utf8');
    if (!verify(null, message, key.key, signature.subarray(TIME_BYTES))) return 'bad';
    const timeMs = Number(seconds) * 1000;
    if (!Number.isSafeInteger(timeMs) || timeMs > MAX_TIME_MS) return 'bad';
    found ??= timeMs;
  }
  return found;
}

/** Last moment that a date can be. */
const MAX_TIME_MS = 8_640_000_000_000_000;

export class AnchorCheck {
  readonly #trust: AnchorTrust;
  readonly #facts = new Map<string, AnchorFact>();

  constructor(trust: AnchorTrust) {
    this.#trust = trust;
  }

  facts(): AnchorFact[] {
    return [...this.#facts.values()];
  }

  /** Checkpoints in the order of their sizes. */
  take(checkpoint: SignedCheckpoint): Breach | undefined {
    for (const key of this.#trust.witnesses) {
      const timeMs = cosignedMs(checkpoint, key);
      if (timeMs === 'bad') return bad(`a good cosignature of ${key.name}`, `a bad one on the checkpoint of ${checkpoint.size} entries`);
      if (timeMs !== undefined) this.#add('witness', key.name, checkpoint.size, timeMs);
    }
    if (this.#trust.authorities.length === 0) return undefined;
    for (const line of checkpoint.signatures.filter(isTimeStampLine)) {
      const { stamp, problem } = checkTimeStamp(line.signature, { text: checkpoint.text, trusted: this.#trust.authorities });
      if (!stamp) return bad(`a good time stamp (${line.name}) of the checkpoint of ${checkpoint.size} entries`, problem);
      this.#add('rfc3161', stamp.authority, checkpoint.size, stamp.timeMs);
    }
    return undefined;
  }

  /** INVARIANT: who was named as a witness and says nothing is not taken for one that agrees (anchor-check.test.ts). */
  end(): Breach | undefined {
    const silent = this.#trust.witnesses.find(({ name }) => !this.#facts.has(`witness ${name}`));
    if (silent) return { rule: 'anchor-missing', expected: `a checkpoint that ${silent.name} cosigned`, found: 'none' };
    const isStamped = this.#trust.authorities.length === 0 || this.facts().some(({ kind }) => kind === 'rfc3161');
    return isStamped ? undefined : { rule: 'anchor-missing', expected: 'a checkpoint with a time stamp', found: 'none' };
  }

  #add(kind: AnchorFact['kind'], name: string, size: number, timeMs: number): void {
    this.#facts.set(`${kind} ${name}`, { kind, name, size, time: new Date(timeMs).toISOString() });
  }
}

function bad(expected: string, found: string): Breach {
  return { rule: 'anchor-signature', expected, found };
}
