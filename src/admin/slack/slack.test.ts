// Buttons of Slack over a real listener: forged, old and repeated requests, who may press what, and where answers go.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AdminSide, ORG, startAdminSide } from '../../../test/support/admin-side.ts';
import { seed } from '../../../test/support/seed.ts';
import { type Asking, bindingOf } from '../../approval/ticket.ts';
import type { StoredObject } from '../../object/kinds.ts';
import { secretSealer } from '../../vault/vault.ts';
import { newOperatorToken } from '../operator.ts';
import { readClick } from './click.ts';
import { MAX_SLACK_BYTES } from './serve.ts';
import { checkSignature, slackSignature, WINDOW_S } from './signature.ts';

const SECRET = '8f742231b10e8888abcd99yyyzzz85a5';
const HOUR_MS = 3_600_000;
let side: AdminSide;
let ticket: string;
let count = 0;
const answers: [string, string][] = [];

function object(kind: string, name: string, spec: object): StoredObject {
  return { kind, metadata: { name }, spec } as unknown as StoredObject;
}

beforeAll(async () => {
  side = await startAdminSide();
  const sealed = secretSealer(side.core.vault, ORG).seal('slack', SECRET);
  const operator = (name: string, user: string, more: object = {}) => {
    const { hash, hint } = newOperatorToken();
    return object('operator', name, { role: 'reviewer', hash, hint, createdAt: '2026-01-01T00:00:00Z', user, ...more });
  };
  await seed(side.core, ORG, [
    object('secret', 'slack', { sealed }),
    object('organization', ORG, { approvals: { slack: { signingSecret: { secret: 'slack' }, team: 'T0001' } } }),
    object('user', 'ada', { slack: 'UADA001' }),
    object('user', 'otto', { slack: 'UOTTO01' }),
    object('user', 'twin-1', { slack: 'UTWIN01' }),
    object('user', 'twin-2', { slack: 'UTWIN01' }),
    object('user', 'gone', { slack: 'UGONE01', disabled: true }),
    object('user', 'left', { slack: 'ULEFT01' }),
    object('user', 'viewer', { slack: 'UVIEW01' }),
    ...[operator('ada', 'ada'), operator('otto', 'otto'), operator('twin', 'twin-1'), operator('gone', 'gone')],
    ...[operator('left', 'left', { revokedAt: '2026-01-01T00:00:00Z' }), operator('looker', 'viewer', { role: 'viewer' })],
  ]);
  side.context.slack.answer = (url, body) => void answers.push([url, body]);
});
afterAll(() => side?.close());

beforeEach(() => ask(undefined));

async function ask(approvers: Asking['approvers']): Promise<void> {
  const requester = {
    org: ORG,
    agent: 'robot',
    agentClass: undefined,
    environment: undefined,
    teams: [],
    roles: [],
    labels: {},
    user: 'otto',
    token: undefined,
  };
  const asking: Asking = {
    ...{
      requester,
      owner: undefined,
      method: 'tools/call',
      server: 'tools',
      capability: { kind: 'tool', name: 'pay' },
      definition: undefined,
    },
    ...{ params: `n${++count}`, rule: 'p/held', ruleHash: 'ab'.repeat(32), reason: 'Held.', revision: 1, callId: 'call_1' },
    ...{ approvers, intent: undefined, risk: undefined, findings: [] },
  };
  const asked = await side.context.approvals.ask(
    ORG,
    asking,
    bindingOf(ORG, asking),
    () => ({ params: '{}', description: undefined }),
    HOUR_MS,
  );
  ticket = asked.type === 'ticket' ? asked.ticket.id : '';
  answers.length = 0;
}

const now = (): number => Math.floor(Date.now() / 1000);

function bodyOf(more: object = {}, action: object = {}): string {
  const payload = {
    type: 'block_actions',
    user: { id: 'UADA001' },
    team: { id: 'T0001' },
    actions: [{ action_id: 'approve', value: ticket, ...action }],
    response_url: 'https://hooks.slack.com/actions/T0001/1/x',
    ...more,
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

async function post(
  body: string,
  { at = now(), secret = SECRET, signature = slackSignature(secret, String(at), body), org = ORG } = {},
): Promise<number> {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': String(at),
    'x-slack-signature': signature,
  };
  return (await fetch(`${side.url}/hooks/slack/${org}`, { method: 'POST', headers, body })).status;
}

const stateOf = async () => (await side.context.approvals.find(ORG, ticket))?.state;
const said = (): string => answers.map(([, body]) => (JSON.parse(body) as { text: string }).text).join('\n');

it('signs as Slack’s own example does', () => {
  const body =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
  const signature = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503';
  expect(checkSignature(SECRET, { timestamp: '1531420618', signature }, body, 1_531_420_618_000)).toBe('good');
  expect(checkSignature(SECRET, { timestamp: '1531420618', signature }, `${body}&`, 1_531_420_618_000)).toBe('forged');
  expect(checkSignature(SECRET, { timestamp: '1531420618', signature }, body, (1_531_420_618 + WINDOW_S) * 1000)).toBe('good');
  expect(checkSignature(SECRET, { timestamp: '1531420618', signature }, body, (1_531_420_618 + WINDOW_S) * 1000 + 1)).toBe('stale');
});

describe('a request', () => {
  it('that is signed decides as the person who pressed', async () => {
    expect(await post(bodyOf())).toBe(200);
    expect(await stateOf()).toBe('approved');
    expect(answers[0]?.[0]).toBe('https://hooks.slack.com/actions/T0001/1/x');
    expect(said()).toContain('approved. Decided as ada');
    expect((await side.context.approvals.find(ORG, ticket))?.votes).toMatchObject([{ by: 'ada', user: 'ada' }]);
  });

  it('an approval that takes a passkey is refused, with the address of its page; a refusal is taken', async () => {
    await ask({ passkey: true });
    expect(await post(bodyOf())).toBe(200);
    expect(said()).toContain('approving it takes your passkey');
    expect(said()).toContain(`http://localhost:${new URL(side.url).port}/review/`);
    expect(await stateOf()).toBe('open');
    expect(await post(bodyOf({}, { action_id: 'refuse' }))).toBe(200);
    expect(await stateOf()).toBe('refused');
  });

  it('that is forged, old, unsigned, too large, or for another organization decides nothing', async () => {
    const body = bodyOf();
    expect(await post(body, { secret: 'another' })).toBe(401);
    expect(await post(body, { signature: '' })).toBe(401);
    expect(await post(body, { signature: slackSignature(SECRET, String(now()), `${body} `) })).toBe(401);
    expect(await post(body, { at: now() - WINDOW_S - 5 })).toBe(401);
    expect(await post(body, { at: now() + WINDOW_S + 5 })).toBe(401);
    expect(await post(body, { org: 'other' })).toBe(401);
    expect(await post('x'.repeat(MAX_SLACK_BYTES + 1))).toBe(413);
    expect(await stateOf()).toBe('open');
    expect(answers).toEqual([]);
  });

  it('that is replayed is not taken again', async () => {
    const [body, at] = [bodyOf({}, { value: 'appr_none' }), now()];
    expect(await post(body, { at })).toBe(200);
    expect(await post(body, { at })).toBe(401);
    expect(answers).toHaveLength(1);
  });
});

describe('who presses', () => {
  it.each([
    ['the one it is for', 'UOTTO01', 'nobody decides about a call made for them'],
    ['somebody unknown', 'UNOBODY', 'linked to nobody'],
    ['somebody two users stand for', 'UTWIN01', 'linked to nobody'],
    ['somebody who is disabled', 'UGONE01', 'linked to nobody'],
    ['somebody whose operator was revoked', 'ULEFT01', 'linked to nobody'],
    ['somebody who may only look', 'UVIEW01', 'linked to nobody'],
  ])('%s decides nothing', async (_who, id, why) => {
    expect(await post(bodyOf({ user: { id } }))).toBe(200);
    expect(said()).toContain(why);
    expect(await stateOf()).toBe('open');
  });

  it('in another workspace decides nothing', async () => {
    expect(await post(bodyOf({ team: { id: 'T0002' } }))).toBe(200);
    expect(said()).toContain('This workspace may not decide here.');
    expect(await stateOf()).toBe('open');
  });

  it('refuse gives the comment of the message, or says where it was refused', async () => {
    const state = { values: { why: { comment: { type: 'plain_text_input', value: ' wrong account ' } } } };
    expect(await post(bodyOf({ state }, { action_id: 'refuse' }))).toBe(200);
    expect((await side.context.approvals.find(ORG, ticket))?.votes).toMatchObject([{ verdict: 'refuse', comment: 'wrong account' }]);
  });

  it('something else is told nothing and changes nothing', async () => {
    for (const body of [bodyOf({}, { action_id: 'delete' }), bodyOf({ type: 'view_submission' }), 'payload=x', 'nothing=1'])
      expect(await post(body)).toBe(200);
    expect(answers).toEqual([]);
    expect(await stateOf()).toBe('open');
  });
});

it('answers go to Slack and to nobody else', () => {
  const to = (url: unknown) => readClick(new URLSearchParams(bodyOf({ response_url: url })).get('payload'))?.answerUrl;
  expect(to('https://hooks.slack.com/x')).toBe('https://hooks.slack.com/x');
  for (const url of [
    ...[
      'http://hooks.slack.com/x',
      'https://hooks.slack.com:8443/x',
      'https://a@hooks.slack.com/x',
      'https://hooks.slack.com.evil.example/x',
    ],
    ...['https://evil.example/hooks.slack.com', 'https://169.254.169.254/latest', 'file:///etc/passwd', 'x', 7, undefined],
  ])
    expect(to(url), String(url)).toBeUndefined();
});
