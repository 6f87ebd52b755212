// One connection to Redis that speaks just enough of RESP2: commands as arrays of texts, pipelined, answered in order. Own code instead of a
// client library: one command is used, and nothing here may reconnect on its own behalf, queue without bound or retry what it cannot know.
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Commands waiting for an answer. */
export const MAX_WAITING = 10_000;
/** Bytes of one answer. */
export const MAX_ANSWER_BYTES = 1024 * 1024;

export type Answer = string | number | null | Answer[] | Error;

interface Waiting {
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
}

export class RedisConnection {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #buffer: Buffer = Buffer.alloc(0);
  #dead: Error | undefined;

  /** `url`: redis:// or rediss://, with user, password and database number where needed. */
  constructor(url: string) {
    const { protocol, hostname, port, username, password, pathname } = new URL(url);
    const place = { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 6379 : Number(port) };
    this.#socket = protocol === 'rediss:' ? connectTls({ ...place, servername: place.host }) : connectTcp(place);
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.on('error', (error) => this.#die(error));
    this.#socket.on('close', () => this.#die(new Error('the connection was closed')));
    this.#socket.unref();
    if (password !== '') {
      const secret = decodeURIComponent(password);
      this.#prepare(username === '' ? ['AUTH', secret] : ['AUTH', decodeURIComponent(username), secret]);
    }
    if (/^\/\d+$/.test(pathname)) this.#prepare(['SELECT', pathname.slice(1)]);
  }

  get isDead(): boolean {
    return this.#dead !== undefined;
  }

  /** Rejects when the connection is lost; an error of the command is an answer. */
  send(command: readonly string[]): Promise<Answer> {
    if (this.#dead) return Promise.reject(this.#dead);
    if (this.#waiting.length >= MAX_WAITING) return Promise.reject(new Error('too many commands wait for an answer'));
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#waiting.push({ resolve, reject });
    this.#socket.write(encode(command));
    return promise;
  }

  end(): void {
    this.#socket.destroy();
    this.#die(new Error('the connection was closed'));
  }

  /** What must succeed before anything else is of use. */
  #prepare(command: readonly string[]): void {
    this.send(command).then(
      (answer) => {
        if (answer instanceof Error) this.#die(answer);
      },
      () => undefined,
    );
  }

  #die(error: Error): void {
    if (this.#dead) return;
    this.#dead = error;
    this.#socket.destroy();
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #read(chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    let at = 0;
    for (;;) {
      const parsed = parseAnswer(this.#buffer, at, 0);
      if (parsed === 'bad' || this.#buffer.length - at > MAX_ANSWER_BYTES) {
        this.#die(new Error('an answer that is not RESP'));
        return;
      }
      if (parsed === 'more') break;
      at = parsed.next;
      this.#waiting.shift()?.resolve(parsed.answer);
    }
    this.#buffer = this.#buffer.subarray(at);
  }
}

function encode(command: readonly string[]): string {
  let text = `*${command.length}\r\n`;
  for (const part of command) text += `$${Buffer.byteLength(part)}\r\n${part}\r\n`;
  return text;
}

type Parsed = { answer: Answer; next: number } | 'more' | 'bad';
const MAX_DEPTH = 4;

export function parseAnswer(bytes: Buffer, at: number, depth: number): Parsed {
  if (depth > MAX_DEPTH) return 'bad';
  const end = bytes.indexOf('\r\n', at);
  if (end < 0) return 'more';
  const line = bytes.toString('utf8', at + 1, end);
  const next = end + 2;
  switch (String.fromCharCode(bytes[at] ?? 0)) {
    case '+':
      return { answer: line, next };
    case '-':
      return { answer: new Error(line), next };
    case ':':
      return /^-?\d{1,19}$/.test(line) ? { answer: Number(line), next } : 'bad';
    case '$':
      return parseText(bytes, line, next);
    case '*':
      return parseList(bytes, line, next, depth);
    default:
      return 'bad';
  }
}

function parseText(bytes: Buffer, line: string, start: number): Parsed {
  if (line === '-1') return { answer: null, next: start };
  if (!/^\d{1,9}$/.test(line)) return 'bad';
  const end = start + Number(line);
  if (bytes.length < end + 2) return 'more';
  return { answer: bytes.toString('utf8', start, end), next: end + 2 };
}

function parseList(bytes: Buffer, line: string, start: number, depth: number): Parsed {
  if (line === '-1') return { answer: null, next: start };
  if (!/^\d{1,6}$/.test(line)) return 'bad';
  const answers: Answer[] = [];
  let at = start;
  for (let left = Number(line); left > 0; left--) {
    const parsed = parseAnswer(bytes, at, depth + 1);
    if (typeof parsed === 'string') return parsed;
    answers.push(parsed.answer);
    at = parsed.next;
  }
  return { answer: answers, next: at };
}
