// Deleting sealed values of a running gateway, by rule and on request: what goes, what stays, what the log says of it, and that nobody deletes
// under a legal hold, of another organization, or without the right to.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newOperatorToken } from '../../src/admin/operator.ts';
import { runCli } from '../support/cli-process.ts';
import { verifyStore } from '../support/log-lines.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';
import { json } from '../support/raw-server.ts';

const SEEDED = 'the-very-private-words-of';
let orgs: OrgGateway;
let acme: Tenant;
let other: Tenant;
let folder: string;
/** Answers that servers hold back. */
const held: (() => void)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-retention-'));
  orgs = await startOrgGateway(['acme', 'other'], {
    answer: (_org, { message }, response) => {
      if (!JSON.stringify(message?.params ?? {}).includes('slowly')) return false;
      const result = { content: [{ type: 'text', text: `late answer ${SEEDED}` }] };
      held.push(() => json(response, { jsonrpc: '2.0', id: message?.id, result }));
      return true;
    },
  });
  [acme, other] = [orgs.tenants.acme as Tenant, orgs.tenants.other as Tenant];
});
afterAll(async () => {
  for (const go of held) go();
  await orgs?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Body {
  entry: { content: Record<string, unknown>; header: { seq: number } };
  values: Record<string, string | null>;
  erased?: number;
}
interface Erased {
  name: string;
  counts: { arguments: number; results: number; tickets: number; held: number; holds: string[] };
}

async function get<T>(tenant: Tenant, path: string): Promise<T> {
  const answer = await tenant.admin('GET', path);
  expect(answer.status, answer.text).toBe(200);
  return answer.json as T;
}

/** A user with a token of the agent, unlike any other of this file. */
async function person(tenant: Tenant, name: string): Promise<string> {
  await tenant.apply(`kind: user\nmetadata: {name: ${name}}\nspec: {teams: [crew]}\n`);
  const made = await tenant.admin('POST', '/api/v1/tokens', { agent: 'bot', user: name, name: `token-of-${name}` });
  expect(made.status, made.text).toBe(200);
  return (made.json as { token: string }).token;
}

async function say(tenant: Tenant, token: string, words: string): Promise<void> {
  const answer = await tenant.ask('tools/call', { name: 'common', arguments: { [`only_${tenant.org}`]: words } }, { token });
  expect(answer.text).toContain('done by');
}

async function lastCall(tenant: Tenant): Promise<{ decision: Body; outcome: Body }> {
  const { entries } = await get<{ entries: Body['entry'][] }>(tenant, '/api/v1/log?type=decision&limit=1');
  const call = String(entries[0]?.content.call);
  const both = await get<{ entries: Body['entry'][] }>(tenant, `/api/v1/log?call=${call}&order=oldest`);
  const [decision, outcome] = await Promise.all(both.entries.map(({ header }) => valuesAt(tenant, header.seq)));
  return { decision, outcome } as { decision: Body; outcome: Body };
}

async function decisionsOf(tenant: Tenant, user: string): Promise<number> {
  const { entries } = await get<{ entries: Body['entry'][] }>(tenant, '/api/v1/log?type=decision&limit=500');
  return entries.filter(({ content }) => (content.principal as { user?: string } | undefined)?.user === user).length;
}

const valuesAt = (tenant: Tenant, seq: number): Promise<Body> => get(tenant, `/api/v1/log/${seq}?values=true`);
const seqOf = ({ entry }: Body): number => entry.header.seq;

async function erase(tenant: Tenant, match: object, dryRun = false): Promise<Erased> {
  const answer = await tenant.admin('POST', '/api/v1/erasures', { match, reason: 'asked for it', dryRun });
  expect(answer.status, answer.text).toBe(200);
  return answer.json as Erased;
}

async function stateOf(tenant: Tenant, name: string): Promise<string> {
  const { erasures } = await get<{ erasures: { name: string; state: string }[] }>(tenant, '/api/v1/erasures');
  return erasures.find((one) => one.name === name)?.state ?? 'none';
}

/** Sealed bytes of a value as they stand in the database. */
async function sealedOf({ entry }: Body, org: string): Promise<Buffer> {
  const commitment = String(entry.content.arguments ?? entry.content.result);
  const sealed = await orgs.gateway.store.log.payload(org, commitment, entry.header.seq);
  if (!sealed) throw new Error('nothing is sealed');
  return Buffer.from(sealed);
}

function filesHold(bytes: Buffer): string[] {
  const { dataDir } = orgs.config;
  return readdirSync(dataDir).filter((name) => name.startsWith('sallyport.db') && readFileSync(join(dataDir, name)).includes(bytes));
}

const settled = (): Promise<void> => orgs.gateway.retention.settled();

describe('erasing the values of a person', () => {
  it('counts them first, deletes them and nothing else, and the log says so and is sound', async () => {
    const [eva, max] = [await person(acme, 'eva'), await person(acme, 'max')];
    const same = await person(other, 'eva');
    await say(acme, eva, `${SEEDED} eva`);
    const hers = await lastCall(acme);
    await say(acme, max, `${SEEDED} max`);
    const his = await lastCall(acme);
    await say(other, same, `${SEEDED} eva`);
    const theirs = await lastCall(other);
    expect(JSON.stringify(hers.decision.values)).toContain(SEEDED);
    const sealed = [await sealedOf(hers.decision, 'acme'), await sealedOf(hers.outcome, 'acme')];
    for (const bytes of sealed) expect(filesHold(bytes).length).toBeGreaterThan(0);
    expect(filesHold(Buffer.from(SEEDED))).toEqual([]);

    const counted = await erase(acme, { user: ['eva'] }, true);
    // A call that meets a change of rules is decided twice, and its arguments are sealed twice.
    const decided = await decisionsOf(acme, 'eva');
    expect(counted).toEqual({ counts: { arguments: decided, results: 1, tickets: 0, held: 0, holds: [] } });
    await settled();
    expect(await valuesAt(acme, seqOf(hers.decision))).toEqual(hers.decision);

    const { name, counts } = await erase(acme, { user: ['eva'] });
    expect(counts).toEqual(counted.counts);
    await settled();
    expect(await stateOf(acme, name)).toBe('completed');
    for (const before of [hers.decision, hers.outcome]) {
      const after = await valuesAt(acme, seqOf(before));
      expect(Object.values(after.values)).toEqual([null]);
      const { entry } = await valuesAt(acme, after.erased ?? 0);
      expect(entry.content).toMatchObject({ type: 'system', event: 'erasure', what: 'erased', cause: 'request', request: name });
      expect(JSON.stringify(entry.content)).not.toContain(SEEDED);
    }
    expect(await valuesAt(acme, seqOf(his.decision))).toEqual(his.decision);
    expect(await valuesAt(other, seqOf(theirs.decision))).toEqual(theirs.decision);
    for (const bytes of sealed) expect(filesHold(bytes)).toEqual([]);
    await orgs.gateway.store.backup(join(folder, 'backup'));
    const backup = readFileSync(join(folder, 'backup'), 'utf8');
    expect(backup).toContain(String(his.decision.entry.content.arguments));
    for (const bytes of sealed) expect(backup).not.toContain(bytes.toString('base64'));
    const verdict = await verifyStore(orgs.gateway, 'acme');
    expect(verdict).toMatchObject({ state: 'sound', erased: { values: decided + 1, count: 1 } });
    expect(verdict.erased?.newest[0]).toMatchObject({ by: `request ${name}` });
    expect(verdict.erased?.newest[0]?.entries.at(-1)?.to).toBe(seqOf(hers.outcome));
  });

  it('takes what comes later of a call that still runs, and is not done before', async () => {
    const ida = await person(acme, 'ida');
    const running = acme.ask('tools/call', { name: 'common', arguments: { only_acme: 'slowly' } }, { token: ida });
    await expect.poll(() => held.length, { timeout: 60_000 }).toBe(1);
    const { name } = await erase(acme, { user: ['ida'] });
    await settled();
    expect(await stateOf(acme, name)).toBe('open');
    for (const go of held.splice(0)) go();
    expect((await running).text).toContain(SEEDED);
    await settled();
    expect(await stateOf(acme, name)).toBe('completed');
    const { outcome } = await lastCall(acme);
    expect(Object.values(outcome.values)).toEqual([null]);
  });

  it('ends a held call of that person and deletes what its reviewers were shown', async () => {
    const uma = await person(acme, 'uma');
    await acme.apply(
      'kind: policy\nmetadata: {name: ask}\nspec: {tier: guardrail, rules: [{name: ask, match: {user: [uma]}, effect: hold, reason: ask}]}\n',
    );
    const asked = await acme.ask('tools/call', { name: 'common', arguments: { only_acme: SEEDED } }, { token: uma });
    expect(asked.text).toContain('appr_');
    const { approvals } = await get<{ approvals: { id: string; user: string }[] }>(acme, '/api/v1/approvals?user=uma');
    const id = String(approvals[0]?.id);
    expect(await get(acme, `/api/v1/approvals/${id}`)).toMatchObject({ state: 'open', params: expect.stringContaining(SEEDED) });
    const { counts } = await erase(acme, { user: ['uma'] });
    expect(counts).toMatchObject({ tickets: 1 });
    await settled();
    const after = await acme.admin('GET', `/api/v1/approvals/${id}`);
    expect(after.json).toMatchObject({ state: 'drained' });
    expect(after.text).not.toContain(SEEDED);
    expect(await orgs.gateway.store.approvals.sealed('acme', id)).toBeUndefined();
  });

  it('is the same on the command line: counts without --yes, and verify names the entry', async () => {
    const tom = await person(acme, 'tom');
    await say(acme, tom, SEEDED);
    const { decision } = await lastCall(acme);
    const env = { SALLYPORT_OPERATOR_TOKEN: acme.operator, SALLYPORT_ADMIN_URL: orgs.gateway.adminUrl };
    const cli = (...args: string[]) => runCli(args, { env });
    const words = ['log', 'erase', '--user', 'tom', '--reason', 'asked for it'];
    const counted = await cli(...words);
    expect(counted, counted.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing was deleted.') });
    await settled();
    expect(await valuesAt(acme, seqOf(decision))).toEqual(decision);
    expect(await cli('log', 'erase', '--user', 'tom'), 'without a reason').toMatchObject({ code: 2 });
    expect(await cli(...words, '--yes')).toMatchObject({ code: 0, stdout: expect.stringContaining('is being carried out') });
    await settled();
    expect(await cli('log', 'erasures')).toMatchObject({ stdout: expect.stringMatching(/completed \(entry \d+\).*user tom/) });
    const { erased } = await valuesAt(acme, seqOf(decision));
    const shown = await cli('log', 'show', String(seqOf(decision)), '--values');
    expect(shown.stdout).toContain(`full arguments: (erased under entry ${erased})`);
    const path = join(folder, 'log.jsonl');
    writeFileSync(path, (await acme.admin('GET', '/api/v1/log/export')).text);
    const verified = await cli('verify', path);
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining(`erased under entry ${erased}: request`) });
  });

  it('needs role admin and a reason, whichever way it is asked for', async () => {
    const { token, hash, hint } = newOperatorToken();
    const spec = { role: 'operator', hash, hint, createdAt: '2026-01-01T00:00:00Z' };
    const put = await acme.admin('PUT', '/api/v1/objects/operator/olga', { kind: 'operator', metadata: { name: 'olga' }, spec });
    expect(put.status, put.text).toBe(200);
    const authorization = { authorization: `Bearer ${token}` };
    const body = { match: { user: ['eva'] }, reason: 'x' };
    expect((await acme.admin('POST', '/api/v1/erasures', body, authorization)).status).toBe(403);
    for (const text of [
      'kind: erasure\nmetadata: {name: e}\nspec: {match: {user: [eva]}, reason: x, at: 2026-01-01T00:00:00Z}\n',
      'kind: retention\nmetadata: {name: e}\nspec: {rules: [{name: r, keepDays: 0}]}\n',
      'kind: legal-hold\nmetadata: {name: e}\nspec: {reason: x}\n',
    ]) {
      const answer = await acme.admin('POST', '/api/v1/apply', { text }, authorization);
      expect(answer, answer.text).toMatchObject({ status: 403 });
    }
    for (const wrong of [
      { match: { user: ['eva'] } },
      { match: { user: ['eva'] }, reason: ' ' },
      { match: {}, reason: 'x' },
      { match: { from: '2026-01-01T00:00:00Z' }, reason: 'x' },
    ])
      expect((await acme.admin('POST', '/api/v1/erasures', wrong)).status, JSON.stringify(wrong)).toBeGreaterThanOrEqual(400);
  });
});

describe('a legal hold', () => {
  it('keeps values from erasure and from retention, says so, and lets them go when it is taken away', async () => {
    const leo = await person(acme, 'leo');
    await say(acme, leo, `${SEEDED} first`);
    const first = await lastCall(acme);
    await say(acme, leo, `${SEEDED} second`);
    const second = await lastCall(acme);
    const call = String(first.decision.entry.content.call);
    await acme.apply(
      `kind: legal-hold\nmetadata: {name: case-7}\nspec: {match: {user: [leo], call: ["${call}"]}, reason: a court asked}\n`,
    );
    await acme.apply(
      'kind: retention\nmetadata: {name: short}\nspec: {rules: [{name: leo, match: {user: [leo]}, of: [arguments], keepDays: 0}]}\n',
    );
    await settled();
    expect(await valuesAt(acme, seqOf(first.decision))).toEqual(first.decision);
    const gone = await valuesAt(acme, seqOf(second.decision));
    expect(Object.values(gone.values)).toEqual([null]);
    expect((await valuesAt(acme, gone.erased ?? 0)).entry.content).toMatchObject({ cause: 'retention', rule: 'short/leo', values: 1 });
    expect(await valuesAt(acme, seqOf(second.outcome)), 'no rule speaks of results').toEqual(second.outcome);

    const { name, counts } = await erase(acme, { user: ['leo'] });
    expect(counts).toMatchObject({ results: 2, tickets: 0, held: 2, holds: ['case-7'] });
    await settled();
    expect(await stateOf(acme, name)).toBe('open');
    expect(await valuesAt(acme, seqOf(first.decision))).toEqual(first.decision);
    expect(await valuesAt(acme, seqOf(first.outcome))).toEqual(first.outcome);
    const { entries } = await get<{ entries: Body['entry'][] }>(acme, '/api/v1/log?type=system&limit=5');
    expect(entries.map(({ content }) => content)).toContainEqual(
      expect.objectContaining({ event: 'erasure', what: 'withheld', request: name, held: 2, holds: ['case-7'] }),
    );
    // Looking again changes nothing, and says nothing new.
    await settled();
    const head = (await orgs.gateway.store.log.head('acme')).seq;
    await settled();
    expect((await orgs.gateway.store.log.head('acme')).seq).toBe(head);

    expect((await acme.admin('DELETE', '/api/v1/objects/legal-hold/case-7')).status).toBe(200);
    await settled();
    expect(await stateOf(acme, name)).toBe('completed');
    expect(Object.values((await valuesAt(acme, seqOf(first.outcome))).values)).toEqual([null]);
    expect(await verifyStore(orgs.gateway, 'acme')).toMatchObject({ state: 'sound' });
  });

  it('that is set between the choice and the deletion wins', async () => {
    const kim = await person(acme, 'kim');
    await say(acme, kim, SEEDED);
    const { decision } = await lastCall(acme);
    const { retention } = orgs.gateway.store;
    const value = (await retention.sealedValues('acme', 0, 100_000)).filter(({ seq }) => seq === seqOf(decision));
    const { revision } = await orgs.gateway.store.log.head('acme');
    await acme.apply('kind: legal-hold\nmetadata: {name: late}\nspec: {match: {user: [kim]}, reason: just in time}\n');
    const entry = orgs.gateway.log.entry('acme', { type: 'system', fields: { event: 'stop', timeMs: 0, instance: 'x' } });
    const part = { values: value, tickets: [], atRevision: revision, done: undefined };
    expect(await retention.erase('acme', part, entry)).toEqual({ type: 'changed' });
    expect(await valuesAt(acme, seqOf(decision))).toEqual(decision);
  });
});
