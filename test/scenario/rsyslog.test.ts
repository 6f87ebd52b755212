// The log forwarded to a real rsyslog over TLS, with certificates on both sides: it understands every message as it was meant, hostile texts
// included, and loses none when it is stopped and started in between.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ForwardBody } from '../../src/admin/contract.ts';
import { decisionContent } from '../../src/audit/entry.ts';
import { fromVisibleText } from '../../src/export/visible-text.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';
import { parseSyslog } from '../support/rfc5424.ts';
import { findRsyslog, type Rsyslog, startRsyslog } from '../support/rsyslog.ts';

const found = findRsyslog();
if (found.missing !== undefined) process.stderr.write(`test/scenario/rsyslog.test.ts does not run: ${found.missing}\n`);
const WAIT = { timeout: 60_000, interval: 100 };
const HOSTILE = 'a"] forged [x y="z"\n<13>1 - - - - - - injected\r\n12 <13>1\u0000\u001b[2J\u2028\u202e\\ 🔑 %0A é';

let certificates: Certificates;
let orgs: OrgGateway;
let acme: Tenant;
let rsyslog: Rsyslog;

describe.skipIf(found.missing !== undefined)('a real rsyslog', () => {
  beforeAll(async () => {
    certificates = makeCertificates();
    rsyslog = await startRsyslog(found.path ?? '', certificates);
    orgs = await startOrgGateway(['acme']);
    acme = orgs.tenants.acme as Tenant;
    const objects = [
      { kind: 'secret', metadata: { name: 'tls-key' }, spec: { value: certificates.client.key } },
      {
        kind: 'forward',
        metadata: { name: 'rsyslog' },
        spec: {
          target: {
            ...{ type: 'syslog', host: 'localhost', port: rsyslog.port, ca: certificates.ca },
            ...{ cert: certificates.client.cert, key: { secret: 'tls-key' } },
          },
        },
      },
    ];
    for (const object of objects) await acme.apply(JSON.stringify(object));
  });
  afterAll(async () => {
    await orgs?.close();
    await rsyslog?.remove();
    certificates?.remove();
  });

  const state = async () => (await acme.admin('GET', '/api/v1/forwards/rsyslog')).json as ForwardBody;
  /** Sequence numbers that rsyslog has, in its order. */
  const seqs = () => rsyslog.records().map(({ sd }) => Number(/ seq="(\d+)"/.exec(sd)?.[1]));
  const settled = async (): Promise<number> => {
    const { seq } = await orgs.gateway.store.log.head('acme');
    await vi.waitFor(async () => expect((await state()).next).toBeGreaterThan(seq), WAIT);
    await vi.waitFor(() => expect(new Set(seqs()).size).toBeGreaterThanOrEqual(seq), WAIT);
    return (await state()).next - 1;
  };
  const whole = (to: number) => Array.from({ length: to }, (_, i) => i + 1);

  it('understands every message as it was meant', async () => {
    const { revision } = await orgs.gateway.store.log.head('acme');
    const content = decisionContent({
      ...{ timeMs: Date.UTC(2026, 0, 2), call: 'call_hostile', principal: { agent: HOSTILE, user: HOSTILE } },
      ...{
        surface: 'all',
        method: HOSTILE,
        server: HOSTILE,
        tool: HOSTILE,
        effect: 'deny',
        rule: HOSTILE,
        code: 'denied',
        reason: HOSTILE,
      },
      ...{ judged: revision, credential: 'none', client: { era: 'modern', version: '1' }, origin: 'agent' },
    });
    await orgs.gateway.store.log.append('acme', [{ content, callId: 'call_hostile', payloads: [] }]);
    await acme.ask('tools/call', { name: 'common', arguments: { only_acme: 'value-canary' } });
    const last = await settled();
    expect([...new Set(seqs())]).toEqual(whole(last));
    const records = rsyslog.records();
    const hostile = records.filter(({ sd }) => sd.includes('call="call_hostile"'));
    expect(hostile).toHaveLength(1);
    const [{ sd = '', msgid, appname, pri } = {}] = hostile;
    expect([msgid, appname, pri]).toEqual(['decision.deny', 'sallyport', '108']);
    const params = parseSyslog(`<108>1 - - - - - ${sd}`).data['sallyport@32473'] ?? {};
    for (const name of ['agent', 'user', 'server', 'tool', 'rule', 'reason', 'method'])
      expect(fromVisibleText(params[name] ?? ''), name).toBe(HOSTILE);
    expect(JSON.stringify(records)).not.toContain('value-canary');
    expect(records.every(({ appname }) => appname === 'sallyport')).toBe(true);
  });

  it('loses nothing when it is stopped and started again', async () => {
    await settled();
    await rsyslog.stop();
    for (let i = 0; i < 5; i++) await acme.ask('tools/call', { name: 'common', arguments: {} });
    await vi.waitFor(async () => expect((await state()).lastError).toContain('ECONNREFUSED'), WAIT);
    await rsyslog.start();
    const last = await settled();
    expect([...new Set(seqs())]).toEqual(whole(last));
    expect((await state()).lost).toBe(0);
  });
});
