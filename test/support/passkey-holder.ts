// A reviewer with a passkey, from outside: registers on the page of an invitation, and approves over the admin API or on the page of a ticket.
import { type Assertion, Authenticator, type Odd } from './authenticator.ts';

export interface Page {
  status: number;
  text: string;
  headers: Headers;
  field(name: string): string;
  /** What the page asks the browser for; undefined when it asks for nothing. */
  asked(): { challenge: string; rpId: string; credentials: string[]; userId?: string } | undefined;
}

export async function visit(url: string, form?: Record<string, string>): Promise<Page> {
  const response = await fetch(url, form ? { method: 'POST', body: new URLSearchParams(form) } : {});
  const text = await response.text();
  const unescaped = (html: string) => html.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
  return {
    ...{ status: response.status, text, headers: response.headers },
    field: (name) => unescaped(new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1] ?? ''),
    asked: () => {
      const attribute = /data-passkey="([^"]*)"/.exec(text)?.[1];
      return attribute === undefined ? undefined : JSON.parse(unescaped(attribute));
    },
  };
}

export class PasskeyHolder {
  readonly token: string;
  readonly authenticator: Authenticator;
  readonly #admin: string;

  /** `adminUrl`: of the listener; passkeys are good at the name of this machine. */
  constructor(adminUrl: string, token: string, authenticator = new Authenticator(`http://localhost:${new URL(adminUrl).port}`)) {
    this.#admin = adminUrl;
    this.token = token;
    this.authenticator = authenticator;
  }

  async api<T>(method: string, path: string, body?: unknown, token = this.token): Promise<{ status: number; body: T }> {
    const response = await fetch(`${this.#admin}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as T };
  }

  async invitation(adminToken: string, user: string): Promise<string> {
    const { body } = await this.api<{ url: string }>('POST', 'passkeys/invite', { user }, adminToken);
    return body.url;
  }

  /** Opens the invitation, signs in, makes a key. Resolves with the last page. */
  async register(url: string, odd: Odd = {}): Promise<Page> {
    const page = await visit(url, { step: 'signin', token: this.token });
    const asked = page.asked();
    if (!asked) return page;
    const made = this.authenticator.register(asked.challenge, odd);
    return visit(url, { step: 'register', session: page.field('session'), title: 'test key', ...made });
  }

  async challenge(ticket: string): Promise<{ challenge: string; state: string; credentials: string[]; rpId: string }> {
    return (await this.api<Awaited<ReturnType<PasskeyHolder['challenge']>>>('POST', `approvals/${ticket}/challenge`)).body;
  }

  /** An assertion over this ticket, as the API takes it. */
  async assertion(ticket: string, odd: Odd = {}): Promise<Assertion & { state: string }> {
    const { challenge, state } = await this.challenge(ticket);
    return { state, ...this.authenticator.assert(challenge, odd) };
  }

  approve(ticket: string, passkey?: Assertion & { state: string }): Promise<{ status: number; body: Refusal }> {
    return this.api('POST', `approvals/${ticket}/approve`, passkey ? { passkey } : {});
  }
}

export interface Refusal {
  state?: string;
  error?: { code: string; message: string };
}
