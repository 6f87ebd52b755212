// The joining rule (DESIGN §4): what is committed before a call's decision binds that call, on every replica, and the log alone proves it.
// Random interleavings of calls and changes through two gateways on one PostgreSQL, and through one gateway on the embedded store.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entryLine } from '../../src/audit/chain.ts';
import { verifyLog } from '../../src/audit/verify.ts';
import type { CallOutcome } from '../../src/call.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { callOf, type Harness, harness } from '../support/pipeline-harness.ts';
import { startPostgres } from '../support/postgres.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const reader = tokenObject('reader', 'reader');
const allow = policyObject('main', [{ name: 'reads', match: { tool: ['read_note'] }, effect: 'allow' }]);
const forbid = policyObject('main', [{ name: 'none', match: {}, effect: 'deny' }]);
const revoked: StoredObject<'token'> = { ...reader.object, spec: { ...reader.object.spec, revokedAt: '2026-01-01T00:00:00.000Z' } };
const freeze: StoredObject<'freeze'> = { kind: 'freeze', metadata: { name: 'stop' }, spec: { scope: { everyone: true }, reason: 'drill' } };
const thawed: StoredObject<'freeze'> = {
  kind: 'freeze',
  metadata: { name: 'stop' },
  spec: { scope: { agent: 'nobody' }, reason: 'drill' },
};
const base = [agentObject('reader'), reader.object, httpServer('notes', 'http://127.0.0.1:9/mcp'), allow, thawed];

type Step = { at: 0 | 1; do: 'call' | 'allow' | 'forbid' | 'freeze' | 'thaw' | 'revoke' | 'restore' };
const CHANGES: Record<Exclude<Step['do'], 'call'>, StoredObject> = {
  allow,
  forbid,
  freeze,
  thaw: thawed,
  revoke: revoked,
  restore: reader.object,
};
const steps = fc.array(
  fc.record({
    at: fc.constantFrom<0 | 1>(0, 1),
    do: fc.constantFrom<Step['do']>('call', 'call', 'call', 'allow', 'forbid', 'freeze', 'thaw', 'revoke', 'restore'),
  }),
  { minLength: 4, maxLength: 24 },
);

let postgres: Awaited<ReturnType<typeof startPostgres>>;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

describe('the joining rule', () => {
  it('binds the very next call on the other gateway (PostgreSQL, two gateways)', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-join-'));
    const first = await harness({ objects: base, databaseUrl: postgres.url, dataDir });
    const second = await harness({ databaseUrl: postgres.url, dataDir });
    try {
      await fc.assert(
        fc.asyncProperty(steps, (script) => inOrder([first, second], script)),
        { numRuns: 40, endOnFailure: true },
      );
      await fc.assert(
        fc.asyncProperty(steps, (script) => atOnce([first, second], script)),
        { numRuns: 20, endOnFailure: true },
      );
      await expectSound(first);
    } finally {
      await second.close();
      await first.close();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });

  it('binds the very next call on the embedded store', async () => {
    const only = await harness({ objects: base });
    try {
      await fc.assert(
        fc.asyncProperty(steps, (script) => inOrder([only, only], script)),
        { numRuns: 40, endOnFailure: true },
      );
      await fc.assert(
        fc.asyncProperty(steps, (script) => atOnce([only, only], script)),
        { numRuns: 20, endOnFailure: true },
      );
      await expectSound(only);
    } finally {
      await only.close();
    }
  });
});

interface Model {
  allowed: boolean;
  frozen: boolean;
  revoked: boolean;
}

/** One step after the other: every call must come out as the changes before it say, whichever gateway they went through. */
async function inOrder(gateways: readonly [Harness, Harness], script: readonly Step[]): Promise<void> {
  await gateways[0].seed(allow, thawed, reader.object);
  const model: Model = { allowed: true, frozen: false, revoked: false };
  for (const step of script) {
    const gateway = gateways[step.at];
    if (step.do !== 'call') {
      await gateway.seed(CHANGES[step.do]);
      apply(model, step.do);
      continue;
    }
    const outcome = await call(gateway);
    expect(kindOf(outcome)).toBe(expected(model));
  }
}

/** Everything at once: whatever the order turns out to be, nothing is forwarded under a revision that is not its own. */
async function atOnce(gateways: readonly [Harness, Harness], script: readonly Step[]): Promise<void> {
  await Promise.all(script.map((step) => (step.do === 'call' ? call(gateways[step.at]) : gateways[step.at].seed(CHANGES[step.do]))));
  const entries = await gateways[0].entries();
  for (const gateway of gateways) {
    for (const { receipt } of gateway.sent) {
      const decision = entries[receipt.seq - 1];
      expect(decision?.content.judged).toBe(decision?.header.revision);
      expect(decision?.content.effect).toBe('allow');
    }
  }
}

function call(gateway: Harness): Promise<CallOutcome> {
  return gateway.pipeline.run(callOf('tools/call', { bearer: reader.token, params: { name: 'read_note', arguments: { id: 1 } } }));
}

function apply(model: Model, change: Exclude<Step['do'], 'call'>): void {
  if (change === 'allow' || change === 'forbid') model.allowed = change === 'allow';
  else if (change === 'freeze' || change === 'thaw') model.frozen = change === 'freeze';
  else model.revoked = change === 'revoke';
}

function expected(model: Model): string {
  if (model.revoked) return 'token_revoked';
  if (model.frozen) return 'frozen';
  return model.allowed ? 'result' : 'denied_by_rule';
}

function kindOf(outcome: CallOutcome): string {
  return outcome.type === 'denied' ? outcome.code : outcome.type;
}

async function expectSound(gateway: Harness): Promise<void> {
  const lines = (async function* () {
    for await (const entry of gateway.core.store.log.read({ org: gateway.org })) yield entryLine(entry);
  })();
  const verdict = await verifyLog(lines);
  expect(verdict).toMatchObject({ state: 'sound' });
}
