// The pages' script in a real browser with an authenticator of its own: registering on an invitation, approving on the page of a ticket.
// What the browser signed then stands in a log that both verifiers find sound. Skipped where there is no Chromium.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newOperatorToken } from '../../src/admin/operator.ts';
import { type Asking, bindingOf } from '../../src/approval/ticket.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { type AdminSide, ORG, startAdminSide } from '../support/admin-side.ts';
import { Browser, findBrowser } from '../support/browser.ts';
import { exportLines, verifyStore } from '../support/log-lines.ts';
import { seed } from '../support/seed.ts';

const TIMEOUT_MS = 300_000;
const HOUR_MS = 3_600_000;
const path = findBrowser();
const hasPython = spawnSync('python3', ['--version']).status === 0;
const VERIFIER = join(import.meta.dirname, '../../verifiers/python/verify.py');

describe.skipIf(path === undefined)(
  `in a browser${path === undefined ? ' (skipped: no chromium here)' : ''}`,
  { timeout: TIMEOUT_MS },
  () => {
    const ben = newOperatorToken();
    let side: AdminSide;
    let browser: Browser;
    let count = 0;

    beforeAll(async () => {
      side = await startAdminSide();
      const spec = { role: 'reviewer', user: 'bob', hash: ben.hash, hint: ben.hint, createdAt: '2026-01-01T00:00:00Z' };
      await seed(side.core, ORG, [
        { kind: 'user', metadata: { name: 'bob' }, spec: { disabled: false } } as StoredObject,
        { kind: 'operator', metadata: { name: 'ben' }, spec } as StoredObject,
      ]);
      browser = await Browser.start(path ?? '');
    }, TIMEOUT_MS);
    afterAll(async () => {
      await browser?.close();
      await side?.close();
    }, TIMEOUT_MS);

    async function post<T>(route: string, token: string, body: object): Promise<T> {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const response = await fetch(`${side.url}/api/v1/${route}`, { method: 'POST', headers, body: JSON.stringify(body) });
      return (await response.json()) as T;
    }

    async function ask(): Promise<string> {
      const requester = {
        ...{ org: ORG, agent: 'robot', agentClass: undefined, environment: undefined, teams: [], roles: [], labels: {} },
        ...{ user: undefined, token: undefined },
      };
      const asking: Asking = {
        ...{ requester, owner: undefined, method: 'tools/call', server: 'tools', definition: undefined },
        ...{ capability: { kind: 'tool' as const, name: 'pay' }, params: `n${++count}`, rule: 'p/held', ruleHash: 'ab'.repeat(32) },
        ...{ reason: 'Held.', revision: 1, callId: `call_${count}`, approvers: { passkey: true } },
        ...{ intent: undefined, risk: undefined, findings: [] },
      };
      const part = { params: '{}', description: undefined };
      const asked = await side.context.approvals.ask(ORG, asking, bindingOf(ORG, asking), () => part, HOUR_MS);
      return asked.type === 'ticket' ? asked.ticket.id : '';
    }
    const stateOf = async (id: string) => (await side.context.approvals.find(ORG, id))?.state;

    async function signIn(url: string): Promise<void> {
      await browser.open(url);
      await browser.evaluate(
        `document.getElementById('token').value = ${JSON.stringify(ben.token)}; document.querySelector('button').click()`,
      );
      await browser.until(`document.querySelector('form[data-passkey]') !== null && document.readyState === 'complete'`);
    }
    const openTicket = async (id: string) => signIn((await post<{ url: string }>(`approvals/${id}/link`, ben.token, {})).url);
    const press = (value: string) => browser.evaluate(`document.querySelector('button[value=${value}]').click()`);
    const title = () => browser.evaluate<string>('document.title');

    it('a passkey is registered and approves; without its user nothing is approved, and refusing asks for none', async () => {
      await signIn((await post<{ url: string }>('passkeys/invite', side.tokens.admin, { user: 'bob' })).url);
      await press('register');
      await browser.until(`document.title === 'Registered'`);
      expect((await side.context.view()).list('passkey')).toHaveLength(1);

      const approved = await ask();
      await openTicket(approved);
      await press('approve');
      await browser.until(`document.title === 'Approved' || document.querySelector('[role=alert]:not([hidden])') !== null`);
      expect(await title()).toBe('Approved');
      expect(await stateOf(approved)).toBe('approved');

      const other = await ask();
      await browser.verifiesUser(false);
      await openTicket(other);
      await press('approve');
      await browser.until(`document.getElementById('passkey-note')?.hidden === false`);
      expect(await browser.evaluate<string>(`document.getElementById('passkey-note').textContent`)).toContain('The passkey was not used');
      expect(await stateOf(other)).toBe('open');
      await browser.evaluate(`document.getElementById('comment').value = 'no'`);
      await press('refuse');
      await browser.until(`document.title === 'Refused'`);
      expect(await stateOf(other)).toBe('refused');

      expect(browser.complaints).toEqual([]);
      expect(await verifyStore(side.core, ORG)).toMatchObject({ state: 'sound' });
      if (!hasPython) return;
      const file = join(side.dataDir, 'log.jsonl');
      const lines: string[] = [];
      for await (const line of exportLines(side.core.store.log.read({ org: ORG }))) lines.push(line);
      expect(lines.some((line) => line.includes('"authenticatorData"'))).toBe(true);
      writeFileSync(file, `${lines.join('\n')}\n`);
      const { status, stdout } = spawnSync('python3', [VERIFIER, '--json', file], { encoding: 'utf8' });
      expect({ status, verdict: JSON.parse(stdout) }).toMatchObject({ status: 0, verdict: { state: 'sound' } });
    });
  },
);
