// Kind `legal-hold`: sealed values that must stay, whatever else asks for their deletion. Who set it stands in its history and in the log.
// Not to be confused with `hold`, what a rule does to a call.
import { z } from 'zod';
import { reason, selectionMembers } from './selection.ts';

export const legalHoldSpec = z.strictObject({
  /** Empty: everything. */
  match: z.strictObject(selectionMembers).default({}),
  reason,
});
