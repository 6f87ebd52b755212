// What an entry about the ticket of a held call says (docs/audit-format.md §4.5). Types only; never a value of the arguments.

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
  expiresMs?: number | undefined;
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
