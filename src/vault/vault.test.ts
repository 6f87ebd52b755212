// The vault: envelopes, master key files, data keys and their rotation, sealed texts, credentials.
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../lib/clock.ts';
import type { Random } from '../lib/id.ts';
import { resolveCredentials } from './credential.ts';
import { ENVELOPE_OVERHEAD_BYTES, Envelope, KEY_BYTES, keyIdOf } from './envelope.ts';
import {
  beginMasterRotation,
  finishMasterRotation,
  loadMasterKeys,
  MASTER_KEY_FILE,
  type MasterKeys,
  parseMasterKey,
} from './master-key.ts';
import type { KeyStore, WrappedKey } from './port.ts';
import { MAX_SEALED_TEXT_CHARS, openText, sealText } from './token-seal.ts';
import { payloadSealer, secretSealer, Vault } from './vault.ts';

class MemoryKeys implements KeyStore {
  readonly rows = new Map<string, WrappedKey[]>();
  async put(org: string, id: string, wrapped: Uint8Array): Promise<void> {
    const rows = this.rows.get(org) ?? [];
    const known = rows.find((row) => row.id === id);
    if (known) known.wrapped = wrapped;
    else rows.push({ id, wrapped });
    this.rows.set(org, rows);
  }
  async list(org: string): Promise<WrappedKey[]> {
    return [...(this.rows.get(org) ?? [])];
  }
}

const master = (seed: number): MasterKeys => ({
  current: parseMasterKey(Buffer.alloc(KEY_BYTES, seed).toString('base64'), 'test'),
  others: [],
});
const newVault = async (keys: KeyStore, keySet = master(1), clock = new ManualClock()) => {
  const vault = new Vault({ keys, master: keySet, clock });
  await vault.prepare('acme');
  return vault;
};
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (opened: Uint8Array | undefined) => (opened === undefined ? undefined : Buffer.from(opened).toString());

describe('Envelope', () => {
  const envelope = new Envelope('00c0ffee', Buffer.alloc(KEY_BYTES, 7));

  it('opens what it sealed, for the same context only', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), fc.string(), (plain, context, other) => {
        const sealed = envelope.seal(context, plain);
        expect(sealed.length).toBe(plain.length + ENVELOPE_OVERHEAD_BYTES);
        expect(envelope.open(context, sealed)).toEqual(Buffer.from(plain));
        if (other !== context && Buffer.from(other).compare(Buffer.from(context)) !== 0)
          expect(envelope.open(other, sealed)).toBeUndefined();
      }),
    );
  });

  it('opens nothing that was changed in any byte, cut or made up', () => {
    const sealed = envelope.seal('c', bytes('attack at dawn'));
    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed);
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(envelope.open('c', changed)).toBeUndefined();
      expect(envelope.open('c', sealed.subarray(0, i))).toBeUndefined();
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (noise) => envelope.open('c', noise) === undefined));
    expect(new Envelope('00c0ffee', Buffer.alloc(KEY_BYTES, 8)).open('c', sealed)).toBeUndefined();
  });

  it('never uses salt and nonce twice, across messages and instances of the same key', () => {
    const headers = new Set<string>();
    for (let instance = 0; instance < 20; instance++) {
      const one = new Envelope('00c0ffee', Buffer.alloc(KEY_BYTES, 7));
      for (let i = 0; i < 50; i++) headers.add(one.seal('c', bytes('same')).subarray(5, 23).toString('hex'));
    }
    expect(headers.size).toBe(20 * 50);
  });

  it('keeps its layout (test vector)', () => {
    const counting: Random = { bytes: (count) => Uint8Array.from({ length: count }, (_, i) => i) };
    const sealed = new Envelope('00c0ffee', Buffer.alloc(KEY_BYTES, 7), counting).seal('context', bytes('hello'));
    expect(sealed.subarray(0, 23).toString('hex')).toBe('0100c0ffee000102030405060708090a0b000000000000');
    expect(envelope.open('context', sealed)?.toString()).toBe('hello');
    expect(keyIdOf(sealed)).toBe('00c0ffee');
  });
});

describe('master key', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'sallyport-key-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const source = (more: object = {}) => ({ text: undefined, previousText: undefined, dataDir: dir, create: true, ...more });

  it('is made once, readable by its owner only, and read again', () => {
    const first = loadMasterKeys(source());
    expect(statSync(join(dir, MASTER_KEY_FILE)).mode & 0o777).toBe(0o600);
    expect(loadMasterKeys(source()).current.id).toBe(first.current.id);
    expect(loadMasterKeys(source({ create: false })).current.id).toBe(first.current.id);
  });

  it('is made in a directory that does not exist yet, and leaves nothing else behind', () => {
    const nested = join(dir, 'not', 'there');
    loadMasterKeys(source({ dataDir: nested }));
    expect(readdirSync(nested)).toEqual([MASTER_KEY_FILE]);
  });

  it('refuses a file that others can read, a missing one when it must not be made, and a bad one', () => {
    expect(() => loadMasterKeys(source({ create: false }))).toThrow(/There is no master key/);
    loadMasterKeys(source());
    const path = join(dir, MASTER_KEY_FILE);
    for (const mode of [0o640, 0o604, 0o620]) {
      chmodSync(path, mode);
      expect(() => loadMasterKeys(source())).toThrow(/others can read it.*chmod 600/);
    }
    chmodSync(path, 0o600);
    writeFileSync(path, 'not a key at all: hunter2');
    expect(() => loadMasterKeys(source())).toThrow(/not a key of 32 bytes/);
    expect(() => loadMasterKeys(source())).not.toThrow(/hunter2/);
  });

  it('takes base64, base64url and hex from the setting, and nothing else', () => {
    const key = Buffer.alloc(KEY_BYTES, 0xfb);
    const ids = [key.toString('base64'), key.toString('base64url'), key.toString('hex'), `${key.toString('hex').toUpperCase()}\n`].map(
      (t) => loadMasterKeys(source({ text: t })).current.id,
    );
    expect(new Set(ids).size).toBe(1);
    expect(existsSync(join(dir, MASTER_KEY_FILE))).toBe(false);
    for (const bad of ['', 'short', key.subarray(1).toString('base64'), `${key.toString('hex')}00`])
      expect(() => parseMasterKey(bad, 'X')).toThrow(/X is not a key/);
  });

  it('rotates through a second file; a crash between the steps loses nothing', async () => {
    const keys = new MemoryKeys();
    const vault = await newVault(keys, loadMasterKeys(source()));
    const sealed = vault.seal('acme', 'p', bytes('kept'));
    const old = readFileSync(join(dir, MASTER_KEY_FILE), 'utf8');
    beginMasterRotation(dir);
    expect(text((await newVault(keys, loadMasterKeys(source()))).open('acme', 'p', sealed))).toBe('kept'); // restart here
    await vault.rotateMasterKey(loadMasterKeys(source()), ['acme']);
    finishMasterRotation(dir);
    expect(readFileSync(join(dir, MASTER_KEY_FILE), 'utf8')).not.toBe(old);
    const after = loadMasterKeys(source());
    expect(after.others).toEqual([]);
    expect(text((await newVault(keys, after)).open('acme', 'p', sealed))).toBe('kept');
    await expect(newVault(keys, { current: parseMasterKey(old, 'old'), others: [] })).rejects.toThrow(/does not open data key/);
  });
});

describe('Vault', () => {
  it('keeps organizations and purposes apart', async () => {
    const keys = new MemoryKeys();
    const vault = await newVault(keys);
    await vault.prepare('other');
    const sealed = vault.seal('acme', 'p', bytes('x'));
    expect(text(vault.open('acme', 'p', sealed))).toBe('x');
    expect(vault.open('acme', 'q', sealed)).toBeUndefined();
    expect(vault.open('other', 'p', sealed)).toBeUndefined();
    expect(() => vault.seal('nobody', 'p', bytes('x'))).toThrow(/not loaded/);
  });

  it('does not accept a wrapped key moved to another organization or id', async () => {
    const keys = new MemoryKeys();
    await newVault(keys);
    const [row] = await keys.list('acme');
    await keys.put('thief', row?.id ?? '', row?.wrapped ?? new Uint8Array());
    await expect(new Vault({ keys, master: master(1), clock: new ManualClock() }).prepare('thief')).rejects.toThrow(/does not open/);
  });

  it('opens older values after the data key was rotated, here and in another process', async () => {
    const keys = new MemoryKeys();
    const clock = new ManualClock();
    const [here, there] = [await newVault(keys), await newVault(keys, master(1), clock)];
    const old = here.seal('acme', 'p', bytes('old'));
    const { id, previous } = await here.rotateDataKey('acme');
    expect(keyIdOf(old)).toBe(previous);
    const fresh = here.seal('acme', 'p', bytes('new'));
    expect(keyIdOf(fresh)).toBe(id);
    expect(text(here.open('acme', 'p', old))).toBe('old');
    expect(there.open('acme', 'p', fresh)).toBeUndefined(); // first meeting with the new key: reloads behind
    await new Promise((resolve) => setImmediate(resolve));
    expect(text(there.open('acme', 'p', fresh))).toBe('new');
  });

  it('wraps anew under a new master key given with its predecessor', async () => {
    const keys = new MemoryKeys();
    const sealed = (await newVault(keys)).seal('acme', 'p', bytes('x'));
    await newVault(keys, { current: master(2).current, others: [master(1).current] });
    expect(text((await newVault(keys, master(2))).open('acme', 'p', sealed))).toBe('x');
  });

  it('seals payloads and secrets for what they are', async () => {
    const vault = await newVault(new MemoryKeys());
    const payloads = payloadSealer(vault);
    const sealed = payloads.seal('acme', bytes('args'));
    expect(text(payloads.open('acme', sealed))).toBe('args');
    expect(() => payloads.open('acme', bytes('garbage'))).toThrow(/cannot be opened/);
    const box = secretSealer(vault, 'acme');
    const envelope = box.seal('github', 'ghp_secret');
    expect(envelope).toMatch(/^v1\.[A-Za-z0-9_-]+$/);
    expect(box.open('github', envelope)).toBe('ghp_secret');
    expect(box.open('other', envelope)).toBeUndefined();
    expect(box.open('github', 'v1.nonsense')).toBeUndefined();
    expect(box.matches('github', envelope, 'ghp_secret')).toBe(true);
    expect(box.matches('github', envelope, 'ghp_other')).toBe(false);
  });
});

describe('sealed texts', () => {
  it('open for the same organization and purpose only, in one spelling only', async () => {
    const vault = await newVault(new MemoryKeys());
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (plain) => {
        const sealed = sealText(vault, 'acme', 'cursor', plain);
        expect(sealed).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(openText(vault, 'acme', 'cursor', sealed)).toBe(plain);
        expect(openText(vault, 'acme', 'task', sealed)).toBeUndefined();
        expect(openText(vault, 'acme', 'cursor', `${sealed}=`)).toBeUndefined();
      }),
    );
    fc.assert(fc.property(fc.string(), (noise) => openText(vault, 'acme', 'cursor', noise) === undefined));
    const longest = 'a'.repeat(Math.floor((MAX_SEALED_TEXT_CHARS * 3) / 4) - ENVELOPE_OVERHEAD_BYTES);
    expect(openText(vault, 'acme', 'c', sealText(vault, 'acme', 'c', longest))).toBe(longest);
    expect(openText(vault, 'acme', 'c', sealText(vault, 'acme', 'c', `${longest}aaaa`))).toBeUndefined();
  });
});

describe('resolveCredentials', () => {
  const open = (name: string) => ({ key: 's3cret', bad: 'a\r\nX-Evil: 1', pem: '-----\nline\n' })[name];

  it('puts secrets in place and says whether there were any', () => {
    expect(resolveCredentials({}, open)).toEqual({ headers: {}, env: {}, fingerprint: '', secrets: [], mode: 'none' });
    const resolved = resolveCredentials(
      { headers: { Authorization: { secret: 'key', prefix: 'Bearer ' } }, env: { PEM: { secret: 'pem' }, MODE: 'x' } },
      open,
    );
    expect(resolved).toMatchObject({
      headers: { Authorization: 'Bearer s3cret' },
      env: { PEM: '-----\nline\n', MODE: 'x' },
      mode: 'static',
    });
    expect(resolveCredentials({ headers: { A: 'b' } }, open)).toMatchObject({
      mode: 'none',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('has one fingerprint per set of values, whatever their order', () => {
    const print = (spec: Parameters<typeof resolveCredentials>[0]) =>
      (resolveCredentials(spec, open) as { fingerprint: string }).fingerprint;
    expect(print({ env: { A: '1', B: '2' } })).toBe(print({ env: { B: '2', A: '1' } }));
    expect(print({ env: { A: '1' } })).not.toBe(print({ env: { A: '2' } }));
    expect(print({ env: { A: '1' } })).not.toBe(print({ headers: { A: '1' } }));
  });

  it('names what is missing and refuses values that would break out of a header', () => {
    expect(resolveCredentials({ headers: { A: { secret: 'gone' } } }, open)).toMatchObject({ missing: 'gone' });
    expect(resolveCredentials({ headers: { A: { secret: 'bad' } } }, open)).toMatchObject({ missing: 'bad' });
    expect(resolveCredentials({ env: { A: 'a\0b' } }, open)).toMatchObject({ missing: 'A' });
  });
});
