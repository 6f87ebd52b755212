// One batch at a time to a target, whoever sends: a file is mended before it is appended to, which must not happen while another one writes.
import type { LogEvent } from '../event.ts';
import type { Sender, SendResult } from './sender.ts';

export class SenderInTurn implements Sender {
  readonly #sender: Sender;
  #last: Promise<unknown> = Promise.resolve();

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  send(events: readonly LogEvent[], signal: AbortSignal): Promise<SendResult> {
    const sent = this.#last.then((): SendResult | Promise<SendResult> =>
      signal.aborted ? { type: 'failed', reason: 'the target was busy for too long' } : this.#sender.send(events, signal),
    );
    this.#last = sent.catch(() => undefined);
    return sent;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#sender.close();
  }
}
