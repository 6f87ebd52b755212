// The wire over a duplex channel (stdio, old HTTP+SSE): every message goes through one pipe, so nothing says which call a server's own message is about.
// Never waits for the pipe on behalf of a call that has already ended.
import type { Duplex } from './channel.ts';
import { asFailure } from './failure.ts';
import type { Flight } from './flight.ts';
import type { Wire } from './link.ts';

export class DuplexWire implements Wire {
  readonly cancelsByClosing = false;
  readonly #duplex: Duplex;
  readonly #server: string;

  constructor(duplex: Duplex, server: string) {
    this.#duplex = duplex;
    this.#server = server;
  }

  send(flight: Flight): void {
    this.#duplex.send(flight.text).catch((error: unknown) => flight.reject(asFailure(error, this.#server)));
  }

  async post(text: string): Promise<void> {
    try {
      await this.#duplex.send(text);
    } catch {
      // The channel is gone; whoever waits for something learns it from `closed`.
    }
  }

  async close(): Promise<void> {
    await this.#duplex.close().catch(() => undefined);
  }
}

/** What comes out of the channel goes to the connection, its end included. */
export function plug(duplex: Duplex, connection: { receive(text: string): Promise<void> | undefined; lost(reason: string): void }): void {
  duplex.onMessage(connection.receive);
  void duplex.closed.then(({ reason }) => connection.lost(reason));
}
