// Structured content without what was found in it, so that it still fits its output schema: each value is replaced as the plan says where the schema
// lets it, by something of the same shape where it does not. In steps; never gives back content that fitted and no longer does.
import { meet, placesIn, withoutIndexes } from '../detect/dlp/json-place.ts';
import { type Manner, type Replacer, type Ruled, redactJsonInSteps } from '../detect/dlp/redact.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import type { Flight } from './flight.ts';
import type { MessagePart } from './message-part.ts';
import { outputCheck } from './output-check.ts';
import { withPartInSteps } from './part-writer.ts';

const MANNERS: readonly Manner[] = ['planned', 'shaped', 'fitted'];
/** Times that only what does not fit is replaced otherwise; afterwards everything is. Of a long text, whose check takes its time, once. */
const ROUNDS_BY_PLACE = 3;
const LONG_CHARS = 262_144;

/**
 * INVARIANT: structured content that fitted its output schema fits it after redaction, or the answer is withheld (test/scenario/dlp.test.ts).
 * Undefined when nothing fits.
 */
export function* redactStructured(
  flight: Flight,
  message: JsonObject,
  part: MessagePart,
  ruled: readonly Ruled[],
  replacer: Replacer,
): Generator<void, JsonObject | undefined, void> {
  const check = outputCheck(flight, message.structuredContent as Json);
  yield;
  const byPlace = part.text.length > LONG_CHARS ? 1 : ROUNDS_BY_PLACE;
  let levels = ruled.map(() => 0);
  let places: string[] | undefined;
  for (let round = 0; round < byPlace + MANNERS.length; round++) {
    const manners = levels.map((level) => MANNERS[level] as Manner);
    const redacted = yield* redactJsonInSteps(part.text, ruled, replacer, manners);
    yield;
    const next = yield* withPartInSteps(message, part, redacted);
    yield;
    const issues = check?.(next.structuredContent as Json) ?? [];
    if (issues.length === 0) return next;
    places ??= yield* placesIn(
      part.text,
      ruled.map(({ match }) => match.start),
    );
    const wrong = new Set(round < byPlace ? issues.map(({ path }) => withoutIndexes(path)) : ['']);
    const raised = levels.map((level, index) => (touches(wrong, places?.[index] ?? '') ? Math.min(level + 1, MANNERS.length - 1) : level));
    if (round >= byPlace && raised.every((level, index) => level === levels[index])) return undefined;
    levels = raised;
  }
  return undefined;
}

function touches(wrong: ReadonlySet<string>, place: string): boolean {
  for (const one of wrong) if (meet(one, place)) return true;
  return false;
}
