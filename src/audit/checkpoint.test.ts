// Checkpoint notes: form, signatures, and that nothing but the one right spelling is taken.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  MAX_NOTE_SIGNATURES,
  MAX_NOTE_UNITS,
  NoteSigner,
  originOf,
  parseCheckpoint,
  parseVerifierKey,
  SEED_BYTES,
  signCheckpoint,
  signedBy,
} from './checkpoint.ts';

const seed = (n: number): Uint8Array => new Uint8Array(SEED_BYTES).fill(n);
const signer = new NoteSigner('sallyport/acme', seed(1));
const other = new NoteSigner('sallyport/acme', seed(2));
const checkpoint = { origin: originOf('acme', 'ab'.repeat(32)), size: 42, root: new Uint8Array(32).fill(9) };
const note = signCheckpoint(checkpoint, [signer]);
const keyOf = (one: NoteSigner) => [parseVerifierKey(one.verifierKey)].filter((key) => key !== undefined);

describe('a checkpoint', () => {
  it('is a C2SP note, and its signature is plain Ed25519 over the text', () => {
    const [origin, size, root, blank, signature] = note.split('\n');
    expect([origin, size, blank]).toEqual(['sallyport/acme/abababababababab', '42', '']);
    expect(Buffer.from(root ?? '', 'base64').equals(Buffer.alloc(32, 9))).toBe(true);
    const [name, id, encoded] = signer.verifierKey.split('+', 2).concat(signer.verifierKey.split('+').slice(2).join('+'));
    const typed = Buffer.from(encoded ?? '', 'base64');
    const expectedId = createHash('sha256').update(`${name}\n`).update(typed).digest().subarray(0, 4);
    expect(id).toBe(expectedId.toString('hex'));
    const bytes = Buffer.from(signature?.split(' ')[2] ?? '', 'base64');
    expect(bytes.subarray(0, 4).equals(expectedId)).toBe(true);
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: typed.subarray(1).toString('base64url') }, format: 'jwk' });
    expect(verify(null, Buffer.from(`${origin}\n${size}\n${root}\n`), key, bytes.subarray(4))).toBe(true);
  });

  it('is read back, and believed by its key only', () => {
    const parsed = parseCheckpoint(note);
    expect(parsed).toMatchObject({ origin: checkpoint.origin, size: 42 });
    if (!parsed) throw new Error('not parsed');
    expect(signedBy(parsed, keyOf(signer))?.text).toBe(signer.verifierKey);
    expect(signedBy(parsed, keyOf(other))).toBeUndefined();
    const both = parseCheckpoint(signCheckpoint(checkpoint, [signer, other]));
    expect(both && signedBy(both, keyOf(other))?.text).toBe(other.verifierKey);
  });

  it('is refused or not believed after any change of a character', () => {
    for (let at = 0; at < note.length; at++) {
      for (const put of ['', 'A', '\n', ' ', 'é']) {
        const changed = note.slice(0, at) + put + note.slice(at + 1);
        if (changed === note) continue;
        const parsed = parseCheckpoint(changed);
        expect(parsed && signedBy(parsed, keyOf(signer)), JSON.stringify(changed)).toBeUndefined();
      }
    }
  });

  it('has a limit for its length and for its signatures', () => {
    const line = other.sign('x');
    const text = note.slice(0, note.indexOf('\n\n') + 2);
    expect(parseCheckpoint(text + line.repeat(MAX_NOTE_SIGNATURES))).toBeDefined();
    expect(parseCheckpoint(text + line.repeat(MAX_NOTE_SIGNATURES + 1))).toBeUndefined();
    expect(parseCheckpoint(`${'o'.repeat(MAX_NOTE_UNITS)}${note}`)).toBeUndefined();
  });

  it('takes only verifier keys whose id is right', () => {
    expect(parseVerifierKey(signer.verifierKey)).toMatchObject({ name: 'sallyport/acme' });
    expect(parseVerifierKey(signer.verifierKey.replace('acme', 'acne'))).toBeUndefined();
    expect(parseVerifierKey('x')).toBeUndefined();
    expect(() => new NoteSigner('a b', seed(1))).toThrow(RangeError);
  });
});
