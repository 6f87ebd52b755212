// Syslog over TLS (RFC 5425). The protocol has no receipts, so each batch has a connection of its own. What was written is given the time to arrive;
// then this end is closed, and the batch counts as sent when the target closes in turn: by then it has read everything, or its system would have
// answered with a reset. A target that closes earlier, resets, or never closes has perhaps not read everything, and it comes again.
import { isIP } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { Clock } from '../../lib/clock.ts';
import type { LogEvent } from '../event.ts';
import { syslogFrame, syslogMessage } from '../syslog.ts';
import { networkReason, type Sender, type SendResult } from './sender.ts';
import { targetGuard } from './target-guard.ts';
import type { TlsSetting } from './tls-setting.ts';

export interface SyslogPlace {
  host: string;
  port: number;
  body: 'structured' | 'cef';
  tls: TlsSetting;
  version: string;
  clock: Clock;
}

/** Shortest time that what was written is given to arrive, milliseconds; else twice what the handshake took. */
const MIN_ARRIVAL_MS = 20;

export class SyslogSender implements Sender {
  readonly #place: SyslogPlace;

  constructor(place: SyslogPlace) {
    this.#place = place;
  }

  async send(events: readonly LogEvent[], signal: AbortSignal): Promise<SendResult> {
    const { host, port, body, tls, version, clock } = this.#place;
    try {
      targetGuard.checkLiteral(host);
    } catch (error) {
      return { type: 'failed', reason: networkReason(error) };
    }
    const bytes = Buffer.from(events.map((event) => syslogFrame(syslogMessage(event, body, version))).join(''));
    const name = tls.servername ?? (isIP(host) ? undefined : host);
    const options: ConnectionOptions = {
      ...tls,
      host,
      port,
      lookup: targetGuard.lookup,
      ...(name === undefined ? {} : { servername: name }),
    };
    return deliver(() => connect(options), bytes, clock, signal);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function deliver(open: () => TLSSocket, bytes: Buffer, clock: Clock, signal: AbortSignal): Promise<SendResult> {
  const { promise, resolve } = Promise.withResolvers<SendResult>();
  const begunMs = clock.monotonicMs();
  const socket = open();
  let isEnding = false;
  let arrival: NodeJS.Timeout | undefined;
  const fail = (reason: string): void => {
    resolve({ type: 'failed', reason });
    socket.destroy();
  };
  const late = (): void => fail(isEnding ? UNREAD : 'the target took no connection, or not everything, in time');
  signal.addEventListener('abort', late, { once: true });
  if (signal.aborted) late();
  socket.once('secureConnect', () => {
    const arrivalMs = Math.max(MIN_ARRIVAL_MS, 2 * (clock.monotonicMs() - begunMs));
    socket.write(bytes, (error) => {
      if (error) return;
      arrival = setTimeout(() => {
        isEnding = true;
        socket.end();
      }, arrivalMs);
    });
  });
  socket.on('error', (error) => fail(networkReason(error)));
  socket.once('end', () => {
    if (!isEnding) fail('the target closed the connection before the end');
  });
  socket.once('close', (hadError) => {
    if (isEnding && !hadError) resolve({ type: 'sent' });
    else fail('the target broke the connection off');
  });
  socket.resume();
  return promise.finally(() => {
    clearTimeout(arrival);
    signal.removeEventListener('abort', late);
  });
}

const UNREAD = 'the target did not close the connection in turn, so nobody knows whether it has read the records';
