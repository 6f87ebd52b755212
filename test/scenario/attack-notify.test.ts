// Attacks on notifications: endpoints that lead to metadata services or into private networks, by redirect, by name, by a name that changes its
// mind, by any way of writing an address; receivers that hang, drip or flood; secrets that would end a header; a store that fails at any write.
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openCore } from '../../src/app.ts';
import { type Resolve, systemResolve } from '../../src/lib/address-guard.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { Channels } from '../../src/notify/channels.ts';
import { eventBody, makeEvent } from '../../src/notify/event.ts';
import { Notifier } from '../../src/notify/notifier.ts';
import type { OutboxStore } from '../../src/notify/port.ts';
import type { Message, SendResult } from '../../src/notify/send.ts';
import type { SubscriptionSpec } from '../../src/object/kinds.ts';
import { buildView, type ControlView } from '../../src/object/snapshot.ts';
import { type AttackedGateway, startAttacked } from '../support/attacked-gateway.ts';
import { agentObject, seed } from '../support/seed.ts';
import { freshPlace } from '../support/store-kind.ts';
import { secretObject, webhookObject, webhookSecret } from '../support/subscription-object.ts';
import { startReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

/** Of an attempt that is meant to fail for lack of an answer, milliseconds; the others have all the time they need. */
const TIMEOUT_MS = 2_000;
const PATIENCE_MS = 60_000;
const SHORT_LEASE_MS = 200;
const event = makeEvent('acme', 'k', { timeMs: 0, seq: 0 }, { type: 'webhook.test', subject: 's', data: { name: 'n' } });
const message: Message = { id: event.id, body: eventBody('acme', event) };
const secrets = new Map([['key', webhookSecret()]]);
let receiver: WebhookReceiver;
let port: string;
const open: Channels[] = [];

beforeAll(async () => {
  receiver = await startReceiver();
  port = new URL(receiver.url).port;
});
afterEach(() => {
  receiver.received.length = 0;
  receiver.answer = () => 200;
});
afterAll(async () => {
  await Promise.all(open.map((channels) => channels.close()));
  await receiver.close();
});

type Channel = SubscriptionSpec['channel'];

function webhook(url: string, allowPrivate?: boolean): Channel {
  return { type: 'webhook', url, secrets: ['key'], ...(allowPrivate === undefined ? {} : { allowPrivate }) };
}

function channelsOver(resolve: Resolve = systemResolve, timeoutMs = PATIENCE_MS): Channels {
  const channels = new Channels(resolve, systemClock, timeoutMs);
  open.push(channels);
  return channels;
}

function send(channel: Channel, channels = channelsOver()): Promise<SendResult> {
  const spec: SubscriptionSpec = { events: ['*'], channel, disabled: false };
  return channels.send(spec, (name) => secrets.get(name), message, new AbortController().signal);
}

const error = async (sending: Promise<SendResult>): Promise<string> => {
  const result = await sending;
  return result.type === 'failed' ? result.error : 'sent';
};
const at = (...addresses: string[]) => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

describe('where an endpoint leads', () => {
  it.each([301, 302, 303, 307, 308])('a redirect (%s) to the metadata address, or anywhere, is not followed', async (status) => {
    const second = await startReceiver();
    for (const location of ['http://169.254.169.254/latest/meta-data/', `${second.url}/stolen`]) {
      receiver.answer = () => ({ status, headers: { location } });
      expect(await error(send(webhook(receiver.url, true)))).toBe(`answered ${status}: redirects are not followed`);
    }
    expect([receiver.received.length, second.received.length]).toEqual([2, 0]);
    await second.close();
  });

  it.each([
    '169.254.169.254',
    '[::ffff:169.254.169.254]',
    '[fd00:ec2::254]',
    '100.100.100.200',
    '0.0.0.0',
    '[fe80::1]',
    '2852039166',
    '0xa9fea9fe',
  ])('http://%s/ is never reached, whatever the subscription allows', async (host) =>
    expect(await error(send(webhook(`http://${host}/`, true)))).toContain('never reached'),
  );

  it.each(['127.0.0.1', 'localhost', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]'])(
    'http://%s is private: reached only where the subscription says so',
    async (host) => {
      expect(await error(send(webhook(`http://${host}:${port}/`)))).toContain('private address');
      expect(receiver.received).toEqual([]);
      expect(await error(send(webhook(`http://${host}:${port}/`, true)))).toBe('sent');
    },
  );

  it('a name that resolves to a private or metadata address is refused, also when another of its addresses is public', async () => {
    const named = (addresses: string[], allowPrivate?: boolean) =>
      error(
        send(
          webhook(`http://hooks.example:${port}/`, allowPrivate),
          channelsOver(async () => at(...addresses)),
        ),
      );
    expect(await named(['127.0.0.1'])).toContain('private address');
    expect(await named(['8.8.8.8', '10.0.0.1'])).toContain('private address');
    expect(await named(['127.0.0.1', '169.254.169.254'], true)).toContain('never reached');
    expect(await named(['64:ff9b::a9fe:a9fe'], true)).toContain('never reached');
    expect(await named([])).toContain('no address');
    expect(receiver.received).toEqual([]);
  });

  it('a name that changes its mind changes nothing: what is connected to is what was looked at, and a new connection is a new look', async () => {
    let looks = 0;
    const turning: Resolve = async () => at(looks++ === 0 ? '127.0.0.1' : '169.254.169.254');
    const channels = channelsOver(turning);
    const url = `http://hooks.example:${port}/`;
    receiver.answer = () => ({ status: 200, headers: { connection: 'close' } });
    expect(await error(send(webhook(url, true), channels))).toBe('sent');
    expect(looks).toBe(1);
    await vi.waitFor(async () => expect(await error(send(webhook(url, true), channels))).toContain('never reached'), { timeout: 60_000 });
    expect(receiver.received).toHaveLength(1);
  });

  it('a connection that one subscription may use is not lent to one that may not', async () => {
    const channels = channelsOver();
    expect(await error(send(webhook(receiver.url, true), channels))).toBe('sent');
    expect(await error(send(webhook(receiver.url), channels))).toContain('private address');
  });

  it('mail goes by the same guard, and unencrypted only within a private network', async () => {
    const mail = (host: string, more: object): Channel =>
      ({ type: 'email', host, port: Number(port), tls: 'starttls', from: 'a@example.org', to: ['b@example.org'], ...more }) as Channel;
    expect(await error(send(mail('127.0.0.1', {})))).toContain('private address');
    expect(
      await error(
        send(
          mail('mail.example', { allowPrivate: true }),
          channelsOver(async () => at('169.254.169.254')),
        ),
      ),
    ).toContain('never reached');
    const outside = channelsOver(async () => at('8.8.8.8'));
    expect(await error(send(mail('mail.example', { tls: 'none', allowPrivate: true }), outside))).toContain('tls is none');
  });

  it('a secret address that is none, or one with a password, is not quoted', async () => {
    for (const value of ['nonsense hunter2', 'ftp://hunter2/', 'http://me:hunter2@127.0.0.1/']) {
      secrets.set('url', value);
      const why = await error(send({ type: 'slack', url: { secret: 'url' }, allowPrivate: true }));
      expect([why === 'sent', why.includes('hunter2')]).toEqual([false, false]);
    }
    secrets.delete('url');
    expect(await error(send({ type: 'slack', url: { secret: 'url' } }))).toContain('secret/url');
  });

  it('a secret that would end a header is refused, not sent', async () => {
    secrets.set('header', 'x\r\nhost: evil');
    const channel: Channel = {
      type: 'template',
      url: receiver.url,
      method: 'POST',
      allowPrivate: true,
      headers: { 'x-key': { secret: 'header' } },
      template: {},
    };
    expect(await error(send(channel))).toContain('secret/header');
    secrets.set('key', 'too-short');
    expect(await error(send(webhook(receiver.url, true)))).toContain('secret/key');
    secrets.set('key', webhookSecret());
    expect(receiver.received).toEqual([]);
  });
});

describe('receivers that behave badly', () => {
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
  });

  async function rawServer(serve: (socket: Socket) => void): Promise<string> {
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      serve(socket);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
  }

  const drip = (socket: Socket, first: string, rest: string): void => {
    socket.write(first);
    const timer = setInterval(() => socket.write(rest), 10);
    socket.on('close', () => clearInterval(timer));
  };

  it('that never answer, or only bit by bit, are left within the time of one attempt', async () => {
    const sendSoon = (channel: Channel) => send(channel, channelsOver(systemResolve, TIMEOUT_MS));
    const silent = await rawServer(() => undefined);
    expect(await error(sendSoon(webhook(silent, true)))).toBe('no answer in time');
    const dripping = await rawServer((socket) => drip(socket, 'HTTP/1.1 200 OK\r\n', 'x-a: b\r\n'));
    expect(await error(sendSoon(webhook(dripping, true)))).toMatch(/no answer in time|too many headers/);
    const slowBody = await rawServer((socket) => drip(socket, 'HTTP/1.1 503 No\r\ntransfer-encoding: chunked\r\n\r\n', '1\r\nx\r\n'));
    expect(await error(sendSoon(webhook(slowBody, true)))).toBe('answered 503');
    const mail: Channel = {
      type: 'email',
      host: '127.0.0.1',
      port: Number(new URL(silent).port),
      tls: 'none',
      from: 'a@example.org',
      to: ['b@example.org'],
      allowPrivate: true,
    };
    expect(await error(sendSoon(mail))).toBe('no answer in time');
    const chatty = await rawServer((socket) => drip(socket, '220-hello\r\n', '220-still here\r\n'));
    expect(await error(sendSoon({ ...mail, port: Number(new URL(chatty).port) }))).toBe('no answer in time');
  });

  it('whose name is never resolved, too', async () => {
    const silent = channelsOver(() => new Promise(() => undefined), TIMEOUT_MS);
    const mail: Channel = { type: 'email', host: 'mail.example', port: 25, tls: 'starttls', from: 'a@example.org', to: ['b@example.org'] };
    for (const channel of [webhook('http://hooks.example/', true), mail]) {
      const late = new Promise((resolve) => setTimeout(resolve, 20 * TIMEOUT_MS, 'still waiting'));
      expect(await Promise.race([error(send(channel, silent)), late])).toBe('no answer in time');
    }
  });

  it('that flood are cut off, and garbage is a failure', async () => {
    let written = 0;
    const flood = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const more = (): void => {
        while (!socket.destroyed && written < 64 * 1024 * 1024) {
          written += 65_536;
          if (!socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`)) return void socket.once('drain', more);
        }
      };
      more();
    });
    expect(await error(send(webhook(flood, true)))).toBe('sent');
    expect(written).toBeLessThan(64 * 1024 * 1024);
    const garbage = await rawServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    expect(await error(send(webhook(garbage, true)))).toMatch(/^the connection/);
  });

  it('do not hold up others: a hanging one of the same organization, and calls, go on', async () => {
    const attacked: AttackedGateway = await startAttacked();
    const hanging = await startReceiver();
    hanging.answer = () => 'hang';
    try {
      const { config } = attacked.gateway;
      await attacked.change(secretObject(attacked.gateway, config.organization, 'hook-key', webhookSecret()));
      await attacked.change(
        webhookObject('hangs', hanging.url, { events: ['decision.denied'] }),
        webhookObject('works', receiver.url, { events: ['decision.denied'] }),
      );
      for (let n = 0; n < 20; n++) await attacked.ask('tools/call', { name: 'write_note', arguments: { id: n } });
      await vi.waitFor(() => expect(new Set(receiver.accepted().map(({ id }) => id)).size).toBe(20), { timeout: 60_000 });
      expect(hanging.received.length).toBeGreaterThan(0);
      expect((await attacked.ask('tools/call', { name: 'read_note', arguments: { id: 1 } })).text).toContain('done by read_note');
    } finally {
      await attacked.close();
      await hanging.close();
    }
  });
});

/** What was taken by a write that is said to have failed comes back when its lease runs out: soon. */
function withShortLeases(outbox: OutboxStore): OutboxStore {
  return new Proxy(outbox, {
    get(target, key) {
      if (key === 'claim')
        return (...[org, name, holder, options]: Parameters<OutboxStore['claim']>) =>
          target.claim(org, name, holder, { ...options, leaseMs: SHORT_LEASE_MS });
      const member = target[key as keyof OutboxStore] as unknown;
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

it('a store that fails every third write loses no event and tells none in another order', { timeout: 180_000 }, async () => {
  const place = await freshPlace('sqlite');
  let failing = false;
  let count = 0;
  const core = await openCore(place.config, {
    create: true,
    failWrite: () => failing && ++count % 3 === 0 && (count % 2 === 0 ? 'after' : true),
  });
  const org = place.config.organization;
  const sent: Message[] = [];
  let failures = 0;
  let view: ControlView;
  const reload = async () => {
    view = buildView(await core.store.objects.load(org));
    return view;
  };
  const notifier = new Notifier({
    log: core.store.log,
    objects: core.store.objects,
    outbox: withShortLeases(core.store.outbox),
    channels: {
      send: async (_spec, _open, one) => {
        sent.push(one);
        return { type: 'sent' };
      },
      close: async () => undefined,
    },
    clock: systemClock,
    chance: () => 0,
    instance: 'gw_test',
    views: () => [view],
    view: () => view,
    atLeast: reload,
    openSecret: () => undefined,
    report: () => {
      failures++;
    },
  });
  try {
    await seed(core, org, [webhookObject('all', 'http://127.0.0.1:9/', { events: ['object.changed'] })]);
    await reload();
    for (let n = 0; n < 15; n++) await seed(core, org, [agentObject(`agent-${n}`)]);
    await reload();
    failing = true;
    await vi.waitFor(
      async () => {
        await notifier.look();
        expect(new Set(sent.map(({ id }) => id)).size).toBe(16);
      },
      { timeout: 150_000, interval: 5 },
    );
    const first = sent.filter(({ id }, index) => sent.findIndex((other) => other.id === id) === index);
    const order = first.map(({ body }) => Number(body.data.sequence));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(failures).toBeGreaterThan(0);
    // The same id is the same event.
    for (const { id, body } of sent) expect(body).toEqual(first.find((one) => one.id === id)?.body);
  } finally {
    failing = false;
    await notifier.close();
    await core.store.lifecycle.close();
    await place.remove();
  }
});
