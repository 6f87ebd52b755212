// A log that is not the one that was signed: no checkpoint is made of it, and whoever subscribed to that is told.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';
import { webhookSecret } from '../support/subscription-object.ts';
import { startReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

let orgs: OrgGateway;
let acme: Tenant;
let hook: WebhookReceiver;

beforeAll(async () => {
  hook = await startReceiver(webhookSecret(1));
  orgs = await startOrgGateway(['acme'], { flags: { 'audit.checkpointIntervalMs': '200' } });
  acme = orgs.tenants.acme as Tenant;
});
afterAll(async () => {
  await orgs?.close();
  await hook?.close();
});

it('a checkpoint that cannot be made is told, once', { timeout: 180_000 }, async () => {
  const channel = { type: 'webhook', url: hook.url, secrets: ['hook-key'], allowPrivate: true };
  const objects = [
    { kind: 'secret', metadata: { name: 'hook-key' }, spec: { value: webhookSecret(1) } },
    { kind: 'subscription', metadata: { name: 'health' }, spec: { events: ['checkpoint.*', 'log.*'], channel } },
  ];
  await acme.apply(objects.map((object) => JSON.stringify(object)).join('\n---\n'));
  const made = await acme.admin('POST', '/api/v1/log/checkpoints');
  expect(made.status, made.text).toBe(200);
  const { size } = made.json as { size: number };
  const db = new DatabaseSync(join(orgs.config.dataDir, 'sallyport.db'), { timeout: 30_000 });
  expect(db.prepare('UPDATE entry SET hash = ? WHERE seq = ?').run('ab'.repeat(32), size - 1).changes).toBeGreaterThan(0);
  db.close();
  await orgs.restart();
  await vi.waitFor(() => expect(hook.accepted('checkpoint.failed').length).toBeGreaterThan(0), { timeout: 90_000, interval: 100 });
  const [told] = hook.accepted('checkpoint.failed');
  expect(told?.data).toMatchObject({ organization: 'acme', subject: 'log', severity: 'critical', code: 'checkpoint_mismatch' });
  expect(new Set(hook.accepted('checkpoint.failed').map(({ id }) => id)).size).toBe(1);
  expect(hook.unverified).toEqual([]);
});
