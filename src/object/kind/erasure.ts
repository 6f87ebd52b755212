// Kind `erasure`: the request that sealed values of one person, agent, token or call be deleted, and their reversible tokens be worth nothing.
// It is carried out in the background. It covers what was asked for up to `at`, and nothing later.
import { z } from 'zod';
import { instant } from './field.ts';
import { reason, selectionMembers } from './selection.ts';

export const erasureSpec = z
  .strictObject({
    match: z.strictObject(selectionMembers),
    reason,
    /** Calls decided up to this moment. */
    at: instant,
  })
  .superRefine(({ match: { user, agent, token, call } }, context) => {
    if (!user && !agent && !token && !call)
      context.addIssue({
        code: 'custom',
        path: ['match'],
        message: 'name a user, an agent, a token or a call: an erasure of everything is no request',
      });
  });
