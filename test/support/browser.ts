// A real Chromium with an authenticator of its own, driven over the DevTools protocol on a pipe: nothing to install beside the browser itself.
// Whoever starts one closes it; its profile goes with it.
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Path of a browser on this machine; undefined when there is none. */
export function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

type Params = Record<string, unknown>;

export class Browser {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #pending = new Map<number, { resolve(result: Params): void; reject(error: Error): void }>();
  #sequence = 0;
  #session: string | undefined;
  #authenticator: unknown;
  /** What the pages complained about: scripts that failed, or that the policy stopped. */
  readonly complaints: string[] = [];

  private constructor(child: ChildProcess, profile: string) {
    this.#child = child;
    this.#profile = profile;
    const [from] = child.stdio.slice(4) as [Readable];
    let rest = '';
    from.setEncoding('utf8').on('data', (chunk: string) => {
      const messages = (rest + chunk).split('\0');
      rest = messages.pop() ?? '';
      for (const message of messages) this.#take(JSON.parse(message));
    });
    child.once('exit', () => {
      for (const { reject } of this.#pending.values()) reject(new Error('the browser ended'));
    });
  }

  /** One page, with an authenticator that verifies its user until it is told otherwise. */
  static async start(path: string): Promise<Browser> {
    const profile = mkdtempSync(join(tmpdir(), 'sallyport-browser-'));
    const quiet = ['--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--no-first-run', '--disable-sync'];
    const args = ['--headless=new', '--remote-debugging-pipe', '--no-sandbox', `--user-data-dir=${profile}`, ...quiet, 'about:blank'];
    const child = spawn(path, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    const browser = new Browser(child, profile);
    const { targetId } = await browser.#send('Target.createTarget', { url: 'about:blank' });
    browser.#session = String((await browser.#send('Target.attachToTarget', { targetId, flatten: true })).sessionId);
    for (const domain of ['Page', 'Runtime', 'Log']) await browser.#send(`${domain}.enable`, {});
    await browser.#send('WebAuthn.enable', {});
    const options = { protocol: 'ctap2', transport: 'usb', hasUserVerification: true, isUserVerified: true, hasResidentKey: false };
    browser.#authenticator = (await browser.#send('WebAuthn.addVirtualAuthenticator', { options })).authenticatorId;
    return browser;
  }

  async verifiesUser(isUserVerified: boolean): Promise<void> {
    await this.#send('WebAuthn.setUserVerified', { authenticatorId: this.#authenticator, isUserVerified });
  }

  async open(url: string): Promise<void> {
    await this.#send('Page.navigate', { url });
    await this.until(`location.href === ${JSON.stringify(url)} && document.readyState === 'complete'`);
  }

  /** The value of an expression in the page; undefined while it is on its way to another one. */
  async evaluate<T>(expression: string): Promise<T | undefined> {
    const answer = await this.#send('Runtime.evaluate', { expression, returnByValue: true }).catch(() => undefined);
    return (answer?.result as { value?: T } | undefined)?.value;
  }

  /** Waits for a condition in the page, whatever time it takes; the test has the limit. */
  async until(condition: string): Promise<void> {
    while ((await this.evaluate<boolean>(condition)) !== true) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = new Promise((resolve) => this.#child.once('exit', resolve));
      this.#child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  #send(method: string, params: Params): Promise<Params> {
    const id = ++this.#sequence;
    const to = this.#child.stdio[3] as Writable;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      to.write(`${JSON.stringify({ id, method, params, ...(this.#session === undefined ? {} : { sessionId: this.#session }) })}\0`);
    });
  }

  #take(message: { id?: number; method?: string; params?: Params; result?: Params; error?: { message: string } }): void {
    const { id, method, params, result, error } = message;
    const { level } = (params?.entry ?? {}) as { level?: string };
    const isComplaint = method === 'Runtime.exceptionThrown' || level === 'error' || level === 'warning';
    if (isComplaint) this.complaints.push(JSON.stringify(params));
    const waiting = id === undefined ? undefined : this.#pending.get(id);
    if (id === undefined || !waiting) return;
    this.#pending.delete(id);
    if (error) waiting.reject(new Error(error.message));
    else waiting.resolve(result ?? {});
  }
}
