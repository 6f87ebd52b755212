// Kind `role`: what its members may use. Grants only allow, and only where no rule before them denies. Not the role of an operator.
import { z } from 'zod';
import { globs, names, text } from './field.ts';

/** Selectors of one grant, as in the match of a rule; a member that is absent leaves it open. */
export const roleGrant = z
  .strictObject({
    server: globs.optional(),
    tool: globs.optional(),
    prompt: globs.optional(),
    resource: globs.optional(),
    method: globs.optional(),
  })
  .refine(
    (grant) => Object.values(grant).some((selector) => selector !== undefined),
    'a grant needs a selector; server: ["*"] is everything',
  );

export const roleSpec = z.strictObject({
  /** Who answers for it. */
  owner: text.optional(),
  /** Whoever is named here, or belongs to a class or team named here. Nobody when it is empty. */
  members: z
    .strictObject({ agents: names.optional(), classes: names.optional(), teams: names.optional(), users: names.optional() })
    .optional(),
  grants: z.array(roleGrant).max(1_000),
});
