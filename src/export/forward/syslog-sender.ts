// Syslog over TLS (RFC 5425). The protocol has no receipts, so each batch has a connection of its own, and counts as sent only when the target,
// having read to its end, closes it in turn. A target that closes earlier, resets, or never closes has perhaps not read everything: it comes again.
import { isIP } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { LogEvent } from '../event.ts';
import { syslogFrame, syslogMessage } from '../syslog.ts';
import { ForbiddenTarget, guardedLookup, isForbiddenAddress } from './connection-guard.ts';
import { networkReason, type Sender, type SendResult } from './sender.ts';
import type { TlsSetting } from './tls-setting.ts';

export interface SyslogPlace {
  host: string;
  port: number;
  body: 'structured' | 'cef';
  tls: TlsSetting;
  version: string;
}

export class SyslogSender implements Sender {
  readonly #place: SyslogPlace;

  constructor(place: SyslogPlace) {
    this.#place = place;
  }

  async send(events: readonly LogEvent[], signal: AbortSignal): Promise<SendResult> {
    const { host, port, body, tls, version } = this.#place;
    if (isForbiddenAddress(host)) return { type: 'failed', reason: new ForbiddenTarget().message };
    const bytes = Buffer.from(events.map((event) => syslogFrame(syslogMessage(event, body, version))).join(''));
    const name = tls.servername ?? (isIP(host) ? undefined : host);
    const options: ConnectionOptions = { ...tls, host, port, lookup: guardedLookup, ...(name === undefined ? {} : { servername: name }) };
    return deliver(connect(options), bytes, signal);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function deliver(socket: TLSSocket, bytes: Buffer, signal: AbortSignal): Promise<SendResult> {
  const { promise, resolve } = Promise.withResolvers<SendResult>();
  let isWritten = false;
  const fail = (reason: string): void => {
    resolve({ type: 'failed', reason });
    socket.destroy();
  };
  const late = (): void =>
    fail(
      isWritten
        ? 'the target took the records but did not close the connection, so nobody knows whether it has read them'
        : 'no connection in time',
    );
  signal.addEventListener('abort', late, { once: true });
  if (signal.aborted) late();
  socket.once('secureConnect', () => {
    socket.end(bytes, () => {
      isWritten = true;
    });
  });
  socket.on('error', (error) => fail(networkReason(error)));
  socket.once('end', () => {
    if (!isWritten) fail('the target closed the connection before it had everything');
  });
  socket.once('close', (hadError) => {
    if (isWritten && !hadError) resolve({ type: 'sent' });
    else fail('the target broke the connection off');
  });
  socket.resume();
  return promise.finally(() => signal.removeEventListener('abort', late));
}
