// Which log entries an operator asked for. Reads the content of entries, changes nothing.
import type { StoredEntry } from '../audit/port.ts';
import { isObject, type JsonObject } from '../lib/json.ts';

export interface LogFilter {
  type?: string | undefined;
  effect?: string | undefined;
  agent?: string | undefined;
  server?: string | undefined;
  tool?: string | undefined;
}

/** Takes everything when no member is set. */
export function entryFilter(filter: LogFilter): (entry: StoredEntry) => boolean {
  const { type, effect, agent, server, tool } = filter;
  if ([type, effect, agent, server, tool].every((wanted) => wanted === undefined)) return () => true;
  return ({ content }) => {
    const fields = contentOf(content);
    const principal = isObject(fields.principal) ? fields.principal : {};
    return (
      is(fields.type, type) && is(fields.effect, effect) && is(principal.agent, agent) && is(fields.server, server) && is(fields.tool, tool)
    );
  };
}

/** Commitments that stand in an entry. */
export function commitmentsOf(entry: StoredEntry): string[] {
  const fields = contentOf(entry.content);
  const named = fields.type === 'decision' ? fields.arguments : fields.type === 'outcome' ? fields.result : undefined;
  return typeof named === 'string' ? [named] : [];
}

function is(found: unknown, wanted: string | undefined): boolean {
  return wanted === undefined || found === wanted;
}

function contentOf(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  return isObject(value) ? value : {};
}
