// What the conformance profile needs before it serves: the servers under test and a policy that allows everything on them.
// Refused outside that profile: servers are registered by `sallyport apply` then.
import { openCore } from '../app.ts';
import { documentDigest } from '../audit/entry.ts';
import type { Config } from '../config.ts';
import { GatewayError } from '../lib/error.ts';
import { kinds, type StoredObject } from '../object/kinds.ts';

export async function registerForConformance(config: Config, upstreams: readonly string[]): Promise<void> {
  if (config.profile !== 'conformance') {
    throw new GatewayError('usage', '--upstream works with --profile conformance only. Register servers with `sallyport apply -f FILE`.');
  }
  const objects = [...upstreams.map(serverOf), policy()];
  const core = await openCore(config, { create: true });
  try {
    const timeMs = core.clock.nowMs();
    const changes = objects.map((object) => ({
      kind: object.kind,
      name: object.metadata.name,
      action: 'write' as const,
      digest: documentDigest(object),
    }));
    const entry = core.log.entry(config.organization, { type: 'object', fields: { timeMs, author: 'conformance profile', changes } });
    const writes = objects.map((object) => ({
      kind: object.kind,
      name: object.metadata.name,
      document: object,
      expectedRevision: undefined,
    }));
    await core.store.objects.write(config.organization, writes, 'conformance profile', timeMs, entry);
  } finally {
    await core.store.lifecycle.close();
  }
}

/** `name=url`, or `name=sse:url` for the old HTTP+SSE transport. */
function serverOf(text: string): StoredObject<'server'> {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(0, at));
  const target = text.slice(at + 1);
  const sse = target.startsWith('sse:');
  const parsed = kinds.server.safeParse({
    transport: sse ? 'sse' : 'http',
    url: sse ? target.slice(4) : target,
    allowUnknownMethods: true,
    trust: true,
  });
  if (at < 1 || !parsed.success) throw new GatewayError('usage', `--upstream takes NAME=URL, not ${JSON.stringify(text.slice(0, 200))}.`);
  return { kind: 'server', metadata: { name }, spec: parsed.data };
}

function policy(): StoredObject<'policy'> {
  return {
    kind: 'policy',
    metadata: { name: 'conformance' },
    spec: { order: 1000, rules: [{ name: 'everything', match: {}, effect: 'allow' }] },
  };
}
