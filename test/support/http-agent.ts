// A raw HTTP client for tests: sends exactly what the test says, reads JSON or events as they arrive. Knows nothing of MCP.
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

export interface SentOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface Received {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** Parsed body; undefined when it is no JSON. */
  json: unknown;
}

export interface SseFrame {
  id?: string;
  data?: string;
  retry?: string;
  comment?: string;
}

export interface OpenStream {
  status: number;
  headers: IncomingHttpHeaders;
  /** Next frame; undefined when the stream ended. */
  next(): Promise<SseFrame | undefined>;
  /** Next frame with data that is not empty, parsed. */
  message(): Promise<Record<string, unknown> | undefined>;
  /** Leaves without a word. */
  leave(): void;
}

export async function send(url: string, options: SentOptions = {}): Promise<Received> {
  const response = await responseOf(start(url, options));
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return { status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) };
}

export async function openStream(url: string, options: SentOptions = {}): Promise<OpenStream> {
  const outgoing = start(url, options);
  const response = await responseOf(outgoing);
  const frames = framesOf(response);
  const next = async (): Promise<SseFrame | undefined> => {
    try {
      return (await frames.next()).value ?? undefined;
    } catch {
      return undefined;
    }
  };
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    next,
    async message() {
      for (let frame = await next(); frame !== undefined; frame = await next())
        if (frame.data) return JSON.parse(frame.data) as Record<string, unknown>;
      return undefined;
    },
    leave() {
      outgoing.destroy();
    },
  };
}

/** A request that was begun: the test may write more, or break off. */
export function start(url: string, options: SentOptions): ClientRequest {
  const { method = 'POST', headers = {}, body } = options;
  const outgoing = request(url, { method, headers, agent: false });
  outgoing.on('error', () => undefined);
  outgoing.end(body);
  return outgoing;
}

export function responseOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on('response', (response) => {
      response.on('error', () => undefined);
      resolve(response);
    });
    outgoing.on('error', reject);
  });
}

async function* framesOf(response: IncomingMessage): AsyncGenerator<SseFrame> {
  let rest = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    rest += chunk as string;
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      yield frameOf(rest.slice(0, end));
      rest = rest.slice(end + 2);
    }
  }
}

function frameOf(text: string): SseFrame {
  const frame: SseFrame = {};
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    const value = line.slice(colon + 1).replace(/^ /, '');
    const field = line.slice(0, colon);
    if (field === '') frame.comment = value;
    else if (field === 'data') frame.data = frame.data === undefined ? value : `${frame.data}\n${value}`;
    else if (field === 'id') frame.id = value;
    else if (field === 'retry') frame.retry = value;
  }
  return frame;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
