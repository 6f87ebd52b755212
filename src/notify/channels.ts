// Every channel behind one word: from a subscription to what sends its messages. Owns the connections; secrets are opened for one attempt.
import type { Resolve } from '../lib/address-guard.ts';
import type { Clock } from '../lib/clock.ts';
import type { SubscriptionSpec } from '../object/kinds.ts';
import { emailSender } from './channel/email.ts';
import { hookSender } from './channel/hook.ts';
import { slackMessage } from './channel/slack.ts';
import { teamsMessage } from './channel/teams.ts';
import { templateSender } from './channel/template.ts';
import { webhookSender } from './channel/webhook.ts';
import { HttpPoster } from './http-post.ts';
import { reach } from './reach.ts';
import { connectionFailure, type Message, type OpenSecret, SEND_TIMEOUT_MS, type Send, type SendResult } from './send.ts';

export class Channels {
  readonly #resolve: Resolve;
  readonly #http: HttpPoster;
  readonly #clock: Clock;
  readonly #timeoutMs: number;

  constructor(resolve: Resolve, clock: Clock, timeoutMs = SEND_TIMEOUT_MS) {
    this.#resolve = resolve;
    this.#http = new HttpPoster(resolve);
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** One attempt, over within SEND_TIMEOUT_MS (or the time given instead) or when `signal` ends it. Never rejects. */
  async send(spec: SubscriptionSpec, openSecret: OpenSecret, message: Message, signal: AbortSignal): Promise<SendResult> {
    const ending = new AbortController();
    const follow = (): void => ending.abort(signal.reason);
    const late = setTimeout(() => ending.abort(new DOMException('no answer in time', 'TimeoutError')), this.#timeoutMs);
    signal.addEventListener('abort', follow, { once: true });
    if (signal.aborted) follow();
    try {
      // What waits for a name, a connection or its turn hears of the end only when it has that: nobody waits for it, and it is not sent any more.
      return await Promise.race([this.#sender(spec, openSecret)(message, ending.signal), ended(ending.signal)]);
    } catch {
      return { type: 'failed', error: 'the message could not be made' };
    } finally {
      clearTimeout(late);
      signal.removeEventListener('abort', follow);
    }
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  #sender({ channel }: SubscriptionSpec, openSecret: OpenSecret): Send {
    const parts = { http: this.#http, clock: this.#clock };
    switch (channel.type) {
      case 'webhook':
        return webhookSender(channel, openSecret, parts);
      case 'slack':
        return hookSender(channel, slackMessage, openSecret, parts);
      case 'teams':
        return hookSender(channel, teamsMessage, openSecret, parts);
      case 'email':
        return emailSender(channel, openSecret, reach(this.#resolve, channel.allowPrivate === true));
      default:
        return templateSender(channel, openSecret, parts);
    }
  }
}

function ended(signal: AbortSignal): Promise<SendResult> {
  return new Promise((resolve) => {
    const stop = (): void => resolve(connectionFailure(signal.reason));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
