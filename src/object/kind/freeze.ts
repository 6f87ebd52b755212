// Kind `freeze`: a row of the kill switch. It only stops; nothing in it can let a call through.
// `setBy`, `setAt` and `liftRequest` are written by the gateway (object/freeze-guard.ts): what a file or a request says there is not believed.
import { z } from 'zod';
import { glob, instant, name, text } from './field.ts';

/** Most people that lifting can take. */
export const MAX_LIFT_APPROVALS = 2;

export const liftApprovals = z.number().int().min(1).max(MAX_LIFT_APPROVALS);

/** Whom or what a freeze stops. */
export const freezeScope = z.union([
  z.strictObject({ everyone: z.literal(true) }),
  z.strictObject({ agent: name }),
  z.strictObject({ class: name }),
  z.strictObject({ user: name }),
  z.strictObject({ token: name }),
  z.strictObject({ server: name }),
  /** Name of the tool at its server; both may be globs. Compared without regard to case and look-alike forms: a freeze errs on the side of stopping. */
  z.strictObject({ tool: z.strictObject({ server: glob, name: glob }) }),
]);

export const freezeSpec = z.strictObject({
  scope: freezeScope,
  reason: text.min(1),
  until: instant.optional(),
  /** People that lifting takes. With 2, one asks and another one confirms. */
  lift: z.strictObject({ approvals: liftApprovals.default(1) }).optional(),
  /** Stops nothing: every gateway says how long it would have taken to. */
  drill: z.literal(true).optional(),
  /** Operator who set it. */
  setBy: text.optional(),
  setAt: instant.optional(),
  /** First half of lifting with two people. */
  liftRequest: z.strictObject({ by: text, at: instant }).optional(),
});
