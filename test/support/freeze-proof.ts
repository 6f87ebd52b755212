// Reads a log and says which calls were forwarded although a freeze that stands before them covers them. Knows the format of entries, nothing of the
// gateway: scopes are compared here anew. By the joining rule a decision counts only when it was made under the revision at its own place.

interface FreezeRef {
  name: string;
  scope: Record<string, unknown>;
  until?: string;
  drill?: boolean;
}

interface Entry {
  header: { seq: number; revision: number };
  content: {
    type: string;
    time: string;
    effect?: string;
    judged?: number;
    principal?: { agent: string; class?: string; token?: string; user?: string };
    server?: string;
    surface?: string;
    tool?: string;
    changes?: { kind: string; name: string; action: string }[];
    freezes?: FreezeRef[];
  };
}

export interface FrozenForward {
  seq: number;
  freeze: string;
}

/** Lines as an export has them. `frozenAt`: sequence numbers of the entries that set freezes. */
export function frozenForwards(lines: readonly string[]): { forwards: FrozenForward[]; frozenAt: number[]; allowed: number } {
  const active = new Map<string, FreezeRef>();
  const forwards: FrozenForward[] = [];
  const frozenAt: number[] = [];
  let allowed = 0;
  for (const line of lines) {
    const { header, content } = JSON.parse(line) as Entry;
    if (content.type === 'object') {
      for (const { kind, name, action } of content.changes ?? []) if (kind === 'freeze' && action === 'delete') active.delete(name);
      for (const freeze of content.freezes ?? []) if (!freeze.drill) active.set(freeze.name, freeze);
      if (content.freezes?.some(({ drill }) => !drill)) frozenAt.push(header.seq);
    } else if (content.type === 'decision' && content.effect === 'allow' && content.judged === header.revision) {
      allowed++;
      for (const freeze of active.values()) if (covers(freeze, content)) forwards.push({ seq: header.seq, freeze: freeze.name });
    }
  }
  return { forwards, frozenAt, allowed };
}

function covers({ scope, until }: FreezeRef, { time, principal, server, surface, tool }: Entry['content']): boolean {
  if (until !== undefined && Date.parse(time) >= Date.parse(until)) return false;
  const at = server ?? (surface?.startsWith('server/') ? surface.slice('server/'.length) : undefined);
  if (scope.everyone === true) return true;
  if (scope.agent !== undefined) return principal?.agent === scope.agent;
  if (scope.class !== undefined) return principal?.class === scope.class;
  if (scope.user !== undefined) return principal?.user === scope.user;
  if (scope.token !== undefined) return principal?.token === scope.token;
  if (scope.server !== undefined) return at === scope.server;
  const wanted = scope.tool as { server: string; name: string };
  return at === wanted.server && tool === wanted.name;
}
