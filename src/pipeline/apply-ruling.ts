// What rules say about the finds in one message, done to it: what changes is changed, and what stops it is told.
import type { Match } from '../detect/dlp/finding-kind.ts';
import type { DlpModel, DlpPlan } from '../detect/dlp/model.ts';
import { changes, type Replacer, type Ruled, redactJsonInSteps, redactTextInSteps, ruleOn } from '../detect/dlp/redact.ts';
import type { DlpScanner } from '../detect/dlp/scanner.ts';
import type { TokenBook } from '../detect/dlp/token.ts';
import type { JsonObject } from '../lib/json.ts';
import { alignCopies } from './align-copies.ts';
import { termsOf, tokenSeal, type VaultSeal } from './dlp-token.ts';
import { ruledIn } from './fixed-find.ts';
import type { Flight } from './flight.ts';
import type { MessagePart } from './message-part.ts';
import { withPartInSteps } from './part-writer.ts';
import { redactStructured } from './redact-structured.ts';

export interface DlpPorts {
  scanner: DlpScanner;
  tokens: TokenBook;
  seal: VaultSeal;
}

export interface Seen {
  /** The message as it may go on; undefined when it may not. */
  message: JsonObject | undefined;
  ruled: readonly { part: MessagePart; ruled: readonly Ruled[] }[];
  exceeded: DlpPlan['budget']['onExceed'] | undefined;
}

/** What the plan says about each find. In steps, of a long message. */
export function* apply(
  flight: Flight,
  message: JsonObject,
  parts: readonly MessagePart[],
  found: readonly Match[][],
  exceeded: Seen['exceeded'],
  plan: DlpPlan,
  model: DlpModel | undefined,
  ports: DlpPorts,
): Generator<void, Seen, void> {
  const ruled: { part: MessagePart; ruled: Ruled[] }[] = [];
  for (const [index, part] of parts.entries()) {
    const own = ruleOn(found[index] ?? [], part.text, plan);
    if (own.length > 0) ruled.push({ part, ruled: ruledIn(part, own) });
    yield;
  }
  if (!ruled.some((one) => changes(one.ruled))) return { message, ruled, exceeded };
  const replacer = replacerFor(flight, model, plan, ports);
  let next: JsonObject | undefined = message;
  const fresh = new WeakSet<object>();
  for (const one of ruled) {
    if (next === undefined) break;
    next =
      one.part.pointer === '/structuredContent'
        ? yield* redactStructured(flight, next, one.part, one.ruled, replacer)
        : yield* withPartInSteps(next, one.part, yield* redactPart(one.part, one.ruled, replacer), fresh);
    yield;
  }
  return { message: next && (yield* alignCopies(message, next, ruled, replacer)), ruled, exceeded };
}

function* redactPart(part: MessagePart, ruled: readonly Ruled[], replacer: Replacer): Generator<void, string, void> {
  return part.kind === 'json' ? yield* redactJsonInSteps(part.text, ruled, replacer) : yield* redactTextInSteps(part.text, ruled, replacer);
}

function replacerFor(flight: Flight, model: DlpModel | undefined, plan: DlpPlan, ports: DlpPorts): Replacer {
  const { principal } = flight.call;
  const org = principal?.org ?? flight.control.org;
  const seal = tokenSeal(ports.seal, org);
  const terms = termsOf(flight, model ?? { tokens: plan.tokens, erasedMs: () => undefined });
  return {
    mac: (text) => seal.mac(text),
    token: (match, value) => ports.tokens.issue(org, match.type, value, terms, seal),
  };
}
