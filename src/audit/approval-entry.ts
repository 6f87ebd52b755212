// What an entry about the ticket of a held call says (docs/audit-format.md §4.5). Types only; never a value of the arguments.

export interface ApprovalFields {
  event: 'approval';
  timeMs: number;
  what: 'requested' | 'approved' | 'granted' | 'refused' | 'revoked' | 'expired' | 'drained' | 'superseded' | 'consumed' | 'read';
  ticket: string;
  digest: string;
  binding: string;
  agent: string;
  /** Operator, and the user it is linked to. */
  by?: string | undefined;
  user?: string | undefined;
  comment?: string | undefined;
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
  approvers?:
    | { users?: readonly string[] | undefined; teams?: readonly string[] | undefined; roles?: readonly string[] | undefined }
    | undefined;
  /** With a vote: those of the approvers' teams and roles that whoever voted had. */
  teams?: readonly string[] | undefined;
  roles?: readonly string[] | undefined;
  instance?: string | undefined;
}
