// `forward test`: one marked record through a forward, in its format, past what waits. The log and the place of the forward stay as they are.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ForwardBody, ForwardTestReply } from '../../src/admin/contract.ts';
import { parseCef } from '../support/cef-text.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { runCli } from '../support/cli-process.ts';
import { startHttpSink, startSyslogSink } from '../support/log-sink.ts';
import { ocsfProblems } from '../support/ocsf-shape.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';
import { readOtlp } from '../support/otlp-shape.ts';

const WAIT = { timeout: 60_000, interval: 50 };

let certificates: Certificates;
let orgs: OrgGateway;
let acme: Tenant;
let files: string;
const sinks: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  certificates = makeCertificates();
  files = await mkdtemp(join(tmpdir(), 'sallyport-forward-record-'));
  orgs = await startOrgGateway(['acme'], { flags: { 'audit.forwardDirectory': files } });
  acme = orgs.tenants.acme as Tenant;
});
afterAll(async () => {
  await orgs?.close();
  certificates?.remove();
  await rm(files, { recursive: true, force: true });
});
afterEach(async () => {
  await acme.admin('POST', '/api/v1/apply', { objects: [], prune: ['forward'] });
  for (const sink of sinks.splice(0)) await sink.close();
});

const apply = (name: string, spec: object) => acme.apply(JSON.stringify({ kind: 'forward', metadata: { name }, spec }));
const stateOf = async (name: string) => (await acme.admin('GET', `/api/v1/forwards/${name}`)).json as ForwardBody;
const head = async () => ((await acme.admin('GET', '/api/v1/status')).json as { log: { seq: number } }).log.seq;

async function tested(name: string): Promise<ForwardTestReply> {
  const answer = await acme.admin('POST', `/api/v1/forwards/${name}/test`);
  expect(answer.status, answer.text).toBe(200);
  return answer.json as ForwardTestReply;
}

async function httpSink() {
  const sink = await startHttpSink();
  sinks.push(sink);
  return sink;
}

describe('a test record', () => {
  it('arrives once, marked, and changes neither the log nor the place of the forward', async () => {
    const sink = await httpSink();
    await apply('siem', { target: { type: 'http', url: `${sink.url}/in` }, match: { type: ['none'] } });
    await vi.waitFor(async () => expect((await stateOf('siem')).state).toBe('up to date'), WAIT);
    const before = [await head(), (await stateOf('siem')).sent];
    const reply = await tested('siem');
    expect(reply).toMatchObject({ sent: true, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect([await head(), (await stateOf('siem')).sent]).toEqual(before);
    const lines = sink.requests.map(({ body }) => JSON.parse(body));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      content: { type: 'system', event: 'forward-test', test: true, forward: 'siem' },
      hash: reply.hash,
      header: { org: 'acme', seq: 0 },
    });
  });

  it('goes in the format of the forward', async () => {
    const [otlp, ocsf, syslog] = [await httpSink(), await httpSink(), await startSyslogSink(certificates.server)];
    sinks.push(syslog);
    const match = { type: ['none'] };
    const tls = { type: 'syslog', host: 'localhost', port: syslog.port, ca: certificates.ca };
    await apply('otlp', { target: { type: 'otlp', url: `${otlp.url}/v1/logs` }, match });
    await apply('ocsf', { target: { type: 'http', url: `${ocsf.url}/in` }, format: 'ocsf', match });
    await apply('syslog', { target: tls, match });
    await apply('cef', { target: tls, format: 'cef', match });
    const replies = new Map<string, ForwardTestReply>();
    for (const name of ['otlp', 'ocsf', 'syslog', 'cef']) replies.set(name, await tested(name));
    expect([...replies.values()].map(({ sent }) => sent)).toEqual([true, true, true, true]);
    expect(readOtlp(otlp.requests[0]?.body ?? '')).toHaveLength(1);
    expect(ocsfProblems(JSON.parse(ocsf.requests[0]?.body ?? ''))).toEqual([]);
    expect(syslog.problems).toEqual([]);
    const [structured, cef] = syslog.messages;
    expect(structured).toMatchObject({ msgId: 'system.forward-test', data: { 'sallyport@32473': { seq: '0' } } });
    expect(parseCef(cef?.message ?? '').signature).toBe('system.forward-test');
  });

  it('says why it was not taken, and is not tried again', async () => {
    const sink = await httpSink();
    sink.answer = () => ({ status: 503, body: 'SECRET-OF-THE-TARGET' });
    await apply('siem', { target: { type: 'http', url: `${sink.url}/in` }, match: { type: ['none'] } });
    const reply = await acme.admin('POST', '/api/v1/forwards/siem/test');
    expect(reply.json).toMatchObject({ sent: false, error: expect.stringContaining('503') });
    expect(reply.text).not.toContain('SECRET-OF-THE-TARGET');
    await vi.waitFor(async () => expect((await stateOf('siem')).state).toBe('up to date'), WAIT);
    expect(sink.asked).toBe(1);
    expect((await acme.admin('POST', '/api/v1/forwards/sien/test')).text).toContain('siem');
  });

  it('stands as a line of its own in a file that is being written, and tries a forward that is disabled', async () => {
    const target = { type: 'file', name: 'kept.jsonl' };
    await apply('kept', { target });
    const replies = await Promise.all(Array.from({ length: 5 }, () => tested('kept')));
    expect(replies.map(({ sent }) => sent)).toEqual(Array(5).fill(true));
    await vi.waitFor(async () => expect((await stateOf('kept')).state).toBe('up to date'), WAIT);
    await apply('kept', { target, disabled: true });
    expect(await tested('kept')).toMatchObject({ sent: true });
    const lines = (await readFile(join(files, 'acme', 'kept.jsonl'), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.filter(({ header }) => header.seq === 0)).toHaveLength(6);
    const entries = lines.map(({ header }) => header.seq).filter((seq) => seq > 0);
    expect(entries).toEqual(Array.from({ length: entries.length }, (_, n) => n + 1));
  });

  it('is sent by the command line, which says no when it was not taken', async () => {
    const sink = await httpSink();
    await apply('siem', { target: { type: 'http', url: `${sink.url}/in` }, match: { type: ['none'] } });
    const env = { SALLYPORT_ADMIN_URL: orgs.gateway.adminUrl, SALLYPORT_OPERATOR_TOKEN: acme.operator };
    const good = await runCli(['forward', 'test', 'siem'], { env });
    expect([good.code, good.stdout]).toEqual([0, expect.stringContaining('Sent through forward/siem')]);
    sink.answer = () => ({ status: 401 });
    const bad = await runCli(['forward', 'test', 'siem'], { env });
    expect([bad.code, bad.stdout]).toEqual([1, expect.stringContaining('status 401')]);
  });
});
