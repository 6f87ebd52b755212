// What an entry about the ticket of a held call says (docs/audit-format.md §4.5). Types only; never a value of the arguments.
import type { PasskeyEvidence } from './passkey.ts';

/** Users, teams and roles by name. */
export interface PeopleRef {
  users?: readonly string[] | undefined;
  teams?: readonly string[] | undefined;
  roles?: readonly string[] | undefined;
}

export interface ApprovalFields {
  event: 'approval';
  timeMs: number;
  what:
    | 'requested'
    | 'approved'
    | 'granted'
    | 'refused'
    | 'revoked'
    | 'expired'
    | 'drained'
    | 'superseded'
    | 'withdrawn'
    | 'consumed'
    | 'read'
    | 'claimed'
    | 'unclaimed'
    | 'reminded'
    | 'escalated';
  ticket: string;
  digest: string;
  binding: string;
  agent: string;
  /** Operator, and the user it is linked to. */
  by?: string | undefined;
  user?: string | undefined;
  comment?: string | undefined;
  /** User in whose place the vote was cast. */
  onBehalfOf?: string | undefined;
  /** Call that asked, or that used the grant up. */
  call?: string | undefined;
  /** With `requested`. */
  asUser?: string | undefined;
  method?: string | undefined;
  server?: string | undefined;
  tool?: string | undefined;
  prompt?: string | undefined;
  resource?: string | undefined;
  rule?: string | undefined;
  ruleHash?: string | undefined;
  quorum?: number | undefined;
  createdMs?: number | undefined;
  expiresMs?: number | undefined;
  nonce?: string | undefined;
  /** Control revision under which the call was held. */
  held?: number | undefined;
  /** Hash of the definition in force. */
  definition?: string | undefined;
  /** Who answers for the agent. */
  owner?: string | undefined;
  /** Whom the rule names; absent: every reviewer. */
  approvers?: (PeopleRef & { escalate?: PeopleRef | undefined }) | undefined;
  /** With a vote: those of the approvers' teams and roles that whoever voted had. */
  teams?: readonly string[] | undefined;
  roles?: readonly string[] | undefined;
  /** With `requested`: an approval takes the voter's passkey. */
  passkeyRequired?: boolean | undefined;
  /** With a vote: the assertion of the voter's passkey over it. */
  passkey?: PasskeyEvidence | undefined;
  instance?: string | undefined;
}

/** A call that a rule holds goes on because of what people allowed in advance (docs/audit-format.md §4.5). */
export interface GrantFields {
  event: 'grant';
  timeMs: number;
  what: 'used';
  /** Name of the grant object, and when it was written as it is. */
  grant: string;
  setAt: string;
  agent: string;
  asUser?: string | undefined;
  server: string;
  tool: string;
  /** What is asked for, hex. */
  binding: string;
  rule: string;
  ruleHash: string;
  call: string;
  instance?: string | undefined;
}
