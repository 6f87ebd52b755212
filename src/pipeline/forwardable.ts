// Which methods may go to a server at all, whatever the rules say: those a revision names, in the shape it names them, and others only where the
// server's object asks for it. Never decides who may use them.
import type { Call } from '../call.ts';
import { knownMethods, methodInfo } from '../mcp/method-kind.ts';
import type { ServerSpec } from '../object/kinds.ts';

/** Questions of servers and what the gateway reads for itself are not the agent's words; rules alone decide about them. */
export function isForwardable(call: Call, spec: ServerSpec): boolean {
  if (call.origin === 'gateway' || call.parent) return true;
  const info = methodInfo(call.method);
  if (!info) return spec.allowUnknownMethods && !looksKnown(call.method);
  return info.shape === (call.kind === 'notification' ? 'notification' : 'request');
}

/** A lenient server may take `Tools/Call` for `tools/call`, which the rules on tools did not see. */
function looksKnown(method: string): boolean {
  return KNOWN.has(folded(method));
}

function folded(method: string): string {
  return method
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^a-z/]/g, '');
}

const KNOWN: ReadonlySet<string> = new Set(knownMethods().map(folded));
