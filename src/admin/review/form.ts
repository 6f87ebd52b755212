// What the pages for people share: reading a form, signing in by one, and answering with a page. No cookies: what a signed-in browser sends back
// is sealed into its own page, so no other page can send it.
import type { Context } from 'hono';
import { sha256Hex } from '../../lib/digest.ts';
import type { AdminContext } from '../context.ts';
import { identifyOperator, isCurrent, mayAct, type Operator, type SigninRecorder } from '../operator.ts';
import { PAGE_HEADERS } from './html.ts';

/** How long a page can be used, milliseconds; afterwards whoever uses it signs in again. */
export const SESSION_MS = 15 * 60_000;
/** Bytes of a form. */
export const MAX_FORM_BYTES = 64 * 1024;

export interface ReviewGate {
  /** Of the gateway's own organization; `ownerOf` leads to the others. */
  context: AdminContext;
  signins: SigninRecorder;
  remoteAddress(request: Context): string;
}

export interface SignedIn {
  context: AdminContext;
  operator: Operator;
}

/** Who signs in, by what a form says. One way now, operator tokens; another one (single sign-on) is another of these. */
export type SignIn = (form: URLSearchParams) => Promise<SignedIn | undefined>;

export function byOperatorToken(home: AdminContext): SignIn {
  return async (form) => {
    const token = form.get('token')?.trim();
    const context = token === undefined ? undefined : home.ownerOf(sha256Hex(token));
    const operator = context && identifyOperator(await context.view(), token, context.clock.nowMs());
    return context && operator ? { context, operator } : undefined;
  };
}

type Session = [name: string, role: Operator['role'], hash: string, about: string, untilMs: number];

/** `about`: what the page is about; the session is good for nothing else. */
export function sealSession(home: AdminContext, { context, operator }: SignedIn, about: string): string {
  return home.review.seal(JSON.stringify([operator.name, operator.role, operator.hash, about, context.clock.nowMs() + SESSION_MS]));
}

/** The operator of a page that was signed in to, if still one; of this organization, about this very thing. */
export async function resume(home: AdminContext, form: URLSearchParams, org: string, about: string): Promise<SignedIn | undefined> {
  const [name, role, hash, given, untilMs] = sessionOf(home, form) ?? [];
  const context = hash === undefined ? undefined : home.ownerOf(hash);
  if (!context || context.org !== org || given !== about || name === undefined || role === undefined || hash === undefined)
    return undefined;
  const nowMs = context.clock.nowMs();
  const operator: Operator = { name, role, rights: [], hash };
  const isGood = nowMs < (untilMs ?? 0) && mayAct(role, 'reviewer') && isCurrent(await context.view(), operator, nowMs);
  return isGood ? { context, operator } : undefined;
}

function sessionOf(home: AdminContext, form: URLSearchParams): Session | undefined {
  const text = home.review.open(form.get('session') ?? '');
  return text === undefined ? undefined : (JSON.parse(text) as Session);
}

/** undefined: it is too large. */
export async function readForm(request: Request): Promise<URLSearchParams | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > MAX_FORM_BYTES) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

export function html(status: number, body: string, headers: Readonly<Record<string, string>> = PAGE_HEADERS): Response {
  return new Response(body, { status, headers });
}
