// What a stranger gets from a running gateway, and checks without it: checkpoints at an interval, the anchor file, the proof of one call.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCheckpoint } from '../../src/audit/checkpoint.ts';
import { consistencyHolds } from '../../src/audit/merkle.ts';
import { type Proof, verifyProof } from '../../src/audit/proof.ts';
import { runCli } from '../support/cli-process.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';
import { startWitness } from '../support/witness.ts';

let orgs: OrgGateway;
let acme: Tenant;
let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-evidence-'));
  orgs = await startOrgGateway(['acme'], {
    flags: { 'audit.checkpointIntervalMs': '200', 'audit.anchorFile': at('anchor.jsonl'), 'audit.anchorNetwork': 'any' },
  });
  acme = orgs.tenants.acme as Tenant;
  for (let n = 0; n < 3; n++) await acme.ask('tools/call', { name: 'common', arguments: {} });
});
afterAll(async () => {
  await orgs?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function get<T>(path: string, method = 'GET'): Promise<T> {
  const answer = await acme.admin(method, path);
  expect(answer.status, answer.text).toBe(200);
  return answer.json as T;
}

interface Checkpoints {
  checkpoints: { size: number; note: string }[];
}
const lastCall = async (): Promise<string> => {
  const { entries } = await get<{ entries: { content: { call: string } }[] }>('/api/v1/log?type=decision&effect=allow&limit=1');
  return entries[0]?.content.call ?? '';
};

describe('checkpoints of a running gateway', () => {
  it('come at the interval, one a size, and go to the anchor file', async () => {
    const kept = async () => (await get<Checkpoints>('/api/v1/log/checkpoints?limit=100')).checkpoints;
    await expect.poll(async () => (await kept()).length, { timeout: 60_000 }).toBeGreaterThan(0);
    const anchored = (): string[] =>
      readFileSync(at('anchor.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { organization: string; note: string })
        .filter(({ organization }) => organization === 'acme')
        .map(({ note }) => note);
    // What is kept goes to the file a little later.
    await expect
      .poll(async () => ({ kept: (await kept()).map(({ note }) => note), anchored: anchored().toReversed() }), { timeout: 60_000 })
      .toSatisfy((found: { kept: string[]; anchored: string[] }) => isDeepStrictEqual(found.kept, found.anchored));
    const sizes = (await kept()).map(({ size }) => size);
    expect(new Set(sizes).size).toBe(sizes.length);
  });

  it('verify with the exported log on the command line, and betray a change even when the chain was made anew', async () => {
    const { keys } = await get<{ keys: string[] }>('/api/v1/log/keys');
    const older = await get<{ size: number; note: string }>('/api/v1/log/checkpoints', 'POST');
    await acme.ask('tools/call', { name: 'common', arguments: {} });
    const newer = await get<{ size: number; note: string }>('/api/v1/log/checkpoints', 'POST');
    writeFileSync(at('log.jsonl'), (await acme.admin('GET', '/api/v1/log/export')).text);
    writeFileSync(at('log.checkpoint'), newer.note);
    const verify = (...more: string[]) => runCli(['verify', at('log.jsonl'), '--checkpoint', at('log.checkpoint'), ...more]);
    const key = keys.at(-1) ?? '';
    const sound = await verify('--key', key);
    expect(sound, sound.stderr).toMatchObject({ code: 0 });
    expect(sound.stdout).toContain(`up to entry ${newer.size}, signed by the key given`);
    const [text, signature = ''] = older.note.split('\n\n');
    writeFileSync(at('forged.checkpoint'), `${newer.note.split('\n\n')[0]}\n\n${signature}`);
    const forged = await runCli(['verify', at('log.jsonl'), '--checkpoint', at('forged.checkpoint'), '--key', key]);
    expect(forged).toMatchObject({ code: 1, stdout: expect.stringContaining('checkpoint-signature') });
    expect(text).toContain('sallyport/acme/');
    const { proof } = await get<{ proof: string[] }>(`/api/v1/log/consistency?from=${older.size}&to=${newer.size}`);
    const [a, b] = [parseCheckpoint(older.note), parseCheckpoint(newer.note)];
    if (!a || !b) throw new Error('no checkpoint');
    expect(
      consistencyHolds(
        a,
        b,
        proof.map((hash) => Buffer.from(hash, 'hex')),
      ),
    ).toBe(true);
  });
});

it('go to an anchor at its interval, without anybody asking', async () => {
  const witness = await startWitness();
  try {
    const spec = { witness: { url: witness.url, key: witness.key }, intervalMs: 1_000 };
    await acme.apply(JSON.stringify({ kind: 'anchor', metadata: { name: 'friend' }, spec }));
    const { keys } = await get<{ keys: string[] }>('/api/v1/log/keys');
    const { checkpoints } = await get<Checkpoints>('/api/v1/log/checkpoints');
    witness.trust(checkpoints[0]?.note.split('\n')[0] ?? '', keys.at(-1) ?? '');
    await expect.poll(() => witness.seen.size, { timeout: 60_000 }).toBe(1);
    // Nothing new to say: an anchor's own entries are no reason to ask it for ever.
    await expect
      .poll(async () => (await get<Checkpoints>('/api/v1/log/checkpoints')).checkpoints[0]?.note, { timeout: 60_000 })
      .toContain('— witness.example/w1 ');
  } finally {
    await acme.admin('DELETE', '/api/v1/objects/anchor/friend');
    await witness.close();
  }
});

describe('the proof of a call', () => {
  it('holds entries, policy and checkpoint, and is checked from the file alone', async () => {
    const call = await lastCall();
    const answer = await acme.admin('GET', `/api/v1/log/proof?call=${call}`);
    const proof = answer.json as Proof;
    const types = proof.entries.map(({ line }) => JSON.parse(line).content.type);
    expect(types.toSorted()).toEqual(['decision', 'object', 'outcome']);
    expect(proof.documents[0]).toMatchObject({ kind: 'role', name: 'worker', text: expect.stringContaining('"kind":"role"') });
    const key = proof.keys.at(-1) ?? '';
    expect(verifyProof(answer.text, [key])).toMatchObject({ state: 'sound', call, signedBy: key });
    expect(verifyProof(answer.text, [])).toMatchObject({ state: 'cannot_tell' });
    writeFileSync(at('call.json'), answer.text);
    expect(await runCli(['verify', '--proof', at('call.json'), '--key', key])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('SOUND'),
    });
    const changed: Proof[] = [
      { ...proof, call: 'call_other' },
      { ...proof, entries: proof.entries.slice(1) },
      { ...proof, documents: proof.documents.map((one) => ({ ...one, text: one.text.replace('worker', 'walker') })) },
      { ...proof, entries: proof.entries.map((one, n) => (n === 1 ? { ...one, path: one.path.slice(1) } : one)) },
      { ...proof, entries: proof.entries.map((one) => ({ ...one, line: one.line.replace('"allow"', '"deny"') })) },
      { ...proof, checkpoint: proof.checkpoint.replace(/\n\d+\n/, '\n9\n') },
    ];
    for (const one of changed) expect(verifyProof(JSON.stringify(one), [key]).state).toBe('broken');
  });

  it('is refused for a call that is not there', async () => {
    expect((await acme.admin('GET', '/api/v1/log/proof?call=none')).status).toBe(404);
  });
});
