// What comes on a channel that many calls use stays in its order, however long it takes to read.
import { afterEach, expect, it, vi } from 'vitest';
import { LARGE_CHARS } from '../mcp/large-text.ts';
import { Link } from './link.ts';
import { MAX_STALL_MS } from './wait.ts';
import { Watchdog } from './watchdog.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('a long message is taken before the channel is read on, also where reading it takes longer than an agent may hold the channel up', async () => {
  const heard: string[] = [];
  const onNotification = (message: { method: string }): undefined => void heard.push(message.method);
  const wire = { send: () => undefined, post: async () => undefined, cancelsByClosing: false, close: async () => undefined };
  const link = new Link('s', wire, { onNotification }, new Watchdog({ monotonicMs: () => 0, nowMs: () => 0 }));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const taken = link.receiveUnnamed(`{"jsonrpc":"2.0","method":"long","params":{"text":"${'x'.repeat(LARGE_CHARS)}"}}`);
  vi.advanceTimersByTime(MAX_STALL_MS);
  await taken;
  link.receiveUnnamed('{"jsonrpc":"2.0","method":"short"}');
  expect(heard).toEqual(['long', 'short']);
});
