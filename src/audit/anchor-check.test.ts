// What others say about a checkpoint, said by others: a real `openssl ts` authority, and a witness written from the specification. And their lies.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasOpenssl, startAuthority, type TimeStampAuthority } from '../../test/support/time-stamp-authority.ts';
import { AnchorCheck, type AnchorTrust, cosignedMs, parseWitnessKey } from './anchor-check.ts';
import { MAX_NOTE_SIGNATURES, NoteSigner, parseCheckpoint, signCheckpoint, withSignatures } from './checkpoint.ts';
import { oidBytes, readAll, write } from './der.ts';
import { checkTimeStamp, MAX_STAMP_BYTES, readCertificates, readTimeStampAnswer, timeStampLine, timeStampQuery } from './time-stamp.ts';

const signer = new NoteSigner('sallyport/acme', new Uint8Array(32).fill(7));
const noteOf = (size: number): string =>
  signCheckpoint({ origin: 'sallyport/acme/00', size, root: new Uint8Array(32).fill(size) }, [signer]);
const parsed = (note: string) => {
  const checkpoint = parseCheckpoint(note);
  if (!checkpoint) throw new Error(`no note: ${note}`);
  return checkpoint;
};
const nonce = new Uint8Array(16).fill(0x91);

describe.skipIf(!hasOpenssl).each<[string, string[]]>([
  ['ECDSA P-256', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']],
  ['RSA', ['rsa:2048']],
])('a time stamp of an authority with %s', (_name, key) => {
  let authority: TimeStampAuthority;
  let trusted: NonNullable<ReturnType<typeof readCertificates>>;
  let token: Uint8Array;
  const { text } = parsed(noteOf(5));

  beforeAll(async () => {
    authority = await startAuthority(key);
    trusted = readCertificates(authority.ca) ?? [];
    token = tokenFor(timeStampQuery(text, nonce));
  });
  afterAll(() => authority?.close());
  function tokenFor(query: Uint8Array): Uint8Array {
    const { token: found, problem } = readTimeStampAnswer(authority.answer(query));
    if (!found) throw new Error(problem);
    return found;
  }

  it('is taken for the text, the query and the policy it was made for', () => {
    const verdict = checkTimeStamp(token, { text, trusted, nonce, policy: '1.3.6.1.4.1.99999.1' });
    expect(verdict).toMatchObject({ stamp: { authority: 'CN=stamps.example' } });
    expect(Math.abs((verdict.stamp?.timeMs ?? 0) - Date.now())).toBeLessThan(3_600_000);
    const other = tokenFor(timeStampQuery(text, nonce, '1.3.6.1.4.1.99999.2'));
    expect(checkTimeStamp(other, { text, trusted, nonce, policy: '1.3.6.1.4.1.99999.2' }).stamp).toBeDefined();
  });

  it('is not taken for another text, query, policy or authority', () => {
    const problemOf = (change: object) => checkTimeStamp(token, { text, trusted, nonce, ...change }).problem;
    expect(problemOf({ text: parsed(noteOf(6)).text })).toBe('it is a stamp of something else');
    expect(problemOf({ nonce: new Uint8Array(16).fill(1) })).toContain('nonce');
    expect(problemOf({ policy: '1.3.6.1.4.1.99999.2' })).toBe('it was made under another policy');
    expect(problemOf({ trusted: readCertificates(authority.otherCa) ?? [] })).toContain('does not lead to one that is trusted');
    expect(problemOf({ trusted: [] })).toContain('does not lead');
  });

  it('is not taken with any byte of it changed, but where it says nothing', () => {
    // Bits that are not signed and that nothing rests on: the copies of certificates that are not needed, and how a certificate is named.
    let taken = 0;
    for (let at = 0; at < token.length; at += 3) {
      const changed = Uint8Array.from(token);
      changed[at] = (changed[at] ?? 0) ^ 0x21;
      if (checkTimeStamp(changed, { text, trusted, nonce }).stamp) taken++;
    }
    expect(taken / (token.length / 3)).toBeLessThan(0.1);
  });

  it('stands in the note as a line of its own, and whoever does not know it passes over it', () => {
    const note = withSignatures(noteOf(5), [timeStampLine('tsa', token)]) ?? '';
    const check = new AnchorCheck({ witnesses: [], authorities: trusted });
    expect(check.take(parsed(note))).toBeUndefined();
    expect(check.end()).toBeUndefined();
    expect(check.facts()).toMatchObject([{ kind: 'rfc3161', name: 'CN=stamps.example', size: 5 }]);
    const moved = withSignatures(noteOf(6), [timeStampLine('tsa', token)]) ?? '';
    expect(new AnchorCheck({ witnesses: [], authorities: trusted }).take(parsed(moved))).toMatchObject({ rule: 'anchor-signature' });
    const silent = new AnchorCheck({ witnesses: [], authorities: trusted });
    expect(silent.take(parsed(noteOf(5)))).toBeUndefined();
    expect(silent.end()).toMatchObject({ rule: 'anchor-missing' });
  });

  it('is refused as what it is: a refusal, garbage, too large', () => {
    const bad = authority.answer(timeStampQuery(text, nonce, '1.2.3.4'));
    expect(readTimeStampAnswer(bad).problem).toContain('refused with status 02');
    for (const garbage of [Buffer.alloc(0), Buffer.from('no'), Buffer.from([0x30, 0x80]), write(0x30, Buffer.alloc(3))])
      expect(readTimeStampAnswer(garbage).token).toBeUndefined();
    const large = write(0x30, write(0x30, write(0x02, Buffer.from([0]))), write(0x30, Buffer.alloc(MAX_STAMP_BYTES)));
    expect(readTimeStampAnswer(large).problem).toContain('larger than');
    expect(checkTimeStamp(Buffer.alloc(MAX_STAMP_BYTES + 1), { text, trusted }).problem).toBeDefined();
  });
});

describe('a witness', () => {
  const key = parseWitnessKey('witness.example/w1+8d66cf3f+BA==');
  it('needs a key of its own type', () => {
    expect(key).toBeUndefined();
    expect(parseWitnessKey(signer.verifierKey)).toBeUndefined();
  });

  // The example of C2SP tlog-cosignature has no public key; one made here shows the layout.
  it('who says nothing is missing, and whose line is bad is told', async () => {
    const { generateKeyPairSync, createHash, sign } = await import('node:crypto');
    const pair = generateKeyPairSync('ed25519');
    const typed = Buffer.concat([Buffer.from([4]), pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)]);
    const id = createHash('sha256').update('w\n').update(typed).digest().subarray(0, 4);
    const witness = parseWitnessKey(`w+${id.toString('hex')}+${typed.toString('base64')}`);
    if (!witness) throw new Error('no key');
    const trust: AnchorTrust = { witnesses: [witness], authorities: [] };
    const line = (seconds: bigint, of: string, name = 'w'): string => {
      const stamp = Buffer.alloc(8);
      stamp.writeBigUInt64BE(seconds);
      const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${seconds}\n${of}`), pair.privateKey);
      return `— ${name} ${Buffer.concat([id, stamp, signature]).toString('base64')}\n`;
    };
    const note = noteOf(5);
    const good = withSignatures(note, [line(1_700_000_000n, parsed(note).text)]) ?? '';
    expect(cosignedMs(parsed(good), witness)).toBe(1_700_000_000_000);
    const check = new AnchorCheck(trust);
    expect(check.take(parsed(good))).toBeUndefined();
    expect(check.facts()).toEqual([{ kind: 'witness', name: 'w', size: 5, time: '2023-11-14T22:13:20.000Z' }]);
    expect(new AnchorCheck(trust).end()).toMatchObject({ rule: 'anchor-missing', expected: expect.stringContaining('w cosigned') });
    for (const wrong of [line(1n, parsed(noteOf(6)).text), line(2n ** 60n, parsed(note).text), `— w ${id.toString('base64')}AAAA\n`]) {
      const bad = withSignatures(note, [wrong]);
      if (bad !== undefined) expect(new AnchorCheck(trust).take(parsed(bad)), wrong).toMatchObject({ rule: 'anchor-signature' });
    }
    expect(cosignedMs(parsed(withSignatures(note, [line(1n, parsed(note).text, 'other')]) ?? ''), witness)).toBeUndefined();
  });

  it('adds a line once, and none to a full note', () => {
    const line = timeStampLine('x', Buffer.from([1]));
    const once = withSignatures(noteOf(5), [line]) ?? '';
    expect(withSignatures(once, [line])).toBe(once);
    const many = Array.from({ length: MAX_NOTE_SIGNATURES - 1 }, (_, n) => timeStampLine(`x${n}`, Buffer.from([1])));
    expect(withSignatures(noteOf(5), many)).toBeDefined();
    expect(withSignatures(noteOf(5), [...many, line])).toBeUndefined();
    expect(withSignatures(noteOf(5), ['no line\n'])).toBeUndefined();
  });
});

describe('DER', () => {
  it('writes identifiers as X.690 has them, and reads nothing out of what is malformed', () => {
    expect(oidBytes('1.2.840.113549.1.7.2')?.toString('hex')).toBe('2a864886f70d010702');
    expect(oidBytes('2.999.3')?.toString('hex')).not.toBe('');
    for (const wrong of ['', '1', '1.40.1', '3.1', '1.2.x', '1.2.01']) expect(oidBytes(wrong), wrong).toBeUndefined();
    for (const wrong of [[0x30], [0x30, 5, 1], [0x30, 0x80], [0x30, 0x85, 1, 1, 1, 1, 1], [0x1f, 0]])
      expect(readAll(Uint8Array.from(wrong))).toEqual([]);
    const long = write(0x04, Buffer.alloc(300));
    expect(readAll(long)[0]?.body.length).toBe(300);
  });
});
