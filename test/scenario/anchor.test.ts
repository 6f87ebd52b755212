// Anchors of a running gateway, through the command line: a real time-stamp authority, a witness and a bucket; what each of them notices, and what a
// stranger checks afterwards with either verifier. And that none of them is ever in the way of a call.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseWitnessKey } from '../../src/audit/anchor-check.ts';
import { type Proof, verifyProof } from '../../src/audit/proof.ts';
import { readCertificates } from '../../src/audit/time-stamp.ts';
import { type Verdict, verifyBytes } from '../../src/audit/verify.ts';
import { type Bucket, startBucket } from '../support/bucket.ts';
import { type CliResult, jsonOf, runCli } from '../support/cli-process.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';
import { hasOpenssl, startAuthority, type TimeStampAuthority } from '../support/time-stamp-authority.ts';
import { startWitness, type Witness } from '../support/witness.ts';

const PYTHON = join(import.meta.dirname, '../../verifiers/python/verify.py');
const hasPython = spawnSync('python3', ['--version']).status === 0;
const TIMEOUT_MS = 120_000;
const AWS = { access: 'AKID', secret: 'a secret', region: 'eu-1' };
const HELD = { name: 'held', match: { tool: ['tool_acme'] }, effect: 'hold', reason: 'A person looks at this.' };

let orgs: OrgGateway;
let acme: Tenant;
let authority: TimeStampAuthority;
let witness: Witness;
let bucket: Bucket;
let folder: string;
let key: string;
let newest: string;
const at = (name: string): string => join(folder, name);

interface Anchors {
  anchors: { anchor: string; kind: string; state: string; size: number; problem?: string }[];
}

function cli(...args: string[]): Promise<CliResult> {
  return runCli([...args, '--url', orgs.gateway.adminUrl], { env: { SALLYPORT_OPERATOR_TOKEN: acme.operator } });
}

async function anchorNow(name?: string): Promise<Record<string, { state: string; size: number; problem?: string }>> {
  const { json } = await acme.admin('POST', '/api/v1/log/anchors', name === undefined ? {} : { anchor: name });
  const { anchors } = json as Anchors;
  return Object.fromEntries(anchors.map(({ anchor, ...rest }) => [anchor, rest]));
}

const call = () => acme.ask('tools/call', { name: 'common', arguments: {} });
const told = async (): Promise<unknown[]> => {
  const { json } = await acme.admin('GET', '/api/v1/log?type=system&limit=100');
  const { entries } = json as { entries: { content: Record<string, unknown> }[] };
  return entries.map(({ content }) => content).filter(({ event }) => event === 'anchor');
};

/** Both verifiers, with options that both have. */
async function verify(log: string, ...args: string[]): Promise<Verdict> {
  const given = (flag: string): string[] => args.filter((_, index) => args[index - 1] === flag);
  const notes = given('--checkpoint').flatMap((path) => {
    const text = readFileSync(path, 'utf8');
    return text.startsWith('{')
      ? text
          .trimEnd()
          .split('\n')
          .map((line): string => JSON.parse(line).note)
      : [text];
  });
  const witnesses = given('--witness')
    .map(parseWitnessKey)
    .filter((known) => known !== undefined);
  const authorities = given('--tsa-ca').flatMap((path) => readCertificates(readFileSync(path, 'utf8')) ?? []);
  const anchors = witnesses.length + authorities.length > 0 ? { witnesses, authorities } : undefined;
  const first = await verifyBytes([readFileSync(log)], notes.length > 0 ? { tree: { notes, keys: given('--key'), anchors } } : {});
  if (!hasPython) return first;
  const second = JSON.parse(spawnSync('python3', [PYTHON, log, '--json', ...args], { encoding: 'utf8' }).stdout) as Verdict;
  expect([second.state, second.firstBad?.rule, second.properties]).toEqual([first.state, first.firstBad?.rule, first.properties]);
  return first;
}

async function exported(name: string): Promise<string> {
  writeFileSync(at(name), (await acme.admin('GET', '/api/v1/log/export')).text);
  return at(name);
}

describe.skipIf(!hasOpenssl)('anchors', { timeout: TIMEOUT_MS }, () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-anchor-'));
    [authority, witness, bucket] = await Promise.all([startAuthority(), startWitness(), startBucket(AWS)]);
    const flags = { 'audit.checkpointIntervalMs': '3600000', 'audit.anchorNetwork': 'any', 'audit.anchorFile': at('anchor.jsonl') };
    orgs = await startOrgGateway(['acme'], { flags });
    acme = orgs.tenants.acme as Tenant;
    const objects = [
      { kind: 'secret', metadata: { name: 'bucket-key' }, spec: { value: AWS.secret } },
      {
        kind: 'anchor',
        metadata: { name: 'tsa' },
        spec: { timeStamp: { url: authority.url, ca: authority.ca, policy: '1.3.6.1.4.1.99999.1' } },
      },
      { kind: 'anchor', metadata: { name: 'friend' }, spec: { witness: { url: witness.url, key: witness.key } } },
      {
        kind: 'anchor',
        metadata: { name: 'store' },
        spec: { bucket: { url: bucket.url, sign: { accessKey: AWS.access, secretKey: { secret: 'bucket-key' }, region: AWS.region } } },
      },
      { kind: 'policy', metadata: { name: 'p' }, spec: { rules: [HELD, { name: 'rest', match: {}, effect: 'allow' }] } },
    ];
    await acme.apply(objects.map((object) => JSON.stringify(object)).join('\n---\n'));
    // What a role grants is granted before a policy is asked.
    await acme.admin('DELETE', '/api/v1/objects/role/worker');
    const printed = await cli('log', 'key');
    key = printed.stdout.trim();
    const { note } = jsonOf(await cli('log', 'checkpoint', '--json')) as { note: string };
    witness.trust(note.split('\n')[0] ?? '', key);
    for (let n = 0; n < 3; n++) await call();
  }, TIMEOUT_MS);
  afterAll(async () => {
    await orgs?.close();
    await Promise.all([authority?.close(), witness?.close(), bucket?.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('vouch for a checkpoint on demand, and both verifiers check them', async () => {
    const { anchors } = jsonOf(await cli('log', 'anchor', '--json')) as Anchors;
    expect(anchors.map(({ anchor, kind, state }) => [anchor, kind, state])).toEqual([
      ['friend', 'witness', 'ok'],
      ['store', 'bucket', 'ok'],
      ['tsa', 'rfc3161', 'ok'],
      ['(file)', 'file', 'ok'],
    ]);
    await call();
    const again = await anchorNow();
    const size = again.friend?.size ?? 0;
    expect([...witness.seen.values()]).toMatchObject([{ size }]);
    expect(bucket.refused).toBe(0);
    expect((await cli('log', 'anchors')).stdout).toMatch(/friend +witness +ok/);
    const kept = [...bucket.objects].at(-1) ?? ['', ''];
    expect(kept[0]).toMatch(new RegExp(`^/checkpoints/sallyport/acme/[0-9a-f]{16}/0*${size}\\.checkpoint$`));
    writeFileSync(at('kept.checkpoint'), kept[1]);
    const log = await exported('log.jsonl');
    const trust = ['--key', key, '--witness', witness.key, '--tsa-ca', authority.caPath];
    const verdict = await verify(log, '--checkpoint', at('kept.checkpoint'), ...trust);
    expect(verdict).toMatchObject({
      state: 'sound',
      checkpoints: {
        trust: 'given',
        anchors: [
          { kind: 'witness', size },
          { kind: 'rfc3161', size },
        ],
      },
    });
    expect(verdict.properties.map(({ result }) => result)).toEqual(Array(8).fill('holds'));
    // The anchor file has every checkpoint, and those that were signed by others once more.
    expect(await verify(log, '--checkpoint', at('anchor.jsonl'), ...trust)).toMatchObject({ state: 'sound' });
    const text = await runCli(['verify', log, '--anchor', at('kept.checkpoint'), ...trust]);
    expect(text.stdout).toContain('by witness.example/w1 (witness)');
    expect(text.stdout).toContain('anchors        holds');
  });

  it('betray a log that is cut, changed or shown in two ways, though its chain is right', async () => {
    const log = await exported('whole.jsonl');
    const trust = ['--key', key, '--witness', witness.key, '--tsa-ca', authority.caPath];
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
    writeFileSync(at('cut.jsonl'), `${lines.slice(0, 5).join('\n')}\n`);
    expect(await verify(at('cut.jsonl'))).toMatchObject({ state: 'sound' });
    expect(await verify(at('cut.jsonl'), '--checkpoint', at('kept.checkpoint'), ...trust)).toMatchObject({
      firstBad: { rule: 'checkpoint-size' },
    });
    // An older checkpoint in the place of the newest: whoever wants the witness's word on it is told that there is none.
    const first = (JSON.parse(readFileSync(at('anchor.jsonl'), 'utf8').split('\n')[0] ?? '{}') as { note: string }).note;
    writeFileSync(at('first.checkpoint'), first);
    const size = Number(first.split('\n')[1]);
    writeFileSync(at('cut.jsonl'), `${lines.slice(0, size).join('\n')}\n`);
    expect(await verify(at('cut.jsonl'), '--checkpoint', at('first.checkpoint'), '--key', key)).toMatchObject({ state: 'sound' });
    const older = await verify(at('cut.jsonl'), '--checkpoint', at('first.checkpoint'), '--key', key, '--witness', witness.key);
    expect(older).toMatchObject({ firstBad: { rule: 'anchor-missing' } });
    const other = await runCli([
      'verify',
      log,
      '--anchor',
      at('kept.checkpoint'),
      '--witness',
      witness.key.replace(/^[^+]+/, 'other'),
      '--json',
    ]);
    expect(other.code).toBe(2);
    writeFileSync(at('other-ca.pem'), authority.otherCa);
    const strange = await verify(log, '--checkpoint', at('kept.checkpoint'), '--key', key, '--tsa-ca', at('other-ca.pem'));
    expect(strange).toMatchObject({ firstBad: { rule: 'anchor-signature' } });
    const moved = readFileSync(at('kept.checkpoint'), 'utf8').replace(
      /^(— witness\S+ .{20})(.)/m,
      (_, a: string, b: string) => a + (b === 'A' ? 'B' : 'A'),
    );
    writeFileSync(at('moved.checkpoint'), moved);
    expect(await verify(log, '--checkpoint', at('moved.checkpoint'), ...trust)).toMatchObject({ firstBad: { rule: 'anchor-signature' } });
  });

  it('that lie or fail are told everywhere, and no call waits for them', async () => {
    const cases: [string, () => void, RegExp][] = [
      [
        'tsa',
        () => authority.lie((query) => ({ status: 200, body: authority.answer(Buffer.from(query).fill(1, 24, 40)) })),
        /something else/,
      ],
      ['tsa', () => authority.lie(() => ({ status: 200, body: Buffer.from('no stamp') })), /no time-stamp response/],
      ['tsa', () => authority.lie(() => ({ status: 302, body: Buffer.alloc(0) })), /HTTP status 302/],
      ['friend', () => witness.lie({ status: 403, body: '' }), /does not trust the key/],
      ['friend', () => witness.lie({ status: 409, body: '' }), /another log of this size/],
      ['friend', () => witness.lie(() => '— somebody else\n'), /without a cosignature/],
      ['friend', () => witness.lie((good) => good.replace(/.{8}(=*\n)$/, 'AAAAAAAA$1')), /is bad/],
    ];
    for (const [name, lie, problem] of cases) {
      await call();
      lie();
      expect((await anchorNow(name))[name], String(problem)).toMatchObject({ state: 'failing', problem: expect.stringMatching(problem) });
    }
    // The witness tells the truth again: it saw another history, and then a longer one, as if this log were made anew or restored from a backup.
    witness.lie(undefined);
    const [[origin, seen] = ['', { size: 0, root: Buffer.alloc(0) }]] = [...witness.seen];
    for (const [other, problem] of [
      [{ ...seen, root: Buffer.alloc(32, 7) }, /the log was changed/],
      [{ ...seen, size: seen.size + 100_000 }, /rolled back/],
    ] as const) {
      await call();
      witness.seen.set(origin, other);
      expect((await anchorNow('friend')).friend, String(problem)).toMatchObject({
        state: 'failing',
        problem: expect.stringMatching(problem),
      });
    }
    witness.seen.set(origin, seen);
    expect((await call()).status).toBe(200);
    const failing = await told();
    expect(failing.filter((entry) => (entry as { what: string }).what === 'failed')).toHaveLength(2);
    const ready = await acme.admin('GET', '/readyz');
    expect([ready.status, (await acme.admin('GET', '/metrics')).text]).toEqual([
      200,
      expect.stringMatching(/sallyport_anchors_failing\{org="acme"\} 2/),
    ]);
    expect((await cli('doctor')).stdout).toMatch(/warn +anchor friend/);
    authority.lie(undefined);
    witness.lie(undefined);
    expect(await anchorNow()).toMatchObject({ tsa: { state: 'ok' }, friend: { state: 'ok' } });
    expect((await told()).filter((entry) => (entry as { what: string }).what === 'recovered')).toHaveLength(2);
    expect(await verify(await exported('after.jsonl'))).toMatchObject({ state: 'sound' });
  });

  it('the bucket has one checkpoint of a size, and another one is told', async () => {
    await call();
    await anchorNow('friend');
    const { size } = (await acme.admin('POST', '/api/v1/log/checkpoints')).json as { size: number };
    const name = [...bucket.objects.keys()].at(-1)?.replace(/\d+\.checkpoint$/, `${String(size).padStart(16, '0')}.checkpoint`) ?? '';
    bucket.objects.set(name, 'something else');
    expect((await anchorNow('store')).store).toMatchObject({
      state: 'failing',
      problem: expect.stringContaining('another checkpoint of this size'),
    });
    bucket.objects.delete(name);
    expect((await anchorNow('store')).store).toMatchObject({ state: 'ok' });
  });

  it('follow a new signing key, and so does who trusts the old one', async () => {
    const rotated = jsonOf(await cli('log', 'key', 'rotate', '--json')) as { key: string; previous: string };
    expect(rotated.previous).toBe(key);
    newest = rotated.key;
    expect((await acme.admin('GET', '/api/v1/log/keys')).json).toEqual({ keys: [key, newest] });
    await call();
    // The checkpoint after a rotation has both signatures: the witness knows the old key still.
    const done = await anchorNow('friend');
    expect(done.friend?.state === 'ok' || done.friend?.problem?.includes('does not trust the key')).toBe(true);
    const log = await exported('rotated.jsonl');
    expect(await verify(log, '--checkpoint', at('anchor.jsonl'), '--key', key)).toMatchObject({
      state: 'sound',
      checkpoints: { trust: 'given' },
    });
  });

  it('the proof of an approved call holds its approvals and the rule, bound to it', async () => {
    const held = await acme.ask('tools/call', { name: 'tool_acme', arguments: { only_acme: 'x' } });
    const ticket = /appr_[0-9a-z]+/.exec(held.text)?.[0] ?? '';
    expect(ticket, held.text).not.toBe('');
    const approved = await cli('approval', 'approve', ticket);
    expect(approved.code, approved.stderr + approved.stdout).toBe(0);
    const ran = await acme.ask('tools/call', { name: 'tool_acme', arguments: { only_acme: 'x' } });
    expect(ran.text).toContain('done by');
    const { json } = await acme.admin('GET', '/api/v1/log?type=decision&effect=allow&limit=1');
    const id = (json as { entries: { content: { call: string } }[] }).entries[0]?.content.call ?? '';
    const done = await cli('proof', id, '-o', at('call.proof.json'));
    expect(done.code, done.stderr).toBe(0);
    const proof = JSON.parse(readFileSync(at('call.proof.json'), 'utf8')) as Proof;
    const steps = proof.entries.map(({ line }) => JSON.parse(line).content).map(({ type, event, what }) => what ?? event ?? type);
    expect(steps.toSorted()).toEqual(['consumed', 'decision', 'granted', 'object', 'outcome', 'requested']);
    expect(proof.documents).toMatchObject([{ kind: 'policy', name: 'p', text: expect.stringContaining('"effect":"hold"') }]);
    const checked = await runCli(['verify', '--proof', at('call.proof.json'), '--key', newest]);
    expect(checked, checked.stdout).toMatchObject({ code: 0, stdout: expect.stringContaining(`(${ticket})`) });
    const without = (what: string) => ({ ...proof, entries: proof.entries.filter(({ line }) => !line.includes(`"what":"${what}"`)) });
    const documents = proof.documents.map((one) => ({ ...one, text: one.text.replace('A person looks', 'Nobody looks') }));
    for (const forged of [without('granted'), without('consumed'), without('requested'), { ...proof, documents }]) {
      writeFileSync(at('forged.json'), JSON.stringify(forged));
      expect(verifyProof(JSON.stringify(forged), [newest])).toMatchObject({ state: 'broken' });
      if (hasPython) expect(spawnSync('python3', [PYTHON, '--proof', at('forged.json'), '--key', newest]).status).toBe(1);
    }
    if (hasPython) expect(spawnSync('python3', [PYTHON, '--proof', at('call.proof.json'), '--key', newest]).status).toBe(0);
    const log = await exported('approved.jsonl');
    expect(await verify(log)).toMatchObject({ state: 'sound', approvedCalls: 1 });
  });
});
