// The log forwarded as it grows, by a running gateway, to receivers that read strictly: syslog over TLS, OTLP/HTTP, JSON lines, files. What a
// receiver does not take comes again; what it cannot be trusted with is not sent; nothing goes missing in silence.
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ForwardBody } from '../../src/admin/contract.ts';
import { MAX_FORWARDS } from '../../src/app/forward-keeper.ts';
import { fromVisibleText } from '../../src/export/visible-text.ts';
import { parseCef } from '../support/cef-text.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { runCli } from '../support/cli-process.ts';
import { type HttpSink, type SyslogSink, startHttpSink, startSyslogSink } from '../support/log-sink.ts';
import { ocsfProblems } from '../support/ocsf-shape.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';
import { readOtlp } from '../support/otlp-shape.ts';

const WAIT = { timeout: 60_000, interval: 50 };
/** Stands in arguments and results, and must stand nowhere else. */
const CANARY = 'value-4f1d9c-canary';

let certificates: Certificates;
let orgs: OrgGateway;
let acme: Tenant;
let files: string;
const sinks: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  certificates = makeCertificates();
  files = await mkdtemp(join(tmpdir(), 'sallyport-forward-'));
  orgs = await startOrgGateway(['acme', 'beta'], { flags: { 'audit.forwardDirectory': files } });
  acme = orgs.tenants.acme as Tenant;
});
afterAll(async () => {
  await orgs?.close();
  certificates?.remove();
  await rm(files, { recursive: true, force: true });
});
afterEach(async () => {
  const { json } = await acme.admin('GET', '/api/v1/objects?kind=forward');
  for (const { metadata } of (json as { objects: { metadata: { name: string } }[] }).objects)
    await acme.admin('DELETE', `/api/v1/objects/forward/${metadata.name}`);
  for (const sink of sinks.splice(0)) await sink.close();
});

async function syslogSink(...given: Parameters<typeof startSyslogSink>): Promise<SyslogSink> {
  const sink = await startSyslogSink(...given);
  sinks.push(sink);
  return sink;
}

async function httpSink(...given: Parameters<typeof startHttpSink>): Promise<HttpSink> {
  const sink = await startHttpSink(...given);
  sinks.push(sink);
  return sink;
}

async function forward(name: string, spec: object): Promise<void> {
  await acme.apply(JSON.stringify({ kind: 'forward', metadata: { name }, spec }));
}

async function stateOf(name: string): Promise<ForwardBody> {
  return (await acme.admin('GET', `/api/v1/forwards/${name}`)).json as ForwardBody;
}

function call(): Promise<unknown> {
  return acme.ask('tools/call', { name: 'common', arguments: { only_acme: CANARY } });
}

async function head(): Promise<number> {
  return ((await acme.admin('GET', '/api/v1/status')).json as { log: { seq: number } }).log.seq;
}

/** Everything that is in the log by now is with the target, once. */
async function settled(name: string): Promise<number> {
  const seq = await head();
  await vi.waitFor(async () => expect(await stateOf(name)).toMatchObject({ state: 'up to date', lost: 0 }), WAIT);
  expect((await stateOf(name)).next).toBeGreaterThan(seq);
  return (await stateOf(name)).next - 1;
}

const target = (sink: SyslogSink, more: object = {}) => ({
  type: 'syslog',
  host: 'localhost',
  port: sink.port,
  ca: certificates.ca,
  ...more,
});

function seqsOf(sink: SyslogSink): number[] {
  return sink.messages.map(({ data }) => Number(data['sallyport@32473']?.seq));
}

function upTo(seq: number): number[] {
  return Array.from({ length: seq }, (_, index) => index + 1);
}

describe('syslog over TLS', () => {
  it('brings every entry in order, whole and without a value', async () => {
    const sink = await syslogSink(certificates.server);
    await call();
    await forward('siem', { target: target(sink) });
    await settled('siem');
    await call();
    const last = await settled('siem');
    expect(sink.problems).toEqual([]);
    expect(seqsOf(sink)).toEqual(upTo(last));
    for (const value of [CANARY, acme.mark]) expect(sink.texts.join('\n')).not.toContain(value);
    const done = sink.messages.filter(({ msgId }) => msgId === 'outcome.ok').map(({ data }) => data['sallyport@32473']);
    expect(done.filter((data) => data?.tool === 'common').length).toBeGreaterThan(0);
    // Others are of lists, which name no tool.
    expect(done.every((data) => data?.agent === 'bot' && (data.tool === 'common' || data.tool === undefined))).toBe(true);
  });

  it('carries CEF, filtered, with a client certificate from the vault', async () => {
    const sink = await syslogSink(certificates.server, { ca: certificates.ca, requireClient: true });
    await acme.apply(JSON.stringify({ kind: 'secret', metadata: { name: 'tls-key' }, spec: { value: certificates.client.key } }));
    await call();
    const own = { cert: certificates.client.cert, key: { secret: 'tls-key' } };
    await forward('siem', { target: target(sink, own), format: 'cef', match: { tool: ['comm*'], type: ['outcome'] } });
    await settled('siem');
    expect(sink.messages.length).toBeGreaterThan(0);
    for (const { message, msgId } of sink.messages) {
      expect(msgId).toBe('outcome.ok');
      expect(fromVisibleText(parseCef(message).extension.cs1 ?? '')).toBe('common');
    }
  });

  const refused: [string, (c: Certificates) => Certificates['server'], object, string][] = [
    ['signed by itself', (c) => c.selfSigned, {}, 'is not trusted'],
    ['for another name', (c) => c.otherName, {}, 'for another name'],
    ['that is over', (c) => c.expired, {}, 'expired'],
    ['for another name than serverName', (c) => c.server, { serverName: 'logs.example' }, 'for another name'],
  ];
  it.each(refused)('sends nothing to a target with a certificate %s', async (_what, pair, more, reason) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0'); // must not matter
    try {
      const sink = await syslogSink(pair(certificates));
      await forward('siem', { target: target(sink, more) });
      await vi.waitFor(async () => expect((await stateOf('siem')).lastError).toContain(reason), WAIT);
      expect([sink.messages.length, sink.connections, (await stateOf('siem')).sent]).toEqual([0, 0, 0]);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('says what is wrong with a certificate that cannot be used', async () => {
    const sink = await syslogSink(certificates.server);
    await forward('siem', { target: target(sink, { ca: 'no certificate' }) });
    await vi.waitFor(async () => expect((await stateOf('siem')).state).toBe('failing'), WAIT);
    expect([(await stateOf('siem')).sent, sink.connections]).toEqual([0, 0]);
  });

  it('comes again after a reset in the middle, and loses nothing', async () => {
    const sink = await syslogSink(certificates.server);
    sink.behave = (connection) => (connection < 3 ? { resetAfter: 700 } : 'read');
    await call();
    await forward('siem', { target: target(sink) });
    const last = await settled('siem');
    expect(sink.connections).toBeGreaterThan(3);
    expect([...new Set(seqsOf(sink))]).toEqual(upTo(last));
    expect(sink.problems).toEqual([]);
  });

  it('does not believe a target that never says it has read everything', async () => {
    const sink = await syslogSink(certificates.server);
    sink.behave = () => 'ignore';
    await forward('siem', { target: target(sink) });
    await vi.waitFor(async () => expect((await stateOf('siem')).lastError).toContain('did not close'), WAIT);
    expect((await stateOf('siem')).sent).toBe(0);
    sink.behave = () => 'read';
    expect(seqsOf(sink)).toEqual([]);
    const last = await settled('siem');
    expect(seqsOf(sink)).toEqual(upTo(last));
  });
});

describe('over HTTP', () => {
  it('OTLP: by the JSON mapping; what a collector rejects is counted, not passed over', async () => {
    const sink = await httpSink();
    sink.answer = (n) => ({
      status: 200,
      body: n === 1 ? '{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"IGNORE-ME"}}' : '{}',
    });
    await call();
    await forward('otel', { target: { type: 'otlp', url: `${sink.url}/v1/logs` } });
    await vi.waitFor(async () => expect((await stateOf('otel')).lost).toBe(2), WAIT);
    const state = await stateOf('otel');
    await vi.waitFor(async () => expect((await stateOf('otel')).state).toBe('up to date'), WAIT);
    const records = sink.requests.flatMap(({ body }) => readOtlp(body));
    expect(records.map(({ attributes }) => attributes['sallyport.seq'])).toEqual(upTo(records.length));
    expect(sink.requests.map(({ body }) => body).join('')).not.toContain(CANARY);
    expect(JSON.stringify(state)).not.toContain('IGNORE-ME');
    const metrics = await acme.admin('GET', '/metrics');
    expect(metrics.text).toContain('sallyport_forward_lag_entries');
  });

  it('JSON lines for Splunk, with a token from the vault that is told nowhere', async () => {
    const sink = await httpSink(certificates.server);
    await acme.apply(JSON.stringify({ kind: 'secret', metadata: { name: 'hec' }, spec: { value: 'hec-token-1234' } }));
    const headers = { Authorization: { secret: 'hec', prefix: 'Splunk ' } };
    const to = { type: 'http', url: `${sink.url}/services/collector/event`, ca: certificates.ca, envelope: 'splunk', headers };
    await forward('splunk', { target: to, format: 'ocsf' });
    const last = await settled('splunk');
    const events = sink.requests.flatMap(({ body }) => body.trimEnd().split('\n')).map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event.metadata.sequence)).toEqual(upTo(last));
    for (const { event, time } of events) expect([ocsfProblems(event), Math.round(time * 1000)]).toEqual([[], event.time]);
    expect(sink.requests[0]?.headers.authorization).toBe('Splunk hec-token-1234');
    const all = [
      (await acme.admin('GET', '/api/v1/forwards')).text,
      (await acme.admin('GET', '/api/v1/export')).text,
      (await acme.admin('GET', '/api/v1/log/export')).text,
    ];
    expect(all.join('')).not.toContain('hec-token-1234');
  });

  it('sends nothing, and no token, to a target whose certificate is not trusted', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0'); // must not matter
    try {
      const sink = await httpSink(certificates.selfSigned);
      await forward('https', { target: { type: 'http', url: sink.url, ca: certificates.ca, headers: { 'x-token': 'plain' } } });
      await vi.waitFor(async () => expect((await stateOf('https')).lastError).toContain('is not trusted'), WAIT);
      expect(sink.asked).toBe(0);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('follows no redirect, takes smaller batches when asked to, and waits out what fails', async () => {
    const sink = await httpSink();
    const target = await httpSink();
    sink.answer = (n, body) => {
      if (n === 1) return { status: 307, headers: { location: `${target.url}/stolen` } };
      if (n === 2) return { status: 503, headers: { 'retry-after': '1' } };
      return body.split('\n').length > 4 ? { status: 413 } : { status: 200 };
    };
    await call();
    await forward('lines', { target: { type: 'http', url: `${sink.url}/in` } });
    const last = await settled('lines');
    const seqs = sink.requests.flatMap(({ body }) => body.trimEnd().split('\n')).map((line) => JSON.parse(line).header.seq);
    expect(seqs).toEqual(upTo(last));
    expect(target.asked).toBe(0);
  });

  it('refuses to be sent where no receiver lives, and to say what is there', async () => {
    for (const url of ['http://169.254.169.254/latest/meta-data', 'http://[fe80::1]/x', 'http://logs.example/in']) {
      const spec = { target: { type: 'http', url } };
      const answer = await acme.admin('POST', '/api/v1/apply', { objects: [{ kind: 'forward', metadata: { name: 'bad' }, spec }] });
      expect([answer.status, answer.text.includes('not encrypted')], url).toEqual([400, true]);
    }
    await forward('bad', { target: { type: 'http', url: 'https://169.254.169.254/latest/meta-data' } });
    await vi.waitFor(async () => expect((await stateOf('bad')).lastError).toContain('no log is sent to'), WAIT);
  });
});

describe('into a file', () => {
  it('appends whole lines, and mends what a crash cut off', async () => {
    await call();
    await forward('kept', { target: { type: 'file', name: 'audit.jsonl' } });
    const path = join(files, 'acme', 'audit.jsonl');
    await settled('kept');
    const first = await readFile(path, 'utf8');
    await writeFile(path, `${first}{"content":{"cut`);
    await call();
    const last = await settled('kept');
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).header.seq)).toEqual(upTo(last));
  });

  it('never follows a link, and has no other directory', async () => {
    await writeFile(join(files, 'outside'), 'kept as it is');
    await symlink(join(files, 'outside'), join(files, 'acme', 'link.jsonl'));
    await forward('link', { target: { type: 'file', name: 'link.jsonl' } });
    await vi.waitFor(async () => expect((await stateOf('link')).state).toBe('failing'), WAIT);
    expect(await readFile(join(files, 'outside'), 'utf8')).toBe('kept as it is');
    for (const name of ['../x', 'a/b', '.hidden', '/etc/passwd']) {
      const object = { kind: 'forward', metadata: { name: 'out' }, spec: { target: { type: 'file', name } } };
      expect((await acme.admin('POST', '/api/v1/apply', { objects: [object] })).status, name).toBe(400);
    }
  });
});

describe('several', () => {
  it('organizations with the same names keep to their own files', async () => {
    const beta = orgs.tenants.beta as Tenant;
    const text = JSON.stringify({ kind: 'forward', metadata: { name: 'same' }, spec: { target: { type: 'file', name: 'same.jsonl' } } });
    for (const tenant of [acme, beta]) await tenant.apply(text);
    await settled('same');
    const lines = async (org: string) => (await readFile(join(files, org, 'same.jsonl'), 'utf8')).trimEnd().split('\n');
    await vi.waitFor(async () => expect((await lines('beta')).length).toBeGreaterThan(1), WAIT);
    for (const org of ['acme', 'beta'])
      expect(new Set((await lines(org)).map((line) => JSON.parse(line).header.org))).toEqual(new Set([org]));
    await beta.admin('DELETE', '/api/v1/objects/forward/same');
  });

  it('are bounded, and one that is beyond says so', async () => {
    const objects = Array.from({ length: MAX_FORWARDS + 1 }, (_, n) => ({
      ...{ kind: 'forward', metadata: { name: `f${String(n).padStart(3, '0')}` } },
      spec: { target: { type: 'file', name: `many-${n}.jsonl` }, match: { type: ['none'] } },
    }));
    expect((await acme.admin('POST', '/api/v1/apply', { objects })).status).toBe(200);
    await vi.waitFor(async () => expect((await stateOf('f063')).state).toBe('up to date'), WAIT);
    expect(await stateOf('f064')).toMatchObject({ state: 'failing', lastError: expect.stringContaining(`more than ${MAX_FORWARDS}`) });
    expect((await acme.admin('POST', '/api/v1/apply', { objects: [], prune: ['forward'] })).status).toBe(200);
  });
});

describe('its state', () => {
  it('starts anew where the object says, and goes on where it was after a restart', async () => {
    await call();
    await forward('kept', { target: { type: 'file', name: 'restart.jsonl' } });
    const path = join(files, 'acme', 'restart.jsonl');
    const before = await settled('kept');
    await orgs.restart();
    await call();
    const last = await settled('kept');
    const seqs = async () =>
      (await readFile(path, 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).header.seq);
    expect(await seqs()).toEqual(upTo(last));
    expect(before).toBeLessThan(last);
    await forward('kept', { target: { type: 'file', name: 'restart.jsonl' }, start: last });
    const again = await settled('kept');
    expect((await seqs()).slice(last)).toEqual(upTo(again).slice(last - 1));
  });

  it('is shown by the command line, which says no while it fails; a secret that is missing is refused', async () => {
    const sink = await httpSink();
    sink.answer = () => ({ status: 500, body: 'SECRET-OF-THE-TARGET' });
    await forward('siem', { target: { type: 'http', url: `${sink.url}/in?key=IN-QUERY`, headers: { 'x-key': 'IN-HEADER' } } });
    const made = await acme.admin('POST', '/api/v1/operators', { name: 'looker', role: 'viewer' });
    const viewer = { authorization: `Bearer ${(made.json as { token: string }).token}` };
    const seen = await Promise.all(
      ['objects/forward/siem', 'export', 'forwards'].map((path) => acme.admin('GET', `/api/v1/${path}`, undefined, viewer)),
    );
    expect(seen.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(seen.map(({ text }) => text).join('')).not.toContain('IN-HEADER');
    expect(seen[2]?.text).not.toContain('IN-QUERY');
    await vi.waitFor(async () => expect((await stateOf('siem')).failures).toBeGreaterThan(1), WAIT);
    const env = { SALLYPORT_ADMIN_URL: orgs.gateway.adminUrl, SALLYPORT_OPERATOR_TOKEN: acme.operator };
    const list = await runCli(['forward', 'list'], { env });
    expect([list.code, list.stdout]).toEqual([0, expect.stringContaining('the target answered with status 500')]);
    expect(list.stdout).not.toContain('SECRET-OF-THE-TARGET');
    const shown = await runCli(['forward', 'show', 'siem', '--json'], { env });
    expect([shown.code, JSON.parse(shown.stdout)]).toEqual([1, expect.objectContaining({ name: 'siem', state: 'failing', sent: 0 })]);
    expect((await runCli(['forward', 'show', 'siam'], { env })).stderr).toContain('siem');
    const doctor = await runCli(['doctor'], { env });
    expect(doctor.stdout).toContain('sallyport forward show siem');
    const object = {
      kind: 'forward',
      metadata: { name: 'x' },
      spec: { target: { type: 'http', url: 'https://a.example', headers: { A: { secret: 'none' } } } },
    };
    const missing = await acme.admin('POST', '/api/v1/apply', { objects: [object] });
    expect([missing.status, missing.text.includes('secret/none')]).toEqual([422, true]);
  });
});
