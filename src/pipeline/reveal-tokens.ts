// Tokens of an agent become values again for a server that may have them; one that is not its own stops the call. What the server then gets fits its
// input schema: a field for an address takes the token of one.
import type { DlpModel } from '../detect/dlp/model.ts';
import type { TokenBook } from '../detect/dlp/token.ts';
import { isObject } from '../lib/json.ts';
import { holdsOwnToken, revealTokens, type VaultSeal } from './dlp-token.ts';
import { deny, type Flight, PASS, type Verdict } from './flight.ts';
import { checkArguments } from './validate.ts';

export function reveal(flight: Flight, model: DlpModel, ports: { tokens: TokenBook; seal: VaultSeal }): Verdict {
  const { call } = flight;
  const server = call.target?.server;
  if (!call.params || server === undefined) return PASS;
  const done = revealTokens(flight, model, call.params, model.mayReveal(server), ports);
  if (done === 'unknown')
    return deny(
      'blocked_content',
      'The arguments hold a data token that is not valid here: it expired, was purged, or belongs to somebody else. Read the data again to get a new one.',
      'builtin/dlp-token',
    );
  if (done.revealed > 0) {
    const finding = {
      type: 'dlp.token',
      where: 'arguments',
      path: undefined,
      count: done.revealed,
      confidence: 1,
      action: 'reveal',
    } as const;
    call.findings = [...call.findings, finding];
    flight.ports.metrics.finding(finding.type, finding.action, finding.count, flight.control.org);
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
  return holdsOwnToken(params, seal, call.principal?.org ?? control.org)
    ? deny(
        'blocked_content',
        'The arguments hold a data token, and the rules it was made under are gone: nothing turns it back into its value. Read the data again.',
        'builtin/dlp-token',
      )
    : PASS;
}

/** The start of one, or an escape, behind which there may be one. */
const MAY_HOLD_TOKEN = /dlp_|\\u/;

function stillFits(flight: Flight, revealed: number): Verdict {
  const { target, params } = flight.call;
  if ((revealed === 0 && !flight.validateRevealed) || flight.call.method !== 'tools/call' || target?.definition === undefined) return PASS;
  flight.validateRevealed = false;
  return checkArguments(flight, target.definition, isObject(params?.arguments) ? params.arguments : {});
}
