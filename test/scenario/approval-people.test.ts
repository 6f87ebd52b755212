// Where approving takes several people, a running gateway counts people: one person with two operators fills no quorum, linked or not.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { adminAs, type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';

let orgs: OrgGateway;
let acme: Tenant;

beforeAll(async () => {
  orgs = await startOrgGateway(['acme'], { flags: { 'approvals.waitMs': '0' } });
  acme = orgs.tenants.acme as Tenant;
  await acme.apply(`
kind: policy
metadata: {name: p}
spec:
  tier: guardrail
  rules:
    - {name: held, match: {tool: [common]}, effect: hold, obligations: {approvers: {quorum: 2}}}
---
kind: user
metadata: {name: bob}
spec: {name: Bob}
`);
});
afterAll(() => orgs?.close());

const operator = async (name: string, user?: string): Promise<Tenant['admin']> => {
  const made = await acme.admin('POST', '/api/v1/operators', { name, role: 'reviewer', ...(user === undefined ? {} : { user }) });
  expect(made.status, made.text).toBe(200);
  return adminAs(() => orgs.gateway.adminUrl, (made.json as { token: string }).token);
};

async function heldCall(args: object = {}): Promise<string> {
  const { text } = await acme.ask('tools/call', { name: 'common', arguments: args });
  return /appr_[A-Za-z0-9]+/.exec(text)?.[0] ?? text;
}

it('two operators of one person fill no quorum: linked they are one, and of others nobody knows whose they are', {
  timeout: 120_000,
}, async () => {
  const id = await heldCall();
  expect(id).toMatch(/^appr_/);
  const [one, two] = [await operator('one'), await operator('two')];
  for (const unknown of [one, two]) {
    const refused = await unknown('POST', `/api/v1/approvals/${id}/approve`, {});
    expect(refused).toMatchObject({ status: 403, text: expect.stringContaining('linked to no user (spec.user)') });
  }
  const [ann, again, bob] = [await operator('ann-1', 'ann'), await operator('ann-2', 'ann'), await operator('bob-1', 'bob')];
  expect(await ann('POST', `/api/v1/approvals/${id}/approve`, {})).toMatchObject({ status: 200, json: { state: 'open' } });
  expect((await again('POST', `/api/v1/approvals/${id}/approve`, {})).status).toBe(409);
  expect((await one('POST', `/api/v1/approvals/${id}/approve`, {})).status, 'ann may be behind it').toBe(403);
  expect((await acme.ask('tools/call', { name: 'common', arguments: {} })).text).toContain(id);
  expect(await bob('POST', `/api/v1/approvals/${id}/approve`, {})).toMatchObject({ status: 200, json: { state: 'approved' } });
  expect((await acme.ask('tools/call', { name: 'common', arguments: {} })).text).toContain('done by');

  // To say no takes no link: one refusal is enough, whoever it is of.
  const next = await heldCall({ only_acme: 'x' });
  expect(next).not.toBe(id);
  expect(await one('POST', `/api/v1/approvals/${next}/deny`, { comment: 'no' })).toMatchObject({ json: { state: 'refused' } });
});
