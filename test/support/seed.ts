// Objects straight into an open store, with their log entries, for tests and benchmarks that need many or need them before the start.
// Goes through ObjectStore.write like every other change.
import type { Core } from '../../src/app.ts';
import { documentDigest } from '../../src/audit/entry.ts';
import { newToken } from '../../src/auth/token.ts';
import type { StoredObject } from '../../src/object/kinds.ts';

export async function seed(core: Pick<Core, 'store' | 'log' | 'clock'>, org: string, objects: readonly StoredObject[]): Promise<number> {
  const timeMs = core.clock.nowMs();
  const changes = objects.map((object) => ({
    kind: object.kind,
    name: object.metadata.name,
    action: 'write' as const,
    digest: documentDigest(object),
  }));
  const entry = core.log.entry(org, { type: 'object', fields: { timeMs, author: 'seed', changes } });
  const writes = objects.map((object) => ({
    kind: object.kind,
    name: object.metadata.name,
    document: object,
    expectedRevision: undefined,
  }));
  const written = await core.store.objects.write(org, writes, 'seed', timeMs, entry);
  if (written.type !== 'written') throw new Error(`seed: ${JSON.stringify(written)}`);
  return written.revision;
}

export function agentObject(name: string, spec: Partial<StoredObject<'agent'>['spec']> = {}): StoredObject<'agent'> {
  return { kind: 'agent', metadata: { name }, spec: { credentialMode: 'service', disabled: false, ...spec } };
}

export function tokenObject(
  name: string,
  agent: string,
  spec: Partial<StoredObject<'token'>['spec']> = {},
): { token: string; object: StoredObject<'token'> } {
  const { token, hash, hint } = newToken();
  return {
    token,
    object: { kind: 'token', metadata: { name }, spec: { agent, hash, hint, createdAt: new Date().toISOString(), ...spec } },
  };
}

export function httpServer(name: string, url: string, spec: Partial<StoredObject<'server'>['spec']> = {}): StoredObject<'server'> {
  return {
    kind: 'server',
    metadata: { name },
    spec: {
      transport: 'http',
      url,
      era: 'auto',
      timeoutMs: 60_000,
      idleShutdownMs: 600_000,
      maxConcurrency: 1024,
      trust: true,
      allowUnknownMethods: false,
      disabled: false,
      ...spec,
    },
  };
}

export function policyObject(name: string, rules: StoredObject<'policy'>['spec']['rules'], order = 1000): StoredObject<'policy'> {
  return { kind: 'policy', metadata: { name }, spec: { order, rules } };
}
