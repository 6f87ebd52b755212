// Who is calling: bearer token → principal, from the objects of one organization at one control revision.
// Never stores or repeats a token; what it says to a caller without a valid token is the same whatever is wrong with it.
import type { DenialCode, Principal } from '../call.ts';
import type { AgentSpec, Kind, StoredObject, TokenSpec } from '../object/kinds.ts';
import { compileScope } from './scope.ts';

export type IdentifyCode = Extract<DenialCode, 'unauthenticated' | 'token_expired' | 'token_revoked'>;

export type Identified = { principal: Principal; code?: undefined } | { principal?: undefined; code: IdentifyCode; message: string };

export interface PrincipalIndex {
  readonly org: string;
  readonly revision: number;
  /** Tokens that can be found. */
  readonly size: number;
  /** `hash` is that of the token as presented (`tokenHash`); undefined when none was. */
  identify(hash: string | undefined, nowMs: number): Identified;
}

/** The answer to a missing, malformed or unknown token; one text, so that nothing can be learnt by trying. */
export const UNAUTHENTICATED: Identified = {
  code: 'unauthenticated',
  message:
    'A valid token is required: send the header "Authorization: Bearer sp_…". Ask an operator for a token or check that it was copied whole.',
};

export function buildPrincipals(objects: readonly StoredObject[], revision: number, org: string): PrincipalIndex {
  const agents = new Map<string, AgentSpec>();
  for (const object of objects) if (isKind(object, 'agent')) agents.set(object.metadata.name, object.spec);
  const records = new Map<string, TokenRecord>();
  for (const object of objects) {
    if (!isKind(object, 'token')) continue;
    const name = object.metadata.name;
    const { hash } = object.spec;
    // Two token objects with one hash: nobody can say which of them a call belongs to, so neither is usable.
    if (records.has(hash))
      records.set(
        hash,
        refusedRecord(refusal('token_revoked', 'This token is registered more than once and refused. Ask an operator for a new token.')),
      );
    else records.set(hash, tokenRecord(org, name, object.spec, agents.get(object.spec.agent)));
  }
  return {
    org,
    revision,
    size: records.size,
    identify: (hash, nowMs) => {
      // How long a look-up by hash takes says nothing about the token.
      const record = hash === undefined ? undefined : records.get(hash);
      if (!record) return UNAUTHENTICATED;
      if (record.refused) return record.refused;
      return nowMs >= record.expiresAtMs ? record.expired : record.identified;
    },
  };
}

interface TokenRecord {
  expiresAtMs: number;
  /** Set when the token is refused whatever the time. */
  refused: Identified | undefined;
  expired: Identified;
  identified: Identified;
}

function tokenRecord(org: string, name: string, spec: TokenSpec, agent: AgentSpec | undefined): TokenRecord {
  const refused = refusedFor(spec, agent);
  if (refused || !agent) return refusedRecord(refused ?? UNAUTHENTICATED);
  const principal: Principal = Object.freeze({
    org,
    agent: spec.agent,
    agentClass: agent.class,
    environment: agent.environment,
    teams: [],
    roles: [],
    labels: {},
    user: undefined,
    token: name,
    inScope: compileScope(spec.scopes),
  });
  return {
    // An instant that cannot be read is over: fail closed.
    expiresAtMs: spec.expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(spec.expiresAt) || 0,
    refused: undefined,
    expired: refusal('token_expired', `This token expired at ${spec.expiresAt}. Ask an operator for a new one.`),
    identified: Object.freeze({ principal }),
  };
}

function refusedRecord(refused: Identified): TokenRecord {
  return { expiresAtMs: 0, refused, expired: refused, identified: refused };
}

/** INVARIANT: a token with `revokedAt` is refused whatever the instant says, so that clocks that differ cannot keep it alive (principal-index.test.ts). */
function refusedFor(spec: TokenSpec, agent: AgentSpec | undefined): Identified | undefined {
  if (spec.revokedAt !== undefined) return refusal('token_revoked', 'This token was revoked. Ask an operator for a new one.');
  if (!agent)
    return refusal('token_revoked', `The agent "${spec.agent}" of this token does not exist any more. Ask an operator for a new token.`);
  if (agent.disabled) return refusal('token_revoked', `The agent "${spec.agent}" of this token is disabled. Ask an operator to enable it.`);
  return undefined;
}

function refusal(code: IdentifyCode, message: string): Identified {
  return Object.freeze({ code, message });
}

function isKind<K extends Kind>(object: StoredObject, kind: K): object is StoredObject & StoredObject<K> {
  return object.kind === kind;
}
