// Tokens of an agent become values again for a server that may have them; one that is not its own stops the call. What the server then gets fits its
// input schema: a field for an address takes the token of one.
import type { DlpModel } from '../detect/dlp/model.ts';
import type { TokenBook } from '../detect/dlp/token.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { holdsOwnToken, revealTokens, type VaultSeal } from './dlp-token.ts';
import { deny, type Flight, PASS, type Verdict } from './flight.ts';
import { checkArguments } from './validate.ts';

export function reveal(flight: Flight, model: DlpModel, ports: { tokens: TokenBook; seal: VaultSeal }): Verdict {
  const { call } = flight;
  const server = call.target?.server;
  if (!call.params || server === undefined) return PASS;
  const done = revealTokens(flight, model, call.params, model.mayReveal(server), ports);
  if (done === 'unknown') return UNKNOWN;
  if (done.revealed > 0) {
    noteRevealed(flight, done.revealed, 'arguments');
    call.params = done.params;
    call.paramsText = undefined;
  }
  return stillFits(flight, done.revealed);
}

/**
 * Where no object of kind dlp is left, nobody may have the value of a token, and no server gets the token for one. INVARIANT: a text that only looks like
 * a token passes there (test/scenario/dlp.test.ts).
 */
export function refuseLeftover({ call, control }: Flight, seal: VaultSeal): Verdict {
  const { params, paramsText } = call;
  if (!params || call.kind === 'reverse' || (paramsText !== undefined && !MAY_HOLD_TOKEN.test(paramsText))) return PASS;
  return holdsOwnToken(params, seal, call.principal?.org ?? control.org) ? LEFT_OVER : PASS;
}

/** The same for what an agent answers a server that asked. `model`: undefined where no object of kind dlp is left. */
export function revealAnswer(flight: Flight, model: DlpModel | undefined, ports: { tokens: TokenBook; seal: VaultSeal }): Verdict {
  const { call, reply, control } = flight;
  if (reply === undefined || reply.type === 'accepted') return PASS;
  const said = reply.type === 'result' ? reply.result : (reply.error as unknown as JsonObject);
  const server = call.target?.server ?? call.parent?.target?.server;
  if (model === undefined) return holdsOwnToken(said, ports.seal, call.principal?.org ?? control.org) ? LEFT_OVER : PASS;
  const done = revealTokens(flight, model, said, server !== undefined && model.mayReveal(server), ports);
  if (done === 'unknown') return UNKNOWN;
  if (done.revealed === 0) return PASS;
  noteRevealed(flight, done.revealed, 'result');
  flight.reply =
    reply.type === 'result'
      ? { ...reply, result: done.params, resultText: undefined }
      : { ...reply, error: done.params as unknown as typeof reply.error };
  return PASS;
}

const UNKNOWN = deny(
  'blocked_content',
  'What the agent sends holds a data token that is not valid here: it expired, was purged, or belongs to somebody else. Read the data again to get a new one.',
  'builtin/dlp-token',
);
const LEFT_OVER = deny(
  'blocked_content',
  'What the agent sends holds a data token, and the rules it was made under are gone: nothing turns it back into its value. Read the data again.',
  'builtin/dlp-token',
);

function noteRevealed(flight: Flight, count: number, where: 'arguments' | 'result'): void {
  const finding = { type: 'dlp.token', where, path: undefined, count, confidence: 1, action: 'reveal' } as const;
  flight.call.findings = [...flight.call.findings, finding];
  flight.ports.metrics.finding(finding.type, finding.action, finding.count, flight.control.org);
}

/** The start of one, or an escape, behind which there may be one. */
const MAY_HOLD_TOKEN = /dlp_|\\u/;

function stillFits(flight: Flight, revealed: number): Verdict {
  const { target, params } = flight.call;
  if ((revealed === 0 && !flight.validateRevealed) || flight.call.method !== 'tools/call' || target?.definition === undefined) return PASS;
  flight.validateRevealed = false;
  return checkArguments(flight, target.definition, isObject(params?.arguments) ? params.arguments : {});
}
