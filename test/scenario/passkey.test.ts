// Approvals that take a passkey, over a real listener and both stores: who may register one, what an assertion is good for, and every way around it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newOperatorToken } from '../../src/admin/operator.ts';
import { createLinks } from '../../src/app/approvals.ts';
import { INVITATION_MS } from '../../src/approval/review-link.ts';
import { standingProblem } from '../../src/approval/standing.ts';
import { type Asking, bindingOf } from '../../src/approval/ticket.ts';
import { type Proof, verifyProof } from '../../src/audit/proof.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { type AdminSide, ORG, startAdminSide } from '../support/admin-side.ts';
import { Authenticator, type Odd } from '../support/authenticator.ts';
import { runCli } from '../support/cli-process.ts';
import { verifyStore } from '../support/log-lines.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';
import { PasskeyHolder, visit } from '../support/passkey-holder.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { seed } from '../support/seed.ts';
import { STORES } from '../support/store-kind.ts';

const HOUR_MS = 3_600_000;
/** Runs of two requests at once. */
const RACES = 10;
/** Every test signs, asks and writes many times, and the machine may be busy. */
const TIMEOUT_MS = 240_000;

describe.each(STORES)('approvals that take a passkey, on %s', { timeout: TIMEOUT_MS }, (store) => {
  let database: TestPostgres | undefined;
  let side: AdminSide;
  let ben: PasskeyHolder;
  let cyd: PasskeyHolder;
  let count = 0;

  beforeAll(async () => {
    database = store === 'postgres' ? await startPostgres() : undefined;
    side = await startAdminSide({}, database?.url);
    const [first, second] = [newOperatorToken(), newOperatorToken()];
    const user = (name: string) => ({ kind: 'user', metadata: { name }, spec: { disabled: false } }) as StoredObject;
    const operator = (name: string, of: string, { hash, hint }: typeof first) =>
      ({
        kind: 'operator',
        metadata: { name },
        spec: { role: 'reviewer', user: of, hash, hint, createdAt: '2026-01-01T00:00:00Z' },
      }) as StoredObject;
    await seed(side.core, ORG, [user('bob'), user('cat'), operator('ben', 'bob', first), operator('cyd', 'cat', second)]);
    ben = new PasskeyHolder(side.url, first.token);
    cyd = new PasskeyHolder(side.url, second.token);
    for (const [holder, of] of [
      [ben, 'bob'],
      [cyd, 'cat'],
    ] as const) {
      const page = await holder.register(await holder.invitation(side.tokens.admin, of));
      expect(page.text).toContain('is yours');
    }
  }, TIMEOUT_MS);
  afterAll(async () => {
    await side?.close();
    await database?.stop();
  }, TIMEOUT_MS);

  async function ask(quorum = 1): Promise<string> {
    const requester = {
      ...{ org: ORG, agent: 'robot', agentClass: undefined, environment: undefined, teams: [], roles: [], labels: {} },
      ...{ user: undefined, token: undefined },
    };
    const asking: Asking = {
      ...{ requester, owner: undefined, method: 'tools/call', server: 'tools', definition: undefined },
      ...{ capability: { kind: 'tool' as const, name: 'pay' }, params: `n${++count}`, rule: 'p/held', ruleHash: 'ab'.repeat(32) },
      ...{ reason: 'Held.', revision: 1, callId: `call_${count}`, approvers: { passkey: true, quorum } },
      ...{ intent: undefined, risk: undefined, findings: [] },
    };
    const part = { params: '{}', description: undefined };
    const asked = await side.context.approvals.ask(ORG, asking, bindingOf(ORG, asking), () => part, HOUR_MS);
    return asked.type === 'ticket' ? asked.ticket.id : '';
  }
  const stateOf = async (id: string) => (await side.context.approvals.find(ORG, id))?.state;
  async function entriesOf(id: string): Promise<JsonObject[]> {
    const found: JsonObject[] = [];
    for await (const { content } of side.core.store.log.read({ org: ORG })) {
      const read = JSON.parse(content) as JsonObject;
      if (read.ticket === id) found.push(read);
    }
    return found;
  }

  describe('deciding', () => {
    let ticket: string;
    beforeEach(async () => {
      ticket = await ask();
    });

    it('with the passkey counts, and the assertion stands in a log that verifies', async () => {
      expect(await ben.approve(ticket, await ben.assertion(ticket))).toMatchObject({ status: 200, body: { state: 'approved' } });
      const entries = await entriesOf(ticket);
      expect(entries.find(({ what }) => what === 'requested')).toMatchObject({ passkeyRequired: true });
      expect(entries.find(({ what }) => what === 'granted')).toMatchObject({
        ...{ by: 'ben', user: 'bob' },
        passkey: { name: 'bob', key: ben.authenticator.key, rpId: 'localhost', credential: ben.authenticator.credential },
      });
      expect(await verifyStore(side.core, ORG)).toMatchObject({ state: 'sound' });
      const list = await ben.api<{ passkeys: { lastUsedAt?: string }[] }>('GET', 'passkeys?user=bob');
      expect(list.body.passkeys).toEqual([expect.objectContaining({ name: 'bob', title: 'test key', lastUsedAt: expect.any(String) })]);
    });

    it('without it is refused by API, bulk and command line, each saying where to go; refusing takes none', async () => {
      const where = `http://localhost:${new URL(side.url).port}/review/`;
      const plain = await ben.approve(ticket);
      expect(plain).toMatchObject({ status: 403, body: { error: { code: 'passkey_required', message: expect.stringContaining(where) } } });
      const filter = { tool: 'pay', rule: 'p/held', before: new Date(Date.now() + HOUR_MS).toISOString() };
      const bulk = { verdict: 'approve', filter, comment: 'all of them' };
      const preview = await ben.api<{ decided: unknown[]; left: { id: string; why: string }[]; preview: string }>(
        'POST',
        'approvals/decide',
        { ...bulk, dryRun: true },
      );
      expect(preview.body.decided).toEqual([]);
      expect(preview.body.left).toContainEqual({ id: ticket, why: expect.stringContaining(`sallyport approval link ${ticket}`) });
      const decided = await ben.api('POST', 'approvals/decide', { ...bulk, preview: preview.body.preview });
      expect(decided.body).toMatchObject({ decided: [] });
      const cli = (args: string[]) =>
        runCli([...args, '--data', side.dataDir], { env: { SALLYPORT_ADMIN_URL: side.url, SALLYPORT_OPERATOR_TOKEN: ben.token } });
      const command = await cli(['approval', 'approve', ticket]);
      expect(command.code).not.toBe(0);
      expect(command.stderr).toContain(where);
      expect((await cli(['approval', 'show', ticket])).stdout).toContain(
        `Approving takes your passkey, on its page: sallyport approval link ${ticket}`,
      );
      expect(await stateOf(ticket)).toBe('open');
      expect((await ben.api('POST', `approvals/${ticket}/deny`, { comment: 'no' })).status).toBe(200);
      expect(await stateOf(ticket)).toBe('refused');
    });

    it('with an assertion for another ticket, reviewer, or verdict is refused', async () => {
      const other = await ask();
      expect(await ben.approve(ticket, await ben.assertion(other))).toMatchObject({ status: 403 });
      const { state } = await ben.challenge(ticket);
      expect(await ben.approve(ticket, { ...(await ben.assertion(other)), state })).toMatchObject({ status: 403 });
      expect(await cyd.approve(ticket, await ben.assertion(ticket))).toMatchObject({ status: 403 });
      // Her own challenge, signed with his key; and his challenge with hers.
      const hers = await cyd.challenge(ticket);
      expect(await cyd.approve(ticket, { state: hers.state, ...ben.authenticator.assert(hers.challenge) })).toMatchObject({ status: 403 });
      const his = await ben.challenge(ticket);
      const forged = { ...cyd.authenticator.assert(his.challenge), credential: ben.authenticator.credential };
      expect(await ben.approve(ticket, { state: his.state, ...forged })).toMatchObject({ status: 403 });
      expect(await stateOf(ticket)).toBe('open');
    });

    it.each<[string, Odd]>([
      ['without verification of the user', { flags: 0x01 }],
      ['without anybody there', { flags: 0x04 }],
      ['made at another origin', { origin: 'http://localhost:1' }],
      ['made at another site', { origin: 'https://evil.example' }],
      ['for another site', { rpId: 'evil.example' }],
      ['made in a frame of another origin', { crossOrigin: true }],
      ['of another type', { type: 'webauthn.create' }],
      ['over something else', { challenge: 'AAAA' }],
    ])('with an assertion %s is refused', async (_what, odd) => {
      const answer = await ben.approve(ticket, await ben.assertion(ticket, odd));
      expect(answer).toMatchObject({ status: 403, body: { error: { message: expect.stringContaining('not one of your passkey') } } });
      expect(await stateOf(ticket)).toBe('open');
    });

    it('with any part of the assertion changed is refused', async () => {
      const whole = await ben.assertion(ticket);
      for (const part of ['state', 'credential', 'authenticatorData', 'clientData', 'signature'] as const) {
        const text = whole[part];
        const at = Math.floor(text.length / 2);
        const other = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
        expect(await ben.approve(ticket, { ...whole, [part]: other }), part).toMatchObject({ status: 403 });
      }
      // Asked for under another token of the same operator.
      const sealed = JSON.parse(side.context.review.open(whole.state) ?? '') as unknown[];
      const state = side.context.review.seal(JSON.stringify(sealed.with(3, 'f'.repeat(64))));
      expect(await ben.approve(ticket, { ...whole, state })).toMatchObject({ status: 403 });
      expect(await stateOf(ticket)).toBe('open');
      expect(await ben.approve(ticket, whole)).toMatchObject({ status: 200 });
    });

    it('twice with one assertion is refused, at once or later, and so is a challenge whose time is over', async () => {
      const two = await ask(2);
      const assertion = await ben.assertion(two);
      const answers = await Promise.all(Array.from({ length: 6 }, () => ben.approve(two, assertion)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect((await ben.approve(two, assertion)).status).toBe(409);
      expect((await entriesOf(two)).filter(({ passkey }) => passkey !== undefined)).toHaveLength(1);
      const { challenge, state } = await ben.challenge(ticket);
      const sealed = JSON.parse(side.context.review.open(state) ?? '') as unknown[];
      const old = side.context.review.seal(JSON.stringify(sealed.with(-1, 1)));
      const late = await ben.approve(ticket, { state: old, ...ben.authenticator.assert(challenge) });
      expect(late).toMatchObject({ status: 403, body: { error: { message: expect.stringContaining('its time is over') } } });
      expect(await stateOf(ticket)).toBe('open');
    });

    it('with a nonce that was used for something else is refused by the desk itself', async () => {
      const { passkeys } = side.context;
      const { challenge, state } = await ben.challenge(ticket);
      const sealed = JSON.parse(side.context.review.open(state) ?? '') as string[];
      const nowMs = Date.now();
      await passkeys.use(ORG, { once: `challenge/${sealed[4]}`, untilMs: nowMs + HOUR_MS, nowMs, credential: 'x', counter: 0 });
      const again = await ben.approve(ticket, { state, ...ben.authenticator.assert(challenge) });
      expect(again).toMatchObject({ status: 403, body: { error: { message: expect.stringContaining('used before') } } });
    });

    it('with a key whose counter does not rise is refused: there may be a copy', async () => {
      const { challenge, state } = await ben.challenge(ticket);
      const copied = ben.authenticator.assert(challenge, { counter: 0 });
      const answer = await ben.approve(ticket, { state, ...copied });
      expect(answer).toMatchObject({ status: 403, body: { error: { message: expect.stringContaining('counter') } } });
      expect(await stateOf(ticket)).toBe('open');
      expect(await ben.approve(ticket, await ben.assertion(ticket))).toMatchObject({ status: 200 });
    });

    it('while the passkey is removed counts before the removal or not at all, and the log verifies', async () => {
      const { challenge, state } = await cyd.challenge(ticket);
      const [, , , , nonce = ''] = JSON.parse(side.context.review.open(state) ?? '') as string[];
      const made = cyd.authenticator.assert(challenge);
      let looks = 0;
      const registeredAt = async (): Promise<number | undefined> => {
        const view = await side.context.view();
        const isThere = view.get('passkey', 'cat') !== undefined;
        if (++looks === 1) expect((await cyd.api('POST', 'passkeys/cat/remove')).status).toBe(200);
        return isThere ? view.revision : undefined;
      };
      const evidence = { name: 'cat', key: cyd.authenticator.key, rpId: 'localhost', nonce, ...made };
      const stepUp = { evidence, counter: 1_000, untilMs: Date.now() + HOUR_MS, registeredAt };
      const reviewer = { operator: 'cyd', user: 'cat', teams: [], roles: [] };
      const voted = await side.context.approvals.vote(ORG, ticket, reviewer, 'approve', undefined, stepUp);
      expect([voted, looks]).toMatchObject([{ type: 'problem', problem: 'passkey_wrong' }, 2]);
      expect(await stateOf(ticket)).toBe('open');
      for (let n = 0; n < RACES; n++) {
        const url = await cyd.invitation(side.tokens.admin, 'cat');
        const holder = new PasskeyHolder(side.url, cyd.token, new Authenticator(new URL(url).origin));
        const [, own = ''] = /passkey\/([a-z0-9-]+) is yours/.exec((await holder.register(url)).text) ?? [];
        const raced = await ask();
        const assertion = await holder.assertion(raced);
        const [approved] = await Promise.all([holder.approve(raced, assertion), cyd.api('POST', `passkeys/${own}/remove`)]);
        expect([200, 403]).toContain(approved.status);
        expect(await stateOf(raced)).toBe(approved.status === 200 ? 'approved' : 'open');
      }
      expect(await verifyStore(side.core, ORG)).toMatchObject({ state: 'sound' });
      const again = new PasskeyHolder(side.url, cyd.token);
      expect((await again.register(await again.invitation(side.tokens.admin, 'cat'))).text).toContain('is yours');
      cyd = again;
    });

    it('on its page works with the browser, which is asked under a policy that allows this one script; not without', async () => {
      const { body } = await ben.api<{ url: string }>('POST', `approvals/${ticket}/link`, {});
      expect(body.url).toContain('http://localhost:');
      const page = await visit(body.url, { step: 'signin', token: ben.token });
      expect(page.headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; script-src 'sha256-[^']+'; require-trusted-types-for 'script'; trusted-types 'none'$/,
      );
      const asked = page.asked();
      expect(asked).toMatchObject({ rpId: 'localhost', credentials: [ben.authenticator.credential] });
      const form = { step: 'decide', session: page.field('session'), digest: page.field('digest'), verdict: 'approve' };
      expect(await visit(body.url, form)).toMatchObject({ status: 403, text: expect.stringContaining('approving it takes your passkey') });
      const made = ben.authenticator.assert(asked?.challenge ?? '');
      expect((await visit(body.url, { ...form, state: page.field('state'), ...made })).text).toContain('Approved');
      expect(await stateOf(ticket)).toBe('approved');
    });

    it('on its page says why there is no passkey: none registered, another address, nobody linked', async () => {
      const { body } = await ben.api<{ url: string }>('POST', `approvals/${ticket}/link`, {});
      const nobody = await visit(body.url, { step: 'signin', token: side.tokens.reviewer });
      expect(nobody.text).toContain('You are linked to no user');
      expect(nobody.asked()).toBeUndefined();
      expect(nobody.text).not.toContain('value="approve"');
      expect(nobody.headers.get('content-security-policy')).not.toContain('script-src');
      const numbered = await visit(body.url.replace('localhost', '127.0.0.1'), { step: 'signin', token: ben.token });
      expect(numbered.text).toContain('Your passkey is good at another address of this page');
      expect(numbered.text).toContain('value="refuse"');
    });
  });

  describe('registering', () => {
    it('takes the invited user, once, in time', async () => {
      const url = await ben.invitation(side.tokens.admin, 'bob');
      expect((await visit(url)).text).not.toContain('bob');
      expect(await cyd.register(url)).toMatchObject({ status: 403, text: expect.stringContaining('for another user') });
      expect(await new PasskeyHolder(side.url, side.tokens.admin).register(url)).toMatchObject({ status: 403 });
      expect(await new PasskeyHolder(side.url, 'so_no').register(url)).toMatchObject({ status: 401 });
      const second = new PasskeyHolder(side.url, ben.token, new Authenticator(new URL(url).origin, 'EdDSA'));
      expect(await second.register(url)).toMatchObject({ status: 200 });
      const third = new PasskeyHolder(side.url, ben.token, new Authenticator(new URL(url).origin, 'RS256'));
      expect(await third.register(url)).toMatchObject({ status: 410, text: expect.stringContaining('was used') });
      expect(await third.register(`${url}x`)).toMatchObject({ status: 404 });
      const { links } = side.context.review;
      const old = createLinks({ ...side.core, clock: { ...side.core.clock, nowMs: () => 1 } }, () => true);
      old.base = links.base;
      const past = old.invite({ org: ORG, user: 'bob', by: 'admin', nonce: 'n' })?.url ?? '';
      expect(await third.register(past)).toMatchObject({ status: 410, text: expect.stringContaining('expired') });
      const review = links.urlOf(ORG, 'appr_x', Number.MAX_SAFE_INTEGER)?.url ?? '';
      expect(await visit(review.replace('/review/', '/passkey/'))).toMatchObject({ status: 404 });
      const ticket = await ask();
      expect(await second.approve(ticket, await second.assertion(ticket))).toMatchObject({ status: 200 });
      expect((await ben.api('POST', 'passkeys/invite', { user: 'bob' })).status).toBe(403);
      expect((await ben.api('POST', 'passkeys/invite', { user: 'nobody' }, side.tokens.admin)).status).toBe(404);
    });

    it('takes two people: nobody invites themselves, and an invitation is good while who made it is of role admin', async () => {
      const [mine, other] = [newOperatorToken(), newOperatorToken()];
      const admin = (name: string, { hash, hint }: typeof mine, more: object) =>
        ({
          kind: 'operator',
          metadata: { name },
          spec: { role: 'admin', hash, hint, createdAt: '2026-01-01T00:00:00Z', ...more },
        }) as StoredObject;
      const user = { kind: 'user', metadata: { name: 'ann' }, spec: { disabled: false } } as StoredObject;
      await seed(side.core, ORG, [user, admin('ann', mine, { user: 'ann' }), admin('max', other, {})]);
      const ann = new PasskeyHolder(side.url, mine.token);
      const refused = await ann.api('POST', 'passkeys/invite', { user: 'ann' });
      expect(refused).toMatchObject({ status: 403, body: { error: { message: expect.stringContaining('another operator') } } });
      const url = await ann.invitation(other.token, 'ann');
      const page = await visit(url, { step: 'signin', token: mine.token });
      const made = ann.authenticator.register(page.asked()?.challenge ?? '');
      for (const more of [
        { user: 'ann' },
        { role: 'operator' },
        { revokedAt: '2026-01-02T00:00:00Z' },
        { expiresAt: '2026-01-02T00:00:00Z' },
      ]) {
        await seed(side.core, ORG, [admin('max', other, more)]);
        const sent = await visit(url, { step: 'register', session: page.field('session'), title: '', ...made });
        expect(sent, JSON.stringify(more)).toMatchObject({ status: 403, text: expect.stringContaining('another operator of role admin') });
      }
      await seed(side.core, ORG, [admin('max', other, {})]);
      expect((await ann.register(url)).text).toContain('is yours');
    });

    it('takes no second passkey from an answer that was begun in time and ended late', async () => {
      const url = await cyd.invitation(side.tokens.admin, 'cat');
      const holders = [1, 2].map(() => new PasskeyHolder(side.url, cyd.token, new Authenticator(new URL(url).origin)));
      expect(await holders[0]?.register(url)).toMatchObject({ status: 200 });
      const { clock } = side.core;
      const { links } = side.context.review;
      const [nowMs, readInvitation] = [clock.nowMs.bind(clock), links.readInvitation.bind(links)];
      let reads = 0;
      const until = (minutes: number) => Object.assign(clock, { nowMs: () => nowMs() + INVITATION_MS + minutes * 60_000 });
      try {
        until(-1);
        const page = await visit(url, { step: 'signin', token: cyd.token });
        const made = holders[1]?.authenticator.register(page.asked()?.challenge ?? '');
        const body = new URLSearchParams({ step: 'register', session: page.field('session'), title: '', ...made }).toString();
        Object.assign(links, { readInvitation: (link: string) => [readInvitation(link), reads++][0] });
        const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
        const sent = fetch(url, { method: 'POST', body: readable, duplex: 'half' } as RequestInit);
        const writer = writable.getWriter();
        await writer.write(Buffer.from(body.slice(0, 9)));
        await expect.poll(() => reads, { timeout: TIMEOUT_MS }).toBe(1);
        until(1);
        const ticket = await ask();
        expect(await ben.approve(ticket, await ben.assertion(ticket))).toMatchObject({ status: 200 });
        await writer.write(Buffer.from(body.slice(9)));
        await writer.close();
        expect((await sent).status).toBe(410);
      } finally {
        Object.assign(clock, { nowMs });
        Object.assign(links, { readInvitation });
      }
    });

    it.each<[string, Odd]>([
      ['made at another origin', { origin: 'http://localhost:1' }],
      ['for another site', { rpId: 'evil.example' }],
      ['without verification of the user', { flags: 0x41 }],
      ['without a key', { flags: 0x05 }],
      ['over something else', { challenge: 'AAAA' }],
      ['of another type', { type: 'webauthn.get' }],
    ])('refuses an answer %s, and the invitation is good still', async (_what, odd) => {
      const url = await cyd.invitation(side.tokens.admin, 'cat');
      const holder = new PasskeyHolder(side.url, cyd.token, new Authenticator(new URL(url).origin));
      expect(await holder.register(url, odd)).toMatchObject({ status: 422, text: expect.stringContaining('Not registered') });
      expect(await holder.register(url)).toMatchObject({ status: 200 });
    });

    it('is the only way: no apply, edit or roll-back makes or changes one, nor brings a removed one back', async () => {
      const url = await cyd.invitation(side.tokens.admin, 'cat');
      const holder = new PasskeyHolder(side.url, cyd.token, new Authenticator(new URL(url).origin));
      const page = await holder.register(url);
      const name = /passkey\/([a-z0-9-]+) is yours/.exec(page.text)?.[1] ?? '';
      const admin = (method: string, path: string, body?: unknown) => ben.api<JsonObject>(method, path, body, side.tokens.admin);
      const stored = (await admin('GET', `objects/passkey/${name}`)).body as { spec: object };
      const { revision } = stored as { revision?: number };
      const moved = { kind: 'passkey', metadata: { name }, spec: { ...stored.spec, user: 'bob' } };
      expect((await admin('POST', 'apply', { objects: [moved] })).status).toBe(403);
      expect((await admin('PUT', `objects/passkey/${name}`, moved)).status).toBe(403);
      expect((await admin('POST', 'apply', { objects: [], prune: ['passkey'] })).status).toBe(403);
      expect((await admin('DELETE', `objects/passkey/${name}`)).status).toBe(403);
      expect((await admin('DELETE', 'objects/user/cat')).status).toBe(422);
      const ticket = await ask();
      const assertion = await holder.assertion(ticket);
      expect((await ben.api('POST', `passkeys/${name}/remove`)).status).toBe(403);
      expect((await cyd.api('POST', `passkeys/${name}/remove`)).status).toBe(200);
      expect(await holder.approve(ticket, assertion)).toMatchObject({ status: 403 });
      expect((await admin('POST', `objects/passkey/${name}/rollback`, { to: revision })).status).toBe(403);
      expect((await admin('POST', 'apply', { objects: [{ ...moved, spec: stored.spec }] })).status).toBe(403);
      expect(await verifyStore(side.core, ORG)).toMatchObject({ state: 'sound' });
    });
  });
});

it('no standing grant answers what takes a passkey', () => {
  const asked = { requester: { user: undefined } as never, owner: undefined };
  const person = { operator: 'ben', user: 'bob', teams: [], roles: [] };
  expect(standingProblem({}, asked, [person])).toBeUndefined();
  expect(standingProblem({ passkey: true }, asked, [person])).toBe('rule_forbids');
});

describe('a running gateway', { timeout: TIMEOUT_MS }, () => {
  let orgs: OrgGateway;
  let acme: Tenant;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-passkey-'));
    orgs = await startOrgGateway(['acme'], { flags: { 'approvals.waitMs': '0' } });
    acme = orgs.tenants.acme as Tenant;
    const text = `kind: user
metadata: {name: bob}
spec: {}
---
kind: policy
metadata: {name: money}
spec:
  tier: guardrail
  rules:
    - {name: held, match: {tool: [common]}, effect: hold, obligations: {approvers: {passkey: true}}}
`;
    const applied = await acme.admin('POST', '/api/v1/apply', { text });
    expect(applied).toMatchObject({ status: 200, json: { warnings: [expect.stringContaining('policy/money: a passkey is demanded')] } });
  }, TIMEOUT_MS);
  afterAll(async () => {
    await orgs?.close();
    rmSync(folder, { recursive: true, force: true });
  }, TIMEOUT_MS);

  it('holds a call by its rule, lets it run once on a passkey, and gives a proof that both verifiers check offline', async () => {
    const made = await acme.admin('POST', '/api/v1/operators', { name: 'ben', role: 'reviewer', user: 'bob' });
    const ben = new PasskeyHolder(orgs.gateway.adminUrl, (made.json as { token: string }).token);
    expect((await ben.register(await ben.invitation(acme.operator, 'bob'))).text).toContain('is yours');
    const call = () => acme.ask('tools/call', { name: 'common', arguments: {} });
    expect((await call()).text).toContain('approval_required');
    const { approvals } = (await acme.admin('GET', '/api/v1/approvals')).json as { approvals: { id: string; approvers: object }[] };
    expect(approvals).toEqual([expect.objectContaining({ approvers: { passkey: true } })]);
    const id = approvals[0]?.id ?? '';
    expect((await ben.approve(id)).status).toBe(403);
    expect((await call()).text).toContain('approval_required');
    expect((await ben.approve(id, await ben.assertion(id))).status).toBe(200);
    expect((await call()).text).toContain(acme.mark);

    const query = '/api/v1/log?type=decision&effect=allow&limit=1';
    const { entries } = (await acme.admin('GET', query)).json as { entries: { content: { call: string } }[] };
    const { text, json } = await acme.admin('GET', `/api/v1/log/proof?call=${entries[0]?.content.call}`);
    const proof = json as Proof;
    expect(proof.documents.map(({ kind, name }) => `${kind}/${name}`).sort()).toEqual(['passkey/bob', 'policy/money']);
    const key = proof.keys.at(-1) ?? '';
    expect(verifyProof(text, [key])).toMatchObject({ state: 'sound', approvals: [`ben (${id})`] });
    const proofFile = join(folder, 'proof.json');
    const logFile = join(folder, 'log.jsonl');
    writeFileSync(proofFile, text);
    writeFileSync(logFile, (await acme.admin('GET', '/api/v1/log/export')).text);
    expect((await runCli(['verify', logFile])).code).toBe(0);
    expect((await runCli(['verify', '--proof', proofFile, '--key', key])).code).toBe(0);
    const { text: pack } = await acme.admin(
      'GET',
      '/api/v1/evidence/pack?framework=eu-ai-act&from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z',
    );
    expect(pack).toContain('1 of 1 held call took a passkey to approve; 1 of 1 approving vote were confirmed with one');
    expect((await acme.admin('GET', '/api/v1/export')).text).toMatch(/^# Left out: 1 of kind passkey,/);
    if (spawnSync('python3', ['--version']).status !== 0) return;
    const verifier = join(import.meta.dirname, '../../verifiers/python/verify.py');
    expect(spawnSync('python3', [verifier, logFile], { encoding: 'utf8' })).toMatchObject({ status: 0 });
    expect(spawnSync('python3', [verifier, '--proof', proofFile, '--key', key], { encoding: 'utf8' })).toMatchObject({ status: 0 });
  });

  it('proves what the organization demands where the rule says nothing of approvers', async () => {
    const text = `kind: organization
metadata: {name: acme}
spec: {approvals: {approvers: {passkey: true}, keepAnswerMs: 0}}
---
kind: policy
metadata: {name: money}
spec:
  tier: guardrail
  rules:
    - {name: held, match: {tool: [common]}, effect: hold}
`;
    expect((await acme.admin('POST', '/api/v1/apply', { text })).status).toBe(200);
    expect((await acme.ask('tools/call', { name: 'common', arguments: {} })).text).toContain('approval_required');
    const { entries } = (await acme.admin('GET', '/api/v1/log?type=decision&effect=hold&limit=1')).json as {
      entries: { content: { call: string } }[];
    };
    const proof = (await acme.admin('GET', `/api/v1/log/proof?call=${entries[0]?.content.call}`)).json as Proof;
    expect(proof.documents.map(({ kind, name }) => `${kind}/${name}`).sort()).toEqual(['organization/acme', 'policy/money']);
  });
});
