// Sends an answer to where Slack wants it. The address was checked to be Slack's (admin/slack/click.ts); no redirect is followed, nothing is read.
import { Agent } from 'undici';
import type { Logger } from '../observe/log.ts';

const TIMEOUT_MS = 5_000;

export interface SlackAnswers {
  /** Never throws; what cannot be sent is noted. */
  send(url: string, body: string): void;
  close(): Promise<void>;
}

export function slackAnswers(logger: Pick<Logger, 'warn'>): SlackAnswers {
  const agent = new Agent({ connections: 2, connect: { timeout: TIMEOUT_MS } });
  return {
    send: (text, body) => {
      const url = new URL(text);
      const headers = { 'content-type': 'application/json', 'user-agent': 'sallyport' };
      agent
        .request({
          origin: url.origin,
          path: url.pathname + url.search,
          method: 'POST',
          headers,
          body,
          signal: AbortSignal.timeout(TIMEOUT_MS),
        })
        .then((answer) => answer.body.dump({ limit: 16 * 1024 }))
        .catch((error: unknown) => logger.warn({ why: String(error) }, 'an answer to Slack could not be sent'));
    },
    close: () => agent.destroy(),
  };
}
