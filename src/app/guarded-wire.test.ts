// Where anchors may be: by address, whatever name leads there; and that answers are bounded and redirects not followed.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { MAX_ANSWER_BYTES } from '../anchor/wire.ts';
import { GuardedWire } from './guarded-wire.ts';

const open: (Server | GuardedWire)[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await (one instanceof GuardedWire ? one.close() : new Promise((resolve) => one.close(resolve)));
});

async function listen(answer: RequestListener): Promise<number> {
  const server = createServer(answer);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function ask(allowPrivate: boolean, url: string): Promise<{ status: number; body: Uint8Array }> {
  const wire = new GuardedWire({ allowPrivate });
  open.push(wire);
  return wire.send({ method: 'GET', url, headers: {} });
}

it.each([
  'http://169.254.169.254/',
  'http://[fd00:ec2::254]/',
  'http://0.0.0.0/',
  'http://[::ffff:169.254.169.254]/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://2852039166/',
])('never at %s, whatever the settings say', async (url) => {
  await expect(ask(true, url)).rejects.toThrow(/may not be at/);
});

it('at private addresses only where the settings allow it, by name as well', async () => {
  const port = await listen((_request, response) => response.end('here'));
  for (const host of ['127.0.0.1', 'localhost']) {
    await expect(ask(false, `http://${host}:${port}/`)).rejects.toThrow(/audit.anchorNetwork/);
    expect(Buffer.from((await ask(true, `http://${host}:${port}/`)).body).toString()).toBe('here');
  }
  for (const url of ['http://10.1.2.3/', 'http://192.168.0.1/', 'http://[::1]/', 'http://[fc00::1]/'])
    await expect(ask(false, url)).rejects.toThrow(/may not be at/);
});

it('follows no redirect, and takes no answer beyond the bound', async () => {
  const port = await listen((request, response) => {
    if (request.url === '/away') response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    else response.end(Buffer.alloc(request.url === '/large' ? MAX_ANSWER_BYTES + 1 : MAX_ANSWER_BYTES));
  });
  expect((await ask(true, `http://127.0.0.1:${port}/away`)).status).toBe(302);
  expect((await ask(true, `http://127.0.0.1:${port}/full`)).body.length).toBe(MAX_ANSWER_BYTES);
  await expect(ask(true, `http://127.0.0.1:${port}/large`)).rejects.toThrow();
});
