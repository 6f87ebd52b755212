// Kind `passkey`: a reviewer's key for approvals that take one. Made by whoever holds it, on the page of an invitation; holds nothing secret.
import { z } from 'zod';
import { instant, name } from './field.ts';

const bytes = z.string().regex(/^[A-Za-z0-9_-]{1,2000}$/, 'base64url without padding');

export const passkeySpec = z.strictObject({
  /** Whose it is. */
  user: name,
  /** Id of the credential, as the authenticator made it. */
  credential: bytes,
  /** Its public key: SubjectPublicKeyInfo in DER. ES256, Ed25519 or RS256. */
  key: bytes,
  /** Host it was made for; it is good there and nowhere else. */
  rpId: z.string().min(1).max(253),
  registeredAt: instant,
  /** Operator who signed in to register it. */
  registeredBy: name,
  /** Operator who invited them to. */
  invitedBy: name,
});
