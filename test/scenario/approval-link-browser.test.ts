// A person decides about a held call through a signed link, in a real browser at a running gateway: signs in, reads what a hostile server and agent wrote
// as text, decides by a button; the call runs once, and the link is used up.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, findBrowser } from '../support/browser.ts';
import { runCli } from '../support/cli-process.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';
import { json } from '../support/raw-server.ts';

const TIMEOUT_MS = 300_000;
const path = findBrowser();
const SCRIPT = `</pre></dd><script>window.taken=1</script><img src=x onerror="window.taken=2">`;
const DESCRIPTION = `Pays. ${SCRIPT}<form action="https://evil.example"><button value="approve">Approve</button></form><base href="https://evil.example/">`;
const POLICY = `kind: policy
metadata: {name: p}
spec: {tier: guardrail, order: 1, rules: [{name: held, match: {server: [desk], tool: [pay]}, effect: hold, reason: A person looks.}]}
`;

describe.skipIf(path === undefined)(
  `a link to a ticket, in a browser${path === undefined ? ' (skipped: no chromium here)' : ''}`,
  { timeout: TIMEOUT_MS },
  () => {
    let orgs: OrgGateway;
    let acme: Tenant;
    let browser: Browser;
    let ran = 0;

    beforeAll(async () => {
      orgs = await startOrgGateway(['acme'], {
        answer: (_org, { message }, response) => {
          const reply = (result: object): true => {
            json(response, { jsonrpc: '2.0', id: message?.id, result });
            return true;
          };
          if (message?.method === 'tools/list')
            return reply({ tools: [{ name: 'pay', description: DESCRIPTION, inputSchema: { type: 'object' } }] });
          if (message?.method !== 'tools/call') return false;
          ran++;
          return reply({ content: [{ type: 'text', text: 'paid' }] });
        },
      });
      acme = orgs.tenants.acme as Tenant;
      await acme.apply(POLICY);
      browser = await Browser.start(path ?? '');
    }, TIMEOUT_MS);
    afterAll(async () => {
      await browser?.close();
      await orgs?.close();
    }, TIMEOUT_MS);

    const pay = async (to: string): Promise<string> => (await acme.ask('tools/call', { name: 'pay', arguments: { to } })).text;
    const ticketIn = (text: string): string => /appr_[0-9a-z]+/.exec(text)?.[0] ?? '';

    async function open(ticket: string): Promise<string> {
      const env = { SALLYPORT_OPERATOR_TOKEN: acme.operator, SALLYPORT_ADMIN_URL: orgs.gateway.adminUrl };
      const { stdout } = await runCli(['approval', 'link', ticket, '--json'], { env });
      const { url } = JSON.parse(stdout) as { url: string };
      await browser.open(url);
      return url;
    }
    async function signIn(token: string): Promise<void> {
      await browser.evaluate(`document.getElementById('token').value = ${JSON.stringify(token)}; document.querySelector('button').click()`);
    }
    const press = (value: string) => browser.evaluate(`document.querySelector('main > form button[value=${value}]').click()`);
    const text = () => browser.evaluate<string>('document.body.innerText');
    const isWritten = (words: string) => browser.until(`document.body.innerText.includes(${JSON.stringify(words)})`);

    it('is opened by a sign-in alone, shows what others wrote as text, and approves once', async () => {
      const to = `evil${SCRIPT}\u202egnp.exe`;
      const ticket = ticketIn(await pay(to));
      const url = await open(ticket);
      expect(await text()).not.toContain('evil');
      await signIn('so_wrong');
      await isWritten('no valid operator token');
      await signIn(acme.operator);
      await isWritten('With these parameters');
      const page = (await text()) ?? '';
      expect(page).toContain('<script>window.taken=1</script>');
      expect(page).toContain('\\u{202e}gnp.exe');
      expect(page).toContain('https://evil.example');
      const counted = 'script img base iframe'.split(' ').map((name) => `document.querySelectorAll('${name}').length`);
      expect(await browser.evaluate(`[${counted.join()}, document.forms.length, String(window.taken)].join()`)).toBe('0,0,0,0,1,undefined');
      await press('approve');
      await browser.until(`document.title === 'Approved'`);
      for (let n = 0; n < 3; n++) expect(await pay(to)).toContain('paid');
      expect(ran).toBe(1);
      await browser.open('about:blank');
      await browser.open(url);
      await signIn(acme.operator);
      await isWritten('This link has been used up');
      // The policy of the page stopped nothing: there was nothing to stop.
      expect(browser.complaints.filter((complaint) => !complaint.includes('401'))).toEqual([]);
    });

    it('refuses with a comment, which the agent is told, and not without one', async () => {
      const ticket = ticketIn(await pay('x'));
      await open(ticket);
      await signIn(acme.operator);
      await isWritten('With these parameters');
      await press('refuse');
      await isWritten('Not decided');
      await browser.evaluate(`document.getElementById('comment').value = 'wrong account'`);
      await press('refuse');
      await browser.until(`document.title === 'Refused'`);
      expect(await pay('x')).toContain('wrong account');
      expect(ran).toBe(1);
    });
  },
);
