// A log in which an approval took passkeys: registered, voted with, used up. The assertions were made once and are kept here as they came.
import { objectContent } from '../../src/audit/entry.ts';
import type { PasskeyEvidence } from '../../src/audit/passkey.ts';
import { canonicalJson } from '../../src/lib/canonical-json.ts';
import { sha256Hex } from '../../src/lib/digest.ts';
import { consumed, decision, ended, requested, TIME_MS, ticket, vote } from './approved-log.ts';

/** ES256, of operator ben, who is linked to user bob. */
export const BEN: PasskeyEvidence = {
  name: 'bob-1',
  credential: 'gfy4AE9wU7OZ6JO02CAwsUsjNABihyXW0lT4DCKb23Y',
  key: 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEssKZFJVn7ezO-s9C_6fYw2Hb3DuRPH38hwrTJtSUrRdVBOxzTAZfqoefPne0vLSiVNKb8WSCqOHvWdRcugkdNQ',
  rpId: 'gate.example',
  nonce: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  authenticatorData: 'HJ5TRISLXnRkMWiuSwUxVd4DwwpKZ2haH_kEFSxSUUEFAAAABw',
  clientData:
    'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiVzBteW80UnZPS1FxUk9MU3dIejVMQ3pfWDRhSGhuRWRKTjZjRXZwQkFZOCIsIm9yaWdpbiI6Imh0dHBzOi8vZ2F0ZS5leGFtcGxlOjg0NDMiLCJjcm9zc09yaWdpbiI6ZmFsc2V9',
  signature: 'MEQCIAWr-OSF2KX1nFDb5Ru9xzWbaqgnsesUJOj9m_ezXAMnAiB_uvLk3ugbEOAq6m7vi4PGGVZx8KwIgV_plVPCtQXSZw',
};

/** Ed25519, of operator cyd, who is linked to user uma. */
export const CYD: PasskeyEvidence = {
  name: 'uma-1',
  credential: 'CrOsCdm0tVFt3bmubXPzpxccRD6zVqdqHlmqzHKfOFc',
  key: 'MCowBQYDK2VwAyEAjHr26QtG5DH5xJ3hNmbhuf7h4tT1F9Ykzg5O2U0ka0E',
  rpId: 'gate.example',
  nonce: 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
  authenticatorData: 'HJ5TRISLXnRkMWiuSwUxVd4DwwpKZ2haH_kEFSxSUUEFAAAABw',
  clientData:
    'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiaENFaFNwSnRiR3hlZU1qd2d1UXJ6clpCQWJMVlo1dVpDUDNlNXRSVW1CSSIsIm9yaWdpbiI6Imh0dHBzOi8vZ2F0ZS5leGFtcGxlOjg0NDMiLCJjcm9zc09yaWdpbiI6ZmFsc2V9',
  signature: 'cTPZ8Vhhff_O4u47VTaeDiiyOYKV7VP1u7HWVHfEyMaP8c0TmUftaDdmXs1f0lRjJgYO-ojnZQLbgvKxJmxCBA',
};

export function registration(
  changes: readonly { user: string; evidence: PasskeyEvidence }[],
  action: 'write' | 'delete' = 'write',
): string {
  const passkeys = changes.map(({ user, evidence: { name, credential, key, rpId } }) => ({ name, user, credential, key, rpId }));
  const set = action === 'write' ? { digest: 'c'.repeat(64) } : {};
  return objectContent({
    timeMs: TIME_MS,
    author: 'ben',
    action: 'passkey',
    changes: passkeys.map(({ name }) => ({ kind: 'passkey', name, action, ...set })),
    ...(action === 'write' ? { passkeys } : {}),
  });
}

export const benVotes = (passkey: PasskeyEvidence = BEN) => vote('approved', 'ben', { user: 'bob', passkey });

/** Registered, asked for, approved by two with their passkeys, used up, run. All at revision 1. */
export const passkeyContents = (): string[] => [
  registration([
    { user: 'bob', evidence: BEN },
    { user: 'uma', evidence: CYD },
  ]),
  decision('call_asked', { effect: 'hold', code: 'approval_required', judged: 1 }),
  requested({ passkeyRequired: true }),
  benVotes(),
  vote('granted', 'cyd', { user: 'uma', roles: undefined, passkey: CYD }),
  consumed('call_ran'),
  decision('call_ran', { judged: 1 }),
  ended('call_ran', 7),
];

/**
 * A rule whose text demands a passkey (or, with `of` the organization, says nothing of approvers, and the organization demands one), and the log of a call
 * that it held; `isAsked`: the request says so. At revision 1, whose entry is that of both objects.
 */
export function demandingLog(
  isAsked: boolean,
  of: 'rule' | 'organization' = 'rule',
): {
  contents: string[];
  documents: { kind: string; name: string; entry: number; text: string }[];
} {
  const approvers = { passkey: true };
  const rule = { name: 'held', effect: 'hold', match: {}, ...(of === 'rule' ? { obligations: { approvers } } : {}) };
  const asks = canonicalJson({ kind: 'organization', metadata: { name: 'o' }, spec: { approvals: { approvers } } });
  const text = canonicalJson({ kind: 'policy', metadata: { name: 'p' }, spec: { rules: [rule] } });
  const ruleHash = sha256Hex(canonicalJson(rule));
  const { id, nonce, createdMs, expiresMs, binding } = ticket;
  const held = 1;
  const digest = sha256Hex(canonicalJson({ v: 1, id, nonce, createdMs, expiresMs, binding, rule: 'p/held', ruleHash, revision: held }));
  const changes = [
    { kind: 'policy', name: 'p', action: 'write' as const, digest: sha256Hex(text) },
    { kind: 'organization', name: 'o', action: 'write' as const, digest: sha256Hex(asks) },
  ];
  const contents = [
    objectContent({ timeMs: TIME_MS, author: 'olga', changes }),
    requested({ ruleHash, digest, held, quorum: 1, ...(isAsked ? { passkeyRequired: true } : {}) }),
    vote('granted', 'cyd', { user: 'uma', roles: undefined, digest }),
    consumed('call_ran', { digest }),
    decision('call_ran', { judged: 1 }),
  ];
  const documents = [{ kind: 'policy', name: 'p', entry: 1, text }];
  return { contents, documents: of === 'rule' ? documents : [...documents, { kind: 'organization', name: 'o', entry: 1, text: asks }] };
}
