// The vault: data keys per organization, wrapped by the master key, and sealing under them for a stated purpose.
// Never hands out a key, and never opens for one organization or purpose what was sealed for another.
import { equalSecret } from '../lib/digest.ts';
import { GatewayError } from '../lib/error.ts';
import { type Random, systemRandom } from '../lib/id.ts';
import { Envelope, KEY_BYTES, KEY_ID_BYTES, keyIdOf } from './envelope.ts';
import type { MasterKeys } from './master-key.ts';
import { PayloadStream, payloadKeyId } from './payload-stream.ts';
import type { KeyStore } from './port.ts';

/** Shortest time between two reloads that unknown key ids may cause, milliseconds. */
const RELOAD_PAUSE_MS = 1_000;

export interface VaultOptions {
  keys: KeyStore;
  master: MasterKeys;
  /** Monotonic milliseconds. */
  clock: { monotonicMs(): number };
  random?: Random;
}

export class Vault {
  readonly #keys: KeyStore;
  readonly #clock: { monotonicMs(): number };
  readonly #random: Random;
  readonly #rings = new Map<string, Ring>();
  readonly #reloadedMs = new Map<string, number>();
  #master: Envelope[];

  constructor(options: VaultOptions) {
    this.#keys = options.keys;
    this.#clock = options.clock;
    this.#random = options.random ?? systemRandom;
    this.#master = masterEnvelopes(options.master, this.#random);
  }

  /**
   * Loads the organization's data keys, makes the first one, and wraps anew what an earlier master key wrapped. Call before seal and open.
   * Throws GatewayError `master_key_wrong` when a data key cannot be unwrapped.
   */
  async prepare(org: string): Promise<void> {
    let ring = await this.#load(org);
    if (ring.envelopes.size === 0) {
      await this.#add(org, ring);
      ring = await this.#load(org);
    }
    this.#rings.set(org, ring);
  }

  /** Throws GatewayError `vault_not_ready` before `prepare`. */
  seal(org: string, purpose: string, plain: Uint8Array): Uint8Array {
    return this.#ring(org).current.seal(contextOf(org, purpose), plain);
  }

  /** undefined when it was changed, sealed for something else, or under a key that is gone. */
  open(org: string, purpose: string, sealed: Uint8Array): Uint8Array | undefined {
    const keyId = keyIdOf(sealed);
    if (keyId === undefined) return undefined;
    const envelope = this.#ring(org).envelopes.get(keyId);
    if (envelope) return envelope.open(contextOf(org, purpose), sealed);
    this.#reloadSoon(org);
    return undefined;
  }

  /** Keyed digest of a text, 64 hex characters; the same as long as the organization lives, whatever keys are rotated. */
  mac(org: string, purpose: string, text: string): string {
    const [oldest] = this.#ring(org).envelopes.values();
    return (oldest ?? this.#ring(org).current).mac(contextOf(org, purpose), text);
  }

  /** Seals a value whose integrity a commitment in the log guards; cheaper than `seal`. Throws GatewayError `vault_not_ready` before `prepare`. */
  sealPayload(org: string, plain: Uint8Array): Uint8Array {
    return this.#currentStream(org).seal(plain);
  }

  /** The same in steps, for a value of many bytes. */
  sealPayloadInSteps(org: string, plain: Uint8Array): Generator<void, Uint8Array, void> {
    return this.#currentStream(org).sealInSteps(plain);
  }

  #currentStream(org: string): PayloadStream {
    const ring = this.#ring(org);
    const stream = ring.streams.get(ring.current.keyId);
    if (!stream) throw new GatewayError('vault_not_ready', 'The keys of this organization are not loaded yet.', { detail: `org ${org}` });
    return stream;
  }

  /** undefined when its key is gone. The caller checks the commitment. */
  openPayload(org: string, sealed: Uint8Array): Uint8Array | undefined {
    const keyId = payloadKeyId(sealed);
    const stream = keyId === undefined ? undefined : this.#ring(org).streams.get(keyId);
    if (!stream && keyId !== undefined) this.#reloadSoon(org);
    return stream?.open(sealed);
  }

  /** A new data key for everything sealed from now on; older ones still open. Returns the ids. */
  async rotateDataKey(org: string): Promise<{ id: string; previous: string }> {
    const previous = this.#ring(org).current.keyId;
    const id = await this.#add(org, this.#ring(org));
    this.#rings.set(org, await this.#load(org));
    return { id, previous };
  }

  /** Wraps the data keys of these organizations by a new master key, which is used from now on. Safe to repeat after a crash. */
  async rotateMasterKey(next: MasterKeys, organizations: readonly string[]): Promise<void> {
    this.#master = masterEnvelopes(next, this.#random);
    for (const org of organizations) await this.prepare(org);
  }

  #ring(org: string): Ring & { current: Envelope } {
    const ring = this.#rings.get(org);
    if (!ring?.current)
      throw new GatewayError('vault_not_ready', 'The keys of this organization are not loaded yet.', { detail: `org ${org}` });
    return ring as Ring & { current: Envelope };
  }

  async #load(org: string): Promise<Ring> {
    const ring: Ring = { envelopes: new Map(), streams: new Map(), current: undefined };
    const known = this.#rings.get(org)?.envelopes;
    for (const { id, wrapped } of await this.#keys.list(org)) {
      const key = known?.has(id) ? undefined : this.#unwrap(org, id, wrapped);
      const envelope = known?.get(id) ?? new Envelope(id, key ?? this.#unwrap(org, id, wrapped), this.#random);
      const stream =
        this.#rings.get(org)?.streams.get(id) ??
        new PayloadStream(id, key ?? this.#unwrap(org, id, wrapped), contextOf(org, 'payload'), this.#random);
      if (keyIdOf(wrapped) !== this.#master[0]?.keyId) await this.#keys.put(org, id, this.#wrap(org, id, this.#unwrap(org, id, wrapped)));
      ring.envelopes.set(id, envelope);
      ring.streams.set(id, stream);
      ring.current = envelope;
    }
    return ring;
  }

  async #add(org: string, ring: Ring): Promise<string> {
    let id: string;
    do id = Buffer.from(this.#random.bytes(KEY_ID_BYTES)).toString('hex');
    while (ring.envelopes.has(id));
    await this.#keys.put(org, id, this.#wrap(org, id, this.#random.bytes(KEY_BYTES)));
    return id;
  }

  #wrap(org: string, id: string, key: Uint8Array): Uint8Array {
    const [current] = this.#master;
    if (!current) throw new GatewayError('master_key_missing', 'There is no master key.');
    return current.seal(contextOf(org, `data-key/${id}`), key);
  }

  #unwrap(org: string, id: string, wrapped: Uint8Array): Uint8Array {
    for (const master of this.#master) {
      const key = master.open(contextOf(org, `data-key/${id}`), wrapped);
      if (key) return key;
    }
    const next = 'Start with the key it was created with (file master.key or SALLYPORT_MASTER_KEY).';
    throw new GatewayError('master_key_wrong', `The master key does not open data key ${id} of organization ${org}. ${next}`);
  }

  /** Another process may have rotated the data key: look again, at most once a second. */
  #reloadSoon(org: string): void {
    const now = this.#clock.monotonicMs();
    if (now - (this.#reloadedMs.get(org) ?? Number.NEGATIVE_INFINITY) < RELOAD_PAUSE_MS) return;
    this.#reloadedMs.set(org, now);
    this.prepare(org).catch(() => undefined); // the store reports its own failures; the next miss tries again
  }
}

interface Ring {
  envelopes: Map<string, Envelope>;
  streams: Map<string, PayloadStream>;
  /** The newest. */
  current: Envelope | undefined;
}

function masterEnvelopes(master: MasterKeys, random: Random): Envelope[] {
  return [master.current, ...master.others].map((key) => new Envelope(key.id, key.bytes, random));
}

function contextOf(org: string, purpose: string): string {
  return JSON.stringify(['sallyport', org, purpose]);
}

/** Seals the log's payloads; what the log takes as its PayloadSealer. */
export function payloadSealer(vault: Vault): {
  seal(org: string, bytes: Uint8Array): Uint8Array;
  sealInSteps(org: string, bytes: Uint8Array): Generator<void, Uint8Array, void>;
  open(org: string, sealed: Uint8Array): Uint8Array;
} {
  return {
    seal: (org, bytes) => vault.sealPayload(org, bytes),
    sealInSteps: (org, bytes) => vault.sealPayloadInSteps(org, bytes),
    open(org, sealed) {
      const opened = vault.openPayload(org, sealed);
      if (!opened) throw new GatewayError('payload_unreadable', 'A stored value cannot be opened: it was changed, or its key is gone.');
      return opened;
    },
  };
}

/** Seals secret objects of one organization; the name is authenticated, so an envelope cannot be moved to another secret. */
export function secretSealer(vault: Vault, org: string): SecretBox {
  const open = (name: string, sealed: string) => {
    if (!sealed.startsWith(SECRET_PREFIX)) return undefined;
    const opened = vault.open(org, `secret/${name}`, Buffer.from(sealed.slice(SECRET_PREFIX.length), 'base64url'));
    return opened && Buffer.from(opened).toString('utf8');
  };
  return {
    seal: (name, value) => SECRET_PREFIX + Buffer.from(vault.seal(org, `secret/${name}`, Buffer.from(value))).toString('base64url'),
    open,
    matches(name, sealed, value) {
      const opened = open(name, sealed);
      return opened !== undefined && equalSecret(opened, value);
    },
  };
}

const SECRET_PREFIX = 'v1.';

export interface SecretBox {
  seal(name: string, value: string): string;
  /** The plain value, or undefined when the envelope is not for this secret or was changed. */
  open(name: string, sealed: string): string | undefined;
  matches(name: string, sealed: string, value: string): boolean;
}
