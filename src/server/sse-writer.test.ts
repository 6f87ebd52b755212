// Long events leave in turns: whole, in order, with nothing between their pieces, and others are served meanwhile. A real server and a real reader.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { LONG_CHARS } from './http-reply.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { SseWriter } from './sse-writer.ts';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** What a reader gets of a stream that `write` writes. */
async function streamOf(write: (writer: SseWriter, response: ServerResponse) => void): Promise<string> {
  const server = createServer((_request, response) => write(new SseWriter(response, undefined, DEFAULT_LIMITS, 0, undefined), response));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return answer.text();
}

/** Of one, two, three and four bytes a character, so that a cut in the wrong place shows. */
const long = (mark: string): string => `${mark}${'aé€😀'.repeat(LONG_CHARS / 4)}`;

it('a long event arrives whole, and what was written behind it follows in order, the end included', async () => {
  const text = await streamOf((writer) => {
    void writer.event('before', '1');
    void writer.event(long('one'), '2');
    writer.tick(Number.MAX_SAFE_INTEGER);
    void writer.event('between', '3');
    void writer.event(long('two'), '4');
    void writer.event('after', undefined);
    writer.end();
    expect(writer.open).toBe(false);
    expect(writer.event('too late', '5')).toBeUndefined();
  });
  expect(text).toBe(
    `id: 1\ndata: before\n\nid: 2\ndata: ${long('one')}\n\nid: 3\ndata: between\n\nid: 4\ndata: ${long('two')}\n\ndata: after\n\n`,
  );
});

it('others have their turn while a long event leaves', async () => {
  let turns = 0;
  await streamOf((writer, response) => {
    let isGoing = true;
    response.on('finish', () => {
      isGoing = false;
    });
    const turn = (): void => {
      if (!isGoing) return;
      turns++;
      setImmediate(turn);
    };
    turn();
    void writer.event(long('x').repeat(4), undefined);
    writer.end();
  });
  // Ten million bytes, half a million a turn.
  expect(turns).toBeGreaterThan(20);
});

it('a reader that takes nothing while events pile up behind a long one is given up', async () => {
  const ended = await streamOf((writer) => {
    void writer.event(long('x'), undefined);
    for (let piled = 0; piled <= DEFAULT_LIMITS.maxBufferedBytes; piled += 100_000) void writer.event('y'.repeat(100_000), undefined);
    expect(writer.open).toBe(false);
  }).then(
    () => 'whole',
    () => 'broken off',
  );
  expect(ended).toBe('broken off');
});
