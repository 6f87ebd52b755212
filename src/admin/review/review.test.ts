// The page of a ticket over a real listener, as a browser would use it: what a link alone shows, who may decide, and what forms are good for.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AdminSide, adminContextOf, ORG, seedOperators, startAdminSide } from '../../../test/support/admin-side.ts';
import { seed } from '../../../test/support/seed.ts';
import { type Asking, bindingOf } from '../../approval/ticket.ts';
import { sha256Hex } from '../../lib/digest.ts';
import type { StoredObject } from '../../object/kinds.ts';
import { newOperatorToken } from '../operator.ts';
import { MAX_FORM_BYTES } from './form.ts';
import { shown } from './html.ts';

const EVIL = `<script>alert(1)</script>"'&\u202e\u200b`;
const otto = newOperatorToken();
const HOUR_MS = 3_600_000;
let side: AdminSide;
let ticket: string;
let link: string;
let count = 0;

beforeAll(async () => {
  side = await startAdminSide();
  const operator = {
    kind: 'operator',
    metadata: { name: 'otto' },
    spec: { role: 'reviewer', hash: otto.hash, hint: otto.hint, createdAt: '2026-01-01T00:00:00Z' },
  } as StoredObject;
  await seed(side.core, ORG, [operator]);
});
afterAll(() => side?.close());

beforeEach(() => ask(HOUR_MS));

async function ask(forMs: number): Promise<void> {
  const requester = {
    org: ORG,
    agent: 'robot',
    agentClass: undefined,
    environment: undefined,
    teams: [],
    roles: [],
    labels: {},
    user: undefined,
  };
  const asking: Asking = {
    ...{ requester: { ...requester, token: undefined }, owner: 'otto', method: 'tools/call', server: 'tools', definition: undefined },
    ...{
      capability: { kind: 'tool', name: 'pay' },
      params: `n${++count}`,
      rule: 'p/held',
      ruleHash: 'ab'.repeat(32),
      reason: `Held: ${EVIL}`,
      revision: 1,
    },
    ...{ callId: 'call_1', approvers: undefined, intent: undefined, risk: undefined, findings: [] },
  };
  const part = { params: JSON.stringify({ note: EVIL }), description: EVIL };
  const asked = await side.context.approvals.ask(ORG, asking, bindingOf(ORG, asking), () => part, forMs);
  ticket = asked.type === 'ticket' ? asked.ticket.id : '';
  link = side.context.review.links.urlOf(ORG, ticket, Number.MAX_SAFE_INTEGER)?.url ?? '';
}

interface Page {
  status: number;
  text: string;
  headers: Headers;
  field(name: string): string;
}

async function visit(url: string, form?: Record<string, string>, headers: Record<string, string> = {}): Promise<Page> {
  const response = await fetch(url, form ? { method: 'POST', body: new URLSearchParams(form), headers } : { headers });
  const text = await response.text();
  const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1] ?? '';
  return { status: response.status, text, headers: response.headers, field };
}

const signIn = (token: string, url = link) => visit(url, { step: 'signin', token });
const stateOf = async () => (await side.context.approvals.find(ORG, ticket))?.state;

async function decide(page: Page, verdict: string, comment = ''): Promise<Page> {
  return visit(link, { step: 'decide', session: page.field('session'), digest: page.field('digest'), verdict, comment });
}

describe('a link', () => {
  it('shows nothing of the ticket by itself, and no page may be scripted, framed or kept', async () => {
    const page = await visit(link);
    expect(page.status).toBe(200);
    for (const secret of ['pay', 'robot', 'Held', 'alert', ticket]) expect(page.text).not.toContain(secret);
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
    );
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('referrer-policy')).toBe('same-origin');
    expect(page.text).not.toContain('<script');
  });

  it('says that it is not valid, or that it has expired', async () => {
    expect(await visit(`${link}x`)).toMatchObject({ status: 404, text: expect.stringContaining('not valid') });
    const past = side.context.review.links.urlOf(ORG, ticket, 1)?.url ?? '';
    expect(await visit(past)).toMatchObject({ status: 410, text: expect.stringMatching(/expired.*still waits; ask for a new one/s) });
    expect(await signIn(side.tokens.reviewer, past)).toMatchObject({ status: 410 });
  });

  it.each(['approve', 'refuse', 'expire'])('that expired says when nothing is left to decide, and no new one is made: %s', async (how) => {
    if (how === 'expire') await ask(1);
    const past = side.context.review.links.urlOf(ORG, ticket, 1)?.url ?? '';
    if (how === 'expire') await expect.poll(stateOf, { timeout: 60_000 }).toBe('expired');
    else await decide(await signIn(side.tokens.reviewer), how, 'no');
    const page = await visit(past);
    expect(page).toMatchObject({ status: 410, text: expect.stringMatching(/expired.*Nothing is left to decide/s) });
    expect(page.text).not.toMatch(/ask for a new one|approved|refused/i);
    const headers = { authorization: `Bearer ${side.tokens.reviewer}` };
    const made = await fetch(`${new URL(link).origin}/api/v1/approvals/${ticket}/link`, { method: 'POST', headers });
    expect(made.status).toBe(409);
    expect(await made.text()).toContain(`sallyport approval show ${ticket}`);
  });

  it('says after the decision that it is used up', async () => {
    await decide(await signIn(side.tokens.reviewer), 'approve');
    const page = await signIn(side.tokens.admin);
    expect(page.text).toContain('This link has been used up: the ticket is approved.');
    expect(page.field('session')).toBe('');
  });
});

describe('who signs in', () => {
  it('sees the ticket whole, as text and nothing else, and that it was read is an entry', async () => {
    const page = await signIn(side.tokens.reviewer);
    expect(page.status).toBe(200);
    expect(page.text).toContain('&#60;script&#62;alert(1)&#60;/script&#62;');
    expect(page.text).toContain('\\u{202e}\\u{200b}');
    expect(page.text).not.toMatch(/<script|\u202e|\u200b/);
    const contents: string[] = [];
    for await (const { content } of side.core.store.log.read({ org: ORG })) contents.push(content);
    expect(contents.filter((one) => one.includes('"what":"read"') && one.includes(ticket) && one.includes('"by":"reviewer"'))).toHaveLength(
      1,
    );
  });

  it('approves once, or refuses with a comment', async () => {
    const page = await signIn(side.tokens.reviewer);
    expect(await decide(page, 'refuse')).toMatchObject({ status: 403, text: expect.stringContaining('a refusal needs a comment') });
    expect(await stateOf()).toBe('open');
    expect((await decide(page, 'approve')).text).toContain('Approved');
    expect(await stateOf()).toBe('approved');
    expect(await decide(page, 'refuse', 'no, after all')).toMatchObject({ status: 403 });
    expect(await stateOf()).toBe('approved');
  });

  it('may not decide about their own agent: a link forwarded to who asked opens no way', async () => {
    const page = await signIn(otto.token);
    expect(page.text).toContain('nobody decides about a call made for them');
    // The form is not there; sending it all the same changes nothing.
    const session = (await signIn(side.tokens.reviewer)).field('session');
    expect(session).not.toBe('');
    const own = side.context.review.seal(JSON.stringify(['otto', 'reviewer', otto.hash, ticket, Number.MAX_SAFE_INTEGER]));
    const { digest } = (await side.context.approvals.find(ORG, ticket)) ?? { digest: '' };
    expect(await visit(link, { step: 'decide', session: own, digest, verdict: 'approve' })).toMatchObject({ status: 403 });
    expect(await stateOf()).toBe('open');
  });

  it('needs a good token and the role', async () => {
    expect(await signIn('so_nothing')).toMatchObject({ status: 401 });
    expect(await signIn('')).toMatchObject({ status: 401 });
    const viewer = await signIn(side.tokens.viewer);
    expect(viewer).toMatchObject({ status: 403, text: expect.stringContaining('This needs role reviewer') });
    expect(viewer.text).not.toContain('pay');
  });
});

describe('a form', () => {
  it('is good for its ticket, its operator, and a time; never from another page', async () => {
    const page = await signIn(side.tokens.reviewer);
    const [session, digest] = [page.field('session'), page.field('digest')];
    const send = (more: Record<string, string>, headers = {}) =>
      visit(link, { step: 'decide', session, digest, verdict: 'approve', ...more }, headers);
    expect((await send({ session: '' })).status).toBe(401);
    expect((await send({ session: `${session}A` })).status).toBe(401);
    expect((await send({ digest: 'ab'.repeat(32) })).status).toBe(409);
    expect((await send({ verdict: 'perhaps' })).status).toBe(400);
    expect((await send({}, { origin: 'https://evil.example' })).status).toBe(403);
    const seal = (over: unknown[]) => side.context.review.seal(JSON.stringify(over));
    const hash = sha256Hex(side.tokens.reviewer);
    expect((await send({ session: seal(['reviewer', 'reviewer', hash, 'appr_other', 9e15]) })).status).toBe(401);
    expect((await send({ session: seal(['reviewer', 'reviewer', hash, ticket, 1]) })).status).toBe(401);
    expect((await send({ session: seal(['reviewer', 'admin', hash, ticket, 9e15]) })).status).toBe(401);
    expect((await send({ comment: 'x'.repeat(MAX_FORM_BYTES) })).status).toBe(413);
    expect(await stateOf()).toBe('open');
    expect((await send({}, { origin: new URL(link).origin })).status).toBe(200);
    expect(await stateOf()).toBe('approved');
  });

  it('of somebody whose token was revoked meanwhile is not taken', async () => {
    const page = await signIn(side.tokens.operator);
    const operators = (await side.core.store.objects.load(ORG)).objects.filter(({ metadata }) => metadata.name === 'operator');
    const [operator] = operators as StoredObject<'operator'>[];
    await seed(side.core, ORG, [{ ...operator, spec: { ...operator?.spec, revokedAt: '2026-01-01T00:00:00Z' } } as StoredObject]);
    expect((await decide(page, 'approve')).status).toBe(401);
    expect(await stateOf()).toBe('open');
  });
});

it('a ticket of another organization is shown to nobody of this one', async () => {
  await side.core.store.objects.createOrganization('abroad');
  await side.core.vault.prepare('abroad');
  const tokens = await seedOperators(side.core, 'abroad');
  const home = side.context;
  const abroad = adminContextOf(side.core, 'abroad');
  const mine = home.ownerOf;
  home.ownerOf = (hash) => (hash === sha256Hex(tokens.admin) ? abroad : mine(hash));
  try {
    const page = await signIn(tokens.admin);
    expect(page).toMatchObject({ status: 404, text: expect.stringContaining('There is no such ticket') });
    expect(page.text).not.toContain('pay');
    const { digest } = (await home.approvals.find(ORG, ticket)) ?? { digest: '' };
    const session = home.review.seal(JSON.stringify(['admin', 'admin', sha256Hex(tokens.admin), ticket, 9e15]));
    expect((await visit(link, { step: 'decide', session, digest, verdict: 'approve' })).status).toBe(401);
    expect(await stateOf()).toBe('open');
  } finally {
    home.ownerOf = mine;
  }
});

it('characters that deceive the eye are written out', () => {
  expect(shown('a\u0000b\u00adc\u2028d\ufeffe\n')).toBe('a\\u{0}b\\u{ad}c\\u{2028}d\\u{feff}e\n');
});
