// The second verifier, in Python, against the first: the published vectors, and 1,000 logs with one byte changed. Both say the same about each.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { parseWitnessKey } from '../../src/audit/anchor-check.ts';
import { withSignatures } from '../../src/audit/checkpoint.ts';
import { challengeOf } from '../../src/audit/passkey.ts';
import { type Proof, verifyProof } from '../../src/audit/proof.ts';
import { readCertificates, readTimeStampAnswer, timeStampLine, timeStampQuery } from '../../src/audit/time-stamp.ts';
import { verifyBytes } from '../../src/audit/verify.ts';
import { canonicalJson } from '../../src/lib/canonical-json.ts';
import { linesOf, requested, step, ticket, vote } from '../support/approved-log.ts';
import { Authenticator } from '../support/authenticator.ts';
import { madeProof } from '../support/made-proof.ts';
import { BEN, benVotes, CYD, demandingLog, passkeyContents, registration } from '../support/passkey-log.ts';
import { hasOpenssl, startAuthority } from '../support/time-stamp-authority.ts';

const VERIFIER = join(import.meta.dirname, '../../verifiers/python/verify.py');
const vectors = JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/audit-vectors.json'), 'utf8'));
const MUTATED = 1_000;
const CHANGED_NOTES = 100;
const CHANGED_ASSERTIONS = 12;
const TIMEOUT_MS = 600_000;
const hasPython = spawnSync('python3', ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-python-verifier-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Many logs in one process: each a base64 text in a JSON array on standard input. */
const DRIVER = `import base64, importlib.util, io, json, sys
spec = importlib.util.spec_from_file_location("verify", sys.argv[1]); verify = importlib.util.module_from_spec(spec); spec.loader.exec_module(verify)
given = json.load(sys.stdin)
more = lambda one: dict(notes=one["notes"], keys=one["keys"], witnesses=one["witnesses"], authorities=verify.read_certificates(one["ca"])) if "notes" in one else {}
print(json.dumps([verify.verify_log(verify.read_lines(io.BytesIO(base64.b64decode(one["log"]))), **more(one)) for one in given]))`;

interface Trust {
  notes: string[];
  keys: string[];
  witnesses: string[];
  /** Certificates, PEM. */
  ca: string;
}

interface PythonVerdict {
  state: string;
  properties?: unknown;
  firstBad?: { line: number; rule: string };
}

function python(logs: readonly Uint8Array[], trust: readonly Trust[] = []): PythonVerdict[] {
  const input = JSON.stringify(logs.map((log, index) => ({ log: Buffer.from(log).toString('base64'), ...trust[index] })));
  return JSON.parse(execFileSync('python3', ['-c', DRIVER, VERIFIER], { input, encoding: 'utf8', maxBuffer: 1 << 28 })) as PythonVerdict[];
}

function run(args: readonly string[]): { code: number | null; verdict: PythonVerdict } {
  const { status, stdout } = spawnSync('python3', [VERIFIER, '--json', ...args], { encoding: 'utf8' });
  return { code: status, verdict: JSON.parse(stdout) as PythonVerdict };
}

function fileOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe.skipIf(!hasPython)(`the Python verifier${hasPython ? '' : ' (skipped: no python3 here)'}`, () => {
  it('says of the vectors what they say', () => {
    const logs = vectors.logs as { what: string; state: string; rule?: string; line?: number; lines: string[] }[];
    const verdicts = python(logs.map(({ lines }) => Buffer.from(`${lines.join('\n')}\n`)));
    expect(verdicts.map(({ state, firstBad }) => [state, firstBad?.rule, firstBad?.line])).toEqual(
      logs.map(({ state, rule, line }) => [state, rule, line]),
    );
  });

  it('checks checkpoint and proof of the vectors, and refuses them changed', () => {
    const { key, note, proof } = vectors.evidence;
    const log = fileOf('log.jsonl', `${vectors.logs[0].lines.join('\n')}\n`);
    const checkpoint = fileOf('checkpoint', note);
    expect(run([log, '--checkpoint', checkpoint, '--key', key])).toMatchObject({ code: 0, verdict: { state: 'sound' } });
    const lines = note.split('\n');
    const other = fileOf('other', [lines[0], '10', ...lines.slice(2)].join('\n'));
    expect(run([log, '--checkpoint', other, '--key', key])).toMatchObject({ code: 1, verdict: { firstBad: { rule: 'checkpoint-root' } } });
    // Kept elsewhere: a folder of notes and of JSON lines, as fetched from a bucket.
    const kept = join(folder, 'kept');
    mkdirSync(kept);
    writeFileSync(join(kept, '0011'), note);
    writeFileSync(join(kept, 'anchor.jsonl'), `${JSON.stringify({ organization: 'acme', size: 11, note })}\n`);
    expect(run([log, '--checkpoint', kept, '--key', key])).toMatchObject({ code: 0, verdict: { state: 'sound' } });
    writeFileSync(join(kept, 'stray'), Buffer.from([0xff, 0xfe]));
    expect(run([log, '--checkpoint', kept, '--key', key])).toMatchObject({ code: 1, verdict: { firstBad: { rule: 'checkpoint-form' } } });
    const cut = fileOf('cut.jsonl', `${vectors.logs[0].lines.slice(0, -1).join('\n')}\n`);
    expect(run([cut, '--checkpoint', checkpoint, '--key', key])).toMatchObject({ verdict: { firstBad: { rule: 'checkpoint-size' } } });
    const file = fileOf('proof.json', proof);
    expect(run(['--proof', file, '--key', key])).toMatchObject({ code: 0, verdict: { state: 'sound' } });
    expect(run(['--proof', file])).toMatchObject({ code: 2 });
    const wrong = fileOf('wrong.json', proof.replace('"call":"call_01"', '"call":"call_02"'));
    expect(run(['--proof', wrong, '--key', key])).toMatchObject({ code: 1 });
    const badSignature = fileOf(
      'bad',
      note.replace(/(.)(.{8})\n$/, (_: string, a: string, b: string) => `${a === 'A' ? 'B' : 'A'}${b}\n`),
    );
    expect(run([log, '--checkpoint', badSignature, '--key', key])).toMatchObject({
      verdict: { firstBad: { rule: 'checkpoint-signature' } },
    });
  });

  it(
    'locates each of 1,000 changes of a single byte where the first verifier does',
    async () => {
      const sound = (vectors.logs as { state: string; lines: string[] }[]).filter(({ state }) => state === 'sound');
      expect(sound).toHaveLength(3);
      const wholes = sound.map(({ lines }) => Buffer.from(`${lines.join('\n')}\n`));
      const whole = Buffer.concat(wholes);
      const changes = fc.sample(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })), MUTATED);
      const starts = wholes.map((_, index) => wholes.slice(0, index).reduce((sum, { length }) => sum + length, 0));
      const startOf = (at: number): number => starts.findLast((start) => start <= at) ?? 0;
      const logs = changes.map(([at, by]) => {
        const log = Buffer.from(wholes[starts.indexOf(startOf(at))] ?? '');
        const place = at - startOf(at);
        log[place] = ((log[place] ?? 0) + by) % 256;
        return log;
      });
      const second = python(logs);
      for (const [index, log] of logs.entries()) {
        const first = await verifyBytes([log]);
        const [at] = changes[index] ?? [0];
        const line = whole.subarray(startOf(at), at).filter((byte) => byte === 10).length + 1;
        expect(first.state, JSON.stringify(changes[index])).toBe('broken');
        expect(first.firstBad?.line).toBe(line);
        expect(second[index]).toMatchObject({ state: 'broken', firstBad: { line, rule: first.firstBad?.rule } });
      }
    },
    TIMEOUT_MS,
  );

  it(
    'finds each change of an assertion in a log whose chain was made anew, as the first verifier does',
    async () => {
      const members = ['credential', 'key', 'rpId', 'nonce', 'authenticatorData', 'clientData', 'signature'] as const;
      const logs: Buffer[] = [];
      for (const whole of [BEN, CYD])
        for (const member of members) {
          const text = whole[member];
          for (const at of fc.sample(fc.nat(text.length - 1), CHANGED_ASSERTIONS)) {
            const other = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
            const contents = passkeyContents();
            const place = whole === BEN ? 3 : 4;
            const voted = JSON.parse(contents[place] ?? '');
            contents[place] = canonicalJson({ ...voted, passkey: { ...voted.passkey, [member]: other } });
            logs.push(Buffer.from(`${linesOf(contents, 1).join('\n')}\n`));
          }
        }
      const verdicts = python(logs);
      for (const [index, log] of logs.entries()) {
        const { properties, ...first } = await verifyBytes([log]);
        expect(first).toMatchObject({ state: 'broken', firstBad: { rule: 'approval-passkey' } });
        expect(properties).toContainEqual({ property: 'approvals', result: 'broken' });
        expect(verdicts[index]).toMatchObject({ state: 'broken', firstBad: { rule: 'approval-passkey' }, properties });
      }
    },
    TIMEOUT_MS,
  );

  it('checks assertions of every kind of key', () => {
    const logs = (['ES256', 'EdDSA', 'RS256'] as const).map((algorithm) => {
      const authenticator = new Authenticator('https://gate.example', algorithm);
      const said = { ticket: ticket.id, digest: ticket.digest, by: 'ben', user: 'bob', verdict: 'approve' } as const;
      const made = authenticator.assert(challengeOf(said, 'n'));
      const evidence = { name: 'bob-1', key: authenticator.key, rpId: 'gate.example', nonce: 'n', ...made };
      const contents = [registration([{ user: 'bob', evidence }]), requested({ passkeyRequired: true }), benVotes(evidence)];
      return Buffer.from(`${linesOf(contents, 1).join('\n')}\n`);
    });
    expect(python(logs).map(({ state }) => state)).toEqual(['sound', 'sound', 'sound']);
  });

  it('says of proofs with passkeys what the first verifier says', () => {
    const whole = passkeyContents().toSpliced(1, 1).slice(0, 6);
    const [silent, asked, unheard] = [demandingLog(false), demandingLog(true), demandingLog(false, 'organization')];
    const given: [string[], Proof['documents']][] = [
      [whole, []],
      [whole.slice(1), []],
      [whole.with(2, benVotes({ ...BEN, nonce: 'other' })), []],
      [whole.with(2, vote('approved', 'ben', { user: 'bob' })), []],
      [whole.with(0, registration([{ user: 'uma', evidence: BEN }])), []],
      [silent.contents, []],
      [silent.contents, silent.documents],
      [asked.contents, asked.documents],
      [unheard.contents, unheard.documents.slice(0, 1)],
      [unheard.contents, unheard.documents],
    ];
    const verdicts = given.map(([contents, documents], index) => {
      const { text, key } = madeProof(linesOf(contents, 1), 'call_ran', documents);
      const second = run(['--proof', fileOf(`proof-${index}.json`, text), '--key', key]).verdict.state;
      return [verifyProof(text, [key]).state, second];
    });
    const expected = ['sound', 'sound', 'broken', 'broken', 'broken', 'sound', 'broken', 'broken', 'sound', 'broken'];
    expect(verdicts).toEqual(expected.map((state) => [state, state]));
  });

  it('knows every step of a ticket that the first one knows', () => {
    const names = ['withdrawn', 'superseded', 'reminded', 'escalated', 'claimed', 'unclaimed', 'read', 'drained', 'expired'] as const;
    const logs = names.map((what) => Buffer.from(`${linesOf([requested(), step({ what, by: 'ben' })]).join('\n')}\n`));
    expect(python(logs).map(({ state }) => state)).toEqual(names.map(() => 'sound'));
    // What ended a ticket leaves nothing to vote on; what does not, does.
    const voted = names.map((what) =>
      Buffer.from(`${linesOf([requested(), step({ what, by: 'ben' }), vote('approved', 'cyd')]).join('\n')}\n`),
    );
    const ended = new Set<string>(['withdrawn', 'superseded', 'drained', 'expired']);
    expect(python(voted).map(({ state }) => state)).toEqual(names.map((what) => (ended.has(what) ? 'broken' : 'sound')));
  });

  it.skipIf(!hasOpenssl)(
    'says of a checkpoint with its anchors what the first verifier says, however a character of it is changed',
    async () => {
      const authority = await startAuthority(['ec', '-pkeyopt', 'ec_paramgen_curve:P-384']);
      try {
        const { key, note } = vectors.evidence;
        const text = `${note.split('\n\n')[0]}\n`;
        const cosigner = cosignerOf();
        const answer = readTimeStampAnswer(authority.answer(timeStampQuery(text, new Uint8Array(16).fill(3))));
        const anchored = withSignatures(note, [cosigner.sign(text), timeStampLine('tsa', answer.token ?? new Uint8Array())]) ?? '';
        const changes = fc.sample(fc.tuple(fc.nat(anchored.length - 1), fc.integer({ min: 32, max: 126 })), CHANGED_NOTES);
        const misnamed = timeStampLine('tsa', withoutNumber(answer.token ?? new Uint8Array()));
        const notes = [
          anchored,
          withSignatures(note, [cosigner.sign(text), misnamed]) ?? '',
          ...changes.map(([at, code]) => anchored.slice(0, at) + String.fromCharCode(code) + anchored.slice(at + 1)),
        ];
        const log = Buffer.from(`${vectors.logs[0].lines.join('\n')}\n`);
        const trust = notes.map((one) => ({ notes: [one], keys: [key], witnesses: [cosigner.key], ca: authority.ca }));
        const second = python(
          notes.map(() => log),
          trust,
        );
        const witnesses = [parseWitnessKey(cosigner.key)].filter((known) => known !== undefined);
        const authorities = readCertificates(authority.ca) ?? [];
        for (const [index, one] of notes.entries()) {
          const first = await verifyBytes([log], { tree: { notes: [one], keys: [key], anchors: { witnesses, authorities } } });
          const facts = { state: first.state, properties: first.properties };
          expect({ state: second[index]?.state, properties: second[index]?.properties, rule: second[index]?.firstBad?.rule }, one).toEqual({
            ...facts,
            rule: first.firstBad?.rule,
          });
          if (index === 0)
            expect(first).toMatchObject({ state: 'sound', checkpoints: { anchors: [{ kind: 'witness' }, { kind: 'rfc3161' }] } });
        }
      } finally {
        await authority.close();
      }
    },
    TIMEOUT_MS,
  );
});

/** The same values in a signature of two numbers (ECDSA), whose first one does not say that it is a number. */
function withoutNumber(token: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(token);
  const at = changed.findLastIndex(
    (byte, index) => byte === 4 && changed[index + 1] === changed.length - index - 2 && changed[index + 2] === 0x30,
  );
  expect(changed[at + 4]).toBe(2);
  changed[at + 4] = 0xc6;
  return changed;
}

/** A witness's key, by its layout: what it signs with. */
function cosignerOf(): { key: string; sign(text: string): string } {
  const pair = generateKeyPairSync('ed25519');
  const typed = Buffer.concat([Buffer.from([4]), pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)]);
  const id = createHash('sha256').update('w.example\n').update(typed).digest().subarray(0, 4);
  return {
    key: `w.example+${id.toString('hex')}+${typed.toString('base64')}`,
    sign(text) {
      const stamp = Buffer.alloc(8);
      stamp.writeBigUInt64BE(1_700_000_000n);
      const signature = sign(null, Buffer.from(`cosignature/v1\ntime 1700000000\n${text}`), pair.privateKey);
      return `— w.example ${Buffer.concat([id, stamp, signature]).toString('base64')}\n`;
    },
  };
}
