// The wire format of passkeys: part of contract.ts.
// Never imports anything that runs.
import { z } from 'zod';

/** Characters of a part of an assertion, in base64url. */
const MAX_PART_CHARS = 2_000;
const part = z.string().min(1).max(MAX_PART_CHARS);

export const passkeyQuery = z.strictObject({ user: z.string().max(63).optional() });
export const passkeyBody = z.object({
  name: z.string(),
  title: z.string().optional(),
  user: z.string(),
  credential: z.string(),
  rpId: z.string(),
  registeredAt: z.string(),
  registeredBy: z.string(),
  invitedBy: z.string(),
  lastUsedAt: z.string().optional(),
});
export const passkeyList = z.object({ passkeys: z.array(passkeyBody) });
export const inviteRequest = z.strictObject({ user: z.string().min(1).max(63) });
/** Leads to the page on which the user registers; worth nothing without the user's sign-in there. */
export const inviteReply = z.object({ user: z.string(), url: z.string(), expiresAt: z.string() });
export const grantedRevision = z.object({ name: z.string(), revision: z.number() });

/** For `navigator.credentials.get`: `challenge` and `credentials` are base64url. `state` comes back with the assertion. */
export const challengeReply = z.object({
  challenge: z.string(),
  rpId: z.string(),
  credentials: z.array(z.string()),
  state: z.string(),
  expiresAt: z.string(),
});
/** An assertion as the browser gave it, in base64url. */
export const assertionBody = z.strictObject({
  state: part,
  credential: part,
  authenticatorData: part,
  clientData: part,
  signature: part,
});

export type PasskeyList = z.infer<typeof passkeyList>;
export type InviteReply = z.infer<typeof inviteReply>;
