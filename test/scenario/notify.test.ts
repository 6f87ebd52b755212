// Notifications end to end, through a running gateway: what a rule asks to be told is told, over every channel; signatures of two keys; dead letters
// and their replay by the command line; nothing of one organization reaches a subscription of another.

import { readFileSync } from 'node:fs';
import { SMTPServer } from 'smtp-server';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startChild } from '../support/child.ts';
import { runCli } from '../support/cli-process.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';
import { webhookSecret } from '../support/subscription-object.ts';
import { startReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const VALUE = 'hunter2-in-the-arguments';
let orgs: OrgGateway;
let a: Tenant;
let b: Tenant;
let hook: WebhookReceiver;

beforeAll(async () => {
  hook = await startReceiver(webhookSecret(1));
  orgs = await startOrgGateway(['alpha', 'beta']);
  [a, b] = [orgs.tenants.alpha as Tenant, orgs.tenants.beta as Tenant];
});
afterAll(async () => {
  await orgs?.close();
  await hook?.close();
});

const subscription = (name: string, spec: object) => JSON.stringify({ kind: 'subscription', metadata: { name }, spec });
const secret = (name: string, value: string) => JSON.stringify({ kind: 'secret', metadata: { name }, spec: { value } });
const documents = (...texts: string[]) => texts.join('\n---\n');
const retry = { attempts: 2, firstMs: 10, longestMs: 20 };
const deliveriesOf = async (tenant: Tenant, query = '') =>
  (await tenant.admin('GET', `/api/v1/deliveries${query}`)).json as {
    pending: number;
    dead: number;
    deliveries: { id: number; subscription: string; status: string; type: string; error?: string }[];
  };

/** A call that the rule of the example holds: destructive and financial. */
const closeAccount = (tenant: Tenant) => tenant.ask('tools/call', { name: 'common', arguments: { only_alpha: VALUE } });

async function wait<T>(read: () => T | Promise<T>, fits: (value: T) => boolean): Promise<T> {
  return vi.waitFor(
    async () => {
      const value = await read();
      if (!fits(value)) throw new Error(`not yet: ${JSON.stringify(value)?.slice(0, 500)}`);
      return value;
    },
    { timeout: 60_000, interval: 50 },
  );
}

describe('what a rule asks for', () => {
  it('"financial and destructive: require approval, notify #security-alerts, log critical" is told to who answers that channel', async () => {
    const rule = readFileSync(new URL('../../examples/policies/financial-destructive.yaml', import.meta.url), 'utf8');
    const alone = await a.admin('POST', '/api/v1/apply', { text: rule, dryRun: true });
    expect(alone.text).toContain('rules notify #security-alerts, which no subscription answers');
    const channel = { type: 'webhook', url: hook.url, secrets: ['hook-key'], allowPrivate: true };
    const applied = await a.admin('POST', '/api/v1/apply', {
      text: documents(
        rule,
        secret('hook-key', webhookSecret(1)),
        subscription('security-alerts', { answers: ['#security-alerts'], channel, retry }),
        JSON.stringify({
          kind: 'server',
          metadata: { name: 'desk' },
          spec: {
            transport: 'http',
            url: a.server.url,
            era: 'legacy',
            trust: true,
            tools: { common: { intent: 'destructive', category: 'financial' } },
          },
        }),
      ),
    });
    expect(applied.text).not.toContain('no subscription answers');
    const held = await closeAccount(a);
    expect(held.text).toContain('approval');
    const [event] = await wait(
      () => hook.accepted(),
      (all) => all.length > 0,
    );
    expect(event).toMatchObject({
      type: 'decision.held',
      data: {
        ...{ organization: 'alpha', severity: 'critical', channels: ['#security-alerts'], agent: 'bot', server: 'desk', tool: 'common' },
        ...{ rule: 'financial-destructive/require-approval', code: 'approval_required', intent: 'destructive', category: 'financial' },
      },
    });
    expect(String(event?.data.ticket)).toMatch(/^appr_/);
    expect(hook.unverified).toEqual([]);
    // Nothing else was asked for: approvals, freezes and the like are for those who name them.
    expect(new Set(hook.received.map(({ type }) => type))).toEqual(new Set(['decision.held']));
    expect(hook.received.map(({ text }) => text).join()).not.toContain(VALUE);
  });

  it('a key is replaced without a gap: two sign, receivers with either accept', async () => {
    const channel = { type: 'webhook', url: hook.url, secrets: ['hook-key', 'hook-key-2'], allowPrivate: true };
    await a.apply(
      documents(secret('hook-key-2', webhookSecret(2)), subscription('security-alerts', { answers: ['#security-alerts'], channel, retry })),
    );
    const before = hook.received.length;
    await closeAccount(a);
    const [event] = (
      await wait(
        () => hook.accepted(),
        (all) => all.length > before,
      )
    ).slice(before);
    for (const fill of [1, 2]) new Webhook(webhookSecret(fill)).verify(event?.text ?? '', event?.headers as Record<string, string>);
    expect(() => new Webhook(webhookSecret(3)).verify(event?.text ?? '', event?.headers as Record<string, string>)).toThrow();
  });
});

describe('channels', () => {
  let slack: WebhookReceiver;
  let mails: { from: string; to: string[]; text: string; user: string }[];
  let smtp: SMTPServer;
  let port: number;

  beforeAll(async () => {
    slack = await startReceiver();
    mails = [];
    smtp = new SMTPServer({
      authMethods: ['PLAIN', 'LOGIN'],
      allowInsecureAuth: true,
      disabledCommands: ['STARTTLS'],
      onAuth: ({ username, password }, _session, done) =>
        done(password === 'mail-secret-value' ? null : new Error('no'), { user: String(username) }),
      onData: (stream, session, done) => {
        let text = '';
        stream.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          const from = mailFrom === false ? '' : (mailFrom?.address ?? '');
          mails.push({ from, to: rcptTo.map(({ address }) => address), text, user: String(session.user) });
          done();
        });
      },
    });
    port = await new Promise<number>((resolve) => {
      const listening = smtp.listen(0, '127.0.0.1', () => resolve((listening.address() as { port: number }).port));
    });
  });
  afterAll(async () => {
    await slack.close();
    await new Promise<void>((resolve) => smtp.close(() => resolve()));
  });

  it('slack, teams, mail and a template tell of an approval, each in its own form', async () => {
    const events = ['approval.requested'];
    const secretUrl = (path: string) => secret(`url-${path}`, `${slack.url}/${path}`);
    const place = (path: string) => ({ url: { secret: `url-${path}` }, allowPrivate: true });
    const mail = {
      type: 'email',
      host: 'localhost',
      port,
      tls: 'none',
      user: 'gateway',
      password: { secret: 'mail-password' },
      allowPrivate: true,
    };
    await a.apply(
      documents(
        ...[secretUrl('slack'), secretUrl('teams'), secret('mail-password', 'mail-secret-value'), secret('api-key', 'api-key-value')],
        subscription('to-slack', { events, channel: { type: 'slack', ...place('slack') }, retry }),
        subscription('to-teams', { events, channel: { type: 'teams', ...place('teams') }, retry }),
        subscription('to-mail', {
          events,
          channel: { ...mail, from: 'gate@example.org', to: ['ops@example.org', 'sec@example.org'] },
          retry,
        }),
        subscription('to-pager', {
          events,
          channel: {
            ...{ type: 'template', url: `${slack.url}/pager`, method: 'PUT', allowPrivate: true },
            headers: { authorization: { secret: 'api-key', prefix: 'Token ' } },
            template: { type: '{{type}}', data: '{{data}}', timestamp: 'x', summary: '{{data.agent}} wants {{data.server}}/{{data.tool}}' },
          },
          retry,
        }),
      ),
    );
    await b.apply(
      subscription('to-nobody', {
        events: ['*'],
        channel: { type: 'template', url: `${slack.url}/beta`, allowPrivate: true, template: { all: '{{data}}', data: '{{data}}' } },
        retry,
      }),
    );
    // The identical call has its ticket already; this one is another.
    await a.ask('tools/call', { name: 'common', arguments: { only_alpha: `${VALUE}-2` } });
    await wait(
      () => [...new Set(slack.accepted().map(({ path }) => path))].sort(),
      (paths) => ['/pager', '/slack', '/teams'].every((path) => paths.includes(path)),
    );
    await wait(
      () => mails.length,
      (count) => count > 0,
    );
    const at = (path: string) => slack.accepted().filter((event) => event.path === path);
    expect(at('/slack')[0]?.text).toMatch(/"action_id":"approve","value":"appr_/);
    expect(at('/teams')[0]?.text).toContain('AdaptiveCard');
    const [pager] = at('/pager');
    expect(JSON.parse(pager?.text ?? '{}')).toMatchObject({ type: 'approval.requested', summary: 'bot wants desk/common' });
    expect(pager?.headers.authorization).toBe('Token api-key-value');
    expect(mails[0]).toMatchObject({ from: 'gate@example.org', to: ['ops@example.org', 'sec@example.org'], user: 'gateway' });
    expect(mails[0]?.text).toMatch(/Subject: \[sallyport\] warning: An approval is asked for/);
    expect(mails[0]?.text).toMatch(/To decide: sallyport approval show appr_\S+\s+Or by link: sallyport approval link appr_/);
    const everything = [...slack.received.map(({ text }) => text), ...mails.map(({ text }) => text)].join();
    expect(everything).not.toContain(VALUE);
    // Whatever came to beta's receiver is beta's.
    for (const { data } of at('/beta')) expect(data.organization).toBe('beta');
    expect(JSON.stringify(await deliveriesOf(b))).not.toContain('alpha');
  });

  it('no secret stands in lists of deliveries or in objects as they leave the gateway', async () => {
    const shown = [
      ...(await Promise.all(['', '?status=dead', '?status=delivered'].map(async (query) => JSON.stringify(await deliveriesOf(a, query))))),
      (await a.admin('GET', '/api/v1/objects?kind=subscription')).text,
      (await a.admin('GET', '/api/v1/export')).text,
      (await a.admin('GET', '/metrics')).text,
    ].join();
    for (const value of [`${slack.url}/slack`, `${slack.url}/teams`, 'mail-secret-value', 'api-key-value', webhookSecret(1), VALUE])
      expect(shown).not.toContain(value);
    expect(shown).toContain('sallyport_notify_pending{org="alpha"}');
  });

  it('a mail server that refuses the password is told as that, and the password is not', async () => {
    const channel = {
      ...{ type: 'email', host: '127.0.0.1', port, tls: 'none', user: 'gateway', password: { secret: 'api-key' }, allowPrivate: true },
      ...{ from: 'gate@example.org', to: ['ops@example.org'] },
    };
    await a.apply(subscription('to-mail', { events: ['approval.requested'], channel, retry }));
    const tested = await a.admin('POST', '/api/v1/subscriptions/to-mail/test');
    expect(tested.json).toMatchObject({ delivered: false, error: 'the mail server refused user or password' });
    await a.apply(subscription('to-mail', { events: ['approval.requested'], channel: { ...channel, tls: 'starttls' }, retry }));
    expect((await a.admin('POST', '/api/v1/subscriptions/to-mail/test')).text).toContain('no encryption');
  });
});

describe('what cannot be delivered', () => {
  it('is laid aside after its attempts, listed with why, and delivered when it is replayed, by the command line', {
    timeout: 60_000,
  }, async () => {
    const down = await startReceiver(webhookSecret(1));
    down.answer = () => 503;
    const channel = { type: 'webhook', url: down.url, secrets: ['hook-key'], allowPrivate: true };
    await a.apply(subscription('broken', { events: ['freeze.*'], channel, retry: { attempts: 2, firstMs: 10, longestMs: 10 } }));
    const freeze = { name: 'stop', scope: { agent: 'nobody' }, reason: 'drill' };
    expect((await a.admin('POST', '/api/v1/freezes', freeze)).status).toBe(200);
    expect((await a.admin('DELETE', '/api/v1/freezes/stop')).status).toBe(200);
    await wait(
      () => deliveriesOf(a, '?status=dead&subscription=broken'),
      ({ deliveries }) => deliveries.length === 2,
    );
    const env = { SALLYPORT_ADMIN_URL: orgs.gateway.adminUrl, SALLYPORT_OPERATOR_TOKEN: a.operator, SALLYPORT_ORGANIZATION: 'alpha' };
    const cli = (...args: string[]) => runCli(args, { env });
    const dead = await cli('webhook', 'deliveries', '--status', 'dead', '--subscription', 'broken');
    expect(dead.stdout).toMatch(/Given up: 2\./);
    expect(dead.stdout).toContain('sallyport webhook replay ID, or --all-dead');
    expect(dead.stdout).toMatch(/freeze\.lifted .*answered 503/);
    expect((await a.admin('POST', '/api/v1/subscriptions/broken/test')).json).toMatchObject({ delivered: false, error: 'answered 503' });
    down.answer = () => 200;
    expect(await cli('webhook', 'test', 'broken')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Delivered to subscription/broken'),
    });
    const replayed = await cli('webhook', 'replay', '--all-dead', '--subscription', 'broken', '--json');
    expect(JSON.parse(replayed.stdout)).toEqual({ replayed: 2 });
    await wait(
      () => down.accepted().map(({ type }) => type),
      (types) => types.length === 3,
    );
    expect(down.accepted().map(({ type }) => type)).toEqual(['webhook.test', 'freeze.set', 'freeze.lifted']);
    const ids = (type: string) => new Set(down.received.filter((event) => event.type === type).map(({ id }) => id)).size;
    expect([ids('freeze.set'), ids('freeze.lifted'), down.unverified]).toEqual([1, 1, []]);
    const [last] = (await deliveriesOf(a, '?subscription=broken')).deliveries;
    expect((await b.admin('POST', `/api/v1/deliveries/${last?.id}/replay`)).status).toBe(404);
    expect(JSON.parse((await cli('webhook', 'replay', String(last?.id), '--json')).stdout)).toEqual({ replayed: 1 });
    await wait(
      () => down.accepted('freeze.lifted').length,
      (count) => count === 2,
    );
    expect((await cli('webhook', 'replay')).stderr).toContain('--all-dead');
    await down.close();
  });

  it('a receiver that is gone (410) is not tried again', async () => {
    const gone = await startReceiver();
    gone.answer = () => 410;
    const channel = { type: 'webhook', url: gone.url, secrets: ['hook-key'], allowPrivate: true };
    await a.apply(subscription('broken', { events: ['freeze.set'], channel, retry: { attempts: 50, firstMs: 10, longestMs: 10 } }));
    await a.admin('POST', '/api/v1/freezes', { name: 'again', scope: { agent: 'nobody' }, reason: 'drill' });
    await wait(
      () => deliveriesOf(a, '?status=dead&subscription=broken'),
      ({ deliveries }) => deliveries.length === 1,
    );
    expect(gone.received).toHaveLength(1);
    await gone.close();
  });

  it('a subscription that is deleted drops what waits; made again, it starts anew', async () => {
    const slow = await startReceiver();
    slow.answer = () => 500;
    const channel = { type: 'webhook', url: slow.url, secrets: ['hook-key'], allowPrivate: true };
    const spec = { events: ['freeze.*'], channel, retry: { attempts: 100, firstMs: 10, longestMs: 50 } };
    await a.apply(subscription('fickle', spec));
    await a.admin('POST', '/api/v1/freezes', { name: 'early', scope: { agent: 'nobody' }, reason: 'early' });
    await wait(
      () => slow.received.length,
      (count) => count > 0,
    );
    expect((await a.admin('DELETE', '/api/v1/objects/subscription/fickle')).status).toBe(200);
    await wait(
      () => deliveriesOf(a, '?status=pending&subscription=fickle'),
      ({ deliveries }) => deliveries.length === 0,
    );
    await a.admin('POST', '/api/v1/freezes', { name: 'meanwhile', scope: { agent: 'nobody' }, reason: 'meanwhile' });
    slow.answer = () => 200;
    await a.apply(subscription('fickle', spec));
    await a.admin('POST', '/api/v1/freezes', { name: 'late', scope: { agent: 'nobody' }, reason: 'late' });
    await wait(
      () => slow.accepted().length,
      (count) => count > 0,
    );
    expect(slow.accepted().map(({ data }) => data.name)).toEqual(['late']);
    await slow.close();
  });

  it('a disabled one is told nothing, and not of what happened meanwhile when it is enabled again', async () => {
    const quiet = await startReceiver();
    const channel = { type: 'webhook', url: quiet.url, secrets: ['hook-key'], allowPrivate: true };
    const spec = { events: ['freeze.set'], channel, retry };
    await a.apply(subscription('quiet', { ...spec, disabled: true }));
    await a.admin('POST', '/api/v1/freezes', { name: 'unheard', scope: { agent: 'nobody' }, reason: 'x' });
    const head = (await orgs.gateway.store.log.head('alpha')).seq;
    await wait(
      async () => (await orgs.gateway.store.outbox.cursors('alpha')).find((cursor) => cursor.subscription === 'quiet')?.seq ?? 0,
      (seq) => seq >= head,
    );
    await a.apply(subscription('quiet', spec));
    await a.admin('POST', '/api/v1/freezes', { name: 'heard', scope: { agent: 'nobody' }, reason: 'x' });
    await wait(
      () => quiet.accepted().length,
      (count) => count > 0,
    );
    expect(quiet.accepted().map(({ data }) => data.name)).toEqual(['heard']);
    await quiet.close();
  });
});

describe('what stands in no entry', () => {
  it('tokens, operators and secrets that end are told once, soon before and when they have', async () => {
    const times = await startReceiver(webhookSecret(1));
    const channel = { type: 'webhook', url: times.url, secrets: ['hook-key'], allowPrivate: true };
    const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
    const day = 86_400_000;
    const object = (name: string, spec: object) => ({
      kind: 'token',
      metadata: { name },
      spec: { agent: 'bot', hint: 'sp_x', createdAt: inMs(-9 * day), ...spec },
    });
    const hash = (n: number) => String(n).repeat(64);
    await a.apply(
      documents(
        JSON.stringify(object('soon', { hash: hash(1), expiresAt: inMs(day) })),
        JSON.stringify(object('past', { hash: hash(2), expiresAt: inMs(-day) })),
        JSON.stringify(object('later', { hash: hash(3), expiresAt: inMs(30 * day) })),
        JSON.stringify(object('revoked', { hash: hash(4), expiresAt: inMs(day), revokedAt: inMs(-day) })),
        JSON.stringify({ kind: 'secret', metadata: { name: 'partner' }, spec: { value: 'x'.repeat(20), expiresAt: inMs(2 * day) } }),
        subscription('expiry', { events: ['token.*', 'credential.*', 'operator.*'], channel, retry }),
      ),
    );
    const told = () =>
      times
        .accepted()
        .map(({ type, data }) => `${type} ${String(data.name)}`)
        .sort();
    await wait(told, (all) => all.length >= 3);
    expect(told()).toEqual(['credential.expiring partner', 'token.expired past', 'token.expiring soon']);
    // Another subscription brings the next look; who knows already is not told again.
    await a.apply(subscription('expiry-2', { events: ['token.expiring'], channel, retry }));
    await wait(told, (all) => all.length > 3);
    expect(told()).toEqual(['credential.expiring partner', 'token.expired past', 'token.expiring soon', 'token.expiring soon']);
    expect(new Set(times.accepted('token.expiring').map(({ id }) => id)).size).toBe(1);
    await times.close();
  });
});

it('the receiver of the example takes what is signed with its key, and nothing else', async () => {
  const example = new URL('../../examples/webhook/receiver.ts', import.meta.url).pathname;
  const child = await startChild({
    command: process.execPath,
    args: [example, '0'],
    env: { PATH: process.env.PATH, HOOK_KEY: webhookSecret(1) },
    ready: (line) => (/^listening on (\d+)$/.test(line) ? { port: line.replace(/\D+/g, '') } : undefined),
  });
  try {
    const url = `http://127.0.0.1:${child.ready.port}/`;
    const test = async (key: string) => {
      await a.apply(
        subscription('example', { events: ['webhook.test'], channel: { type: 'webhook', url, secrets: [key], allowPrivate: true }, retry }),
      );
      return (await a.admin('POST', '/api/v1/subscriptions/example/test')).json;
    };
    expect(await test('hook-key')).toMatchObject({ delivered: true });
    expect(await test('hook-key-2')).toMatchObject({ delivered: false, error: 'answered 401' });
    await vi.waitFor(() => expect(child.output().stdout).toMatch(/webhook\.test subscription\/example evt_/), { timeout: 60_000 });
  } finally {
    await child.stop();
  }
});

it('objects that tell a secret in plain text, or nothing at all, are refused or warned of', async () => {
  const tried = async (spec: object) => (await a.admin('POST', '/api/v1/apply', { text: subscription('tried', spec), dryRun: true })).text;
  const channel = { type: 'webhook', url: hook.url, secrets: ['hook-key'] };
  expect(await tried({ channel })).toContain('say what is told');
  expect(await tried({ events: ['freeze.*'], channel: { type: 'slack', url: 'https://hooks.slack.com/services/T/B/x' } })).toContain('url');
  expect(await tried({ events: ['freeze.*'], channel: { ...channel, secrets: ['no-such'] } })).toContain(
    'secret/no-such, which does not exist',
  );
  expect(await tried({ events: ['freezes'], channel })).toContain('no type of event fits');
  expect(await tried({ events: ['*'], channel: { ...channel, secrets: ['a', 'b', 'c'] } })).toContain('secrets');
  const template = { type: 'template', url: hook.url, template: { a: '{{data.x()}}' }, headers: { 'x-api-key': 'plain' } };
  expect(await tried({ events: ['*'], channel: template })).toContain('begins no placeholder');
  expect(await tried({ events: ['*'], channel: template })).toContain('looks like a credential');
});
