// Kind `organization`: settings of the organization it stands in, at most one, under the organization's own name. It grants nothing.
import { z } from 'zod';
import { approvers, name, networks, text } from './field.ts';

const DAY_MS = 86_400_000;
const span = z
  .number()
  .int()
  .min(60_000)
  .max(3_660 * DAY_MS);

export const organizationSpec = z.strictObject({
  /** Who answers for it. */
  owner: text.optional(),
  /** Whom people ask for access. */
  contact: text.optional(),
  /** Of agents that name none and whose class names none. */
  environment: name.optional(),
  /** Networks that calls of all its tokens come from; a class or token can only narrow it. */
  sourceNetworks: networks.optional(),
  /** Of calls that a rule holds without saying who decides. */
  approvals: z
    .strictObject({
      approvers: approvers.optional(),
      /** A ticket, and the grant it becomes, ends after this time. */
      expireAfterMs: span.max(30 * DAY_MS).optional(),
      /** Buttons of Slack messages: the app's signing secret, and the workspace whose people may press them (any, when not given). */
      slack: z
        .strictObject({
          signingSecret: z.strictObject({ secret: name }),
          team: z
            .string()
            .regex(/^[TE][A-Z0-9]{2,30}$/, 'the id of a Slack workspace, e.g. T012AB3CD')
            .optional(),
        })
        .optional(),
      /** The answer of a call that ran on an approval is kept so long for the identical call; 0: not at all. */
      keepAnswerMs: z.number().int().min(0).max(DAY_MS).optional(),
    })
    .optional(),
  tokens: z
    .strictObject({
      /** Every new token must expire, at the latest after this time. */
      maxLifetimeMs: span.optional(),
      /** A token that expires within this time is reported. */
      expiringWithinMs: span.default(7 * DAY_MS),
      /** A token that was not used for this time is reported. */
      unusedForMs: span.default(30 * DAY_MS),
    })
    .optional(),
});
