// A receiver of webhooks on loopback: remembers what it got, and answers as it is told. Whatever it accepts is checked with the reference library.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface ReceivedEvent {
  id: string;
  type: string;
  timestamp: string;
  data: Record<string, unknown> & { subject: string; sequence?: number };
  /** As it came. */
  text: string;
  headers: IncomingMessage['headers'];
  path: string;
  /** Was it answered with 2xx? */
  accepted: boolean;
}

export type Answer = number | 'reset' | 'hang' | { status: number; headers: Record<string, string> };

export interface WebhookReceiver {
  readonly url: string;
  /** Everything that came, in order. */
  readonly received: ReceivedEvent[];
  /** Signatures that the reference library did not take. */
  readonly unverified: string[];
  answer: (event: ReceivedEvent, n: number) => Answer | Promise<Answer>;
  accepted(type?: string): ReceivedEvent[];
  close(): Promise<void>;
}

/** `secret`: verify with this key; without it nothing is verified. */
export async function startReceiver(secret?: string): Promise<WebhookReceiver> {
  const verifier = secret === undefined ? undefined : new Webhook(secret);
  const receiver = { received: [] as ReceivedEvent[], unverified: [] as string[], answer: (() => 200) as WebhookReceiver['answer'] };
  const server = createServer((request, response) => void take(request, response));
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const parsed = JSON.parse(text) as { type: string; timestamp: string; data: ReceivedEvent['data'] };
    const id = String(request.headers['webhook-id'] ?? '');
    const event: ReceivedEvent = { id, ...parsed, text, headers: request.headers, path: request.url ?? '', accepted: false };
    receiver.received.push(event);
    const answer = await receiver.answer(event, receiver.received.length);
    if (answer === 'hang') return;
    if (answer === 'reset') {
      request.socket.destroy();
      return;
    }
    const { status, headers } = typeof answer === 'number' ? { status: answer, headers: {} } : answer;
    event.accepted = status >= 200 && status < 300;
    try {
      if (event.accepted) verifier?.verify(text, request.headers as Record<string, string>);
    } catch (error) {
      receiver.unverified.push(String(error));
    }
    response.writeHead(status, headers).end('ok');
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted: (type?: string) => receiver.received.filter((event) => event.accepted && (type === undefined || event.type === type)),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
