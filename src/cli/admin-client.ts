// The admin API as seen by a command: one typed method per endpoint, over HTTP. Wire format: admin/contract.ts.
// Never follows a redirect and never repeats the operator token in a message.
import type {
  AccessReply,
  ApplyReply,
  ApplyRequest,
  ApprovalBody,
  ApprovalDetail,
  ApprovalLink,
  ApprovalList,
  ApprovalStats,
  DecideReply,
  DecideRequest,
  DefinitionsReply,
  DelegationList,
  DelegationRequest,
  DiffReply,
  EffectiveReply,
  ExplainReply,
  ForwardBody,
  ForwardTestReply,
  GrantList,
  GrantReply,
  GrantRequest,
  HistoryReply,
  LimitBody,
  LintReply,
  NewTokenReply,
  ObjectBody,
  PolicyDiffReply,
  PolicyProblems,
  ReportName,
  StarterReply,
  StatusReply,
  TokenList,
  TokenRequest,
} from '../admin/contract.ts';
import { type AdminClientOptions, type ExportPage, queryText, Wire } from './admin-wire.ts';
import { type EvidenceClient, evidenceClient } from './evidence-client.ts';
import { type FreezeClient, freezesOf } from './freeze-client.ts';
import { type NotifyClient, notificationsOf } from './notify-client.ts';
import { type OperatorClient, operatorsOf } from './operator-client.ts';
import { type PasskeyClient, passkeysOf } from './passkey-client.ts';

export interface LogEntryBody {
  content: Record<string, unknown>;
  hash: string;
  header: Record<string, unknown>;
}

/** A file, a control revision, or what is in force. */
export interface PolicyBody {
  text?: string;
  fileName?: string;
  revision?: number;
}

export interface AdminClient extends EvidenceClient, FreezeClient, NotifyClient, OperatorClient, PasskeyClient {
  readonly url: string;
  status(): Promise<StatusReply>;
  ready(): Promise<boolean>;
  objects(kind: string | undefined): Promise<{ revision: number; objects: ObjectBody[] }>;
  object(kind: string, name: string): Promise<ObjectBody>;
  deleteObject(kind: string, name: string, revision: number | undefined): Promise<ApplyReply>;
  policyProblems(): Promise<PolicyProblems>;
  effectivePolicy(query: Readonly<Record<string, string | undefined>>): Promise<EffectiveReply>;
  explain(call: string): Promise<ExplainReply>;
  whatIf(body: { text: string; fileName: string }): Promise<ExplainReply>;
  /** JSON lines, one value each. */
  simulate(body: { text: string; fileName: string; from: string; alone: boolean }): Promise<AsyncIterable<unknown>>;
  /** JSON lines. */
  shadow(query: Readonly<Record<string, string | undefined>>): Promise<AsyncIterable<unknown>>;
  starterPolicy(query: Readonly<Record<string, string | undefined>>): Promise<StarterReply>;
  learnedPolicy(query: Readonly<Record<string, string | undefined>>): Promise<StarterReply>;
  lintPolicies(body: PolicyBody): Promise<LintReply>;
  diffPolicies(body: { a: PolicyBody; b: PolicyBody }): Promise<PolicyDiffReply>;
  history(kind: string, name: string, limit: number | undefined): Promise<HistoryReply>;
  rollback(kind: string, name: string, body: { to: number; dryRun: boolean }): Promise<ApplyReply>;
  apply(body: ApplyRequest): Promise<ApplyReply>;
  diff(body: ApplyRequest): Promise<DiffReply>;
  exportObjects(query: { kinds: string | undefined; secrets: boolean; revisions: boolean }): Promise<AsyncIterable<Uint8Array>>;
  tokens(query: Readonly<Record<string, string | undefined>>): Promise<TokenList>;
  createToken(body: TokenRequest): Promise<NewTokenReply>;
  revokeToken(name: string): Promise<{ name: string; revision: number }>;
  rotateToken(name: string, body: { overlapMs?: number; expiresAt?: string }): Promise<NewTokenReply>;
  who(query: Readonly<Record<string, string | undefined>>): Promise<AccessReply>;
  what(query: Readonly<Record<string, string | undefined>>): Promise<AccessReply>;
  forwards(): Promise<{ forwards: ForwardBody[] }>;
  forward(name: string): Promise<ForwardBody>;
  testForward(name: string): Promise<ForwardTestReply>;
  /** JSON lines: progress, then the table. */
  report(name: ReportName, query: Readonly<Record<string, string | undefined>>): Promise<AsyncIterable<unknown>>;
  limits(): Promise<{ limits: LimitBody[] }>;
  limit(name: string): Promise<LimitBody>;
  approvals(query: Readonly<Record<string, string | undefined>>): Promise<ApprovalList>;
  approval(id: string): Promise<ApprovalDetail>;
  approvalStats(): Promise<ApprovalStats>;
  decideApproval(id: string, what: 'approve' | 'deny' | 'revoke', body: { comment?: string; digest?: string }): Promise<ApprovalBody>;
  decideApprovals(body: DecideRequest): Promise<DecideReply>;
  approvalLink(id: string): Promise<ApprovalLink>;
  claimApproval(id: string, body: { leave?: boolean; force?: boolean }): Promise<ApprovalBody>;
  grants(): Promise<GrantList>;
  createGrant(body: GrantRequest): Promise<GrantReply>;
  changeGrant(name: string, what: 'confirm' | 'revoke'): Promise<GrantReply>;
  delegations(): Promise<DelegationList>;
  delegate(body: DelegationRequest): Promise<GrantReply>;
  endDelegation(name: string): Promise<GrantReply>;
  definitions(server: string, how: 'anew' | 'cached' | 'brief'): Promise<DefinitionsReply>;
  approveDefinitions(server: string, body: Record<string, unknown>): Promise<ApplyReply>;
  rejectDefinitions(server: string, body: { hashes: string[] }): Promise<ApplyReply>;
  riskHistory(query: Readonly<Record<string, string | undefined>>): Promise<{ enabled: boolean; facts: unknown }>;
  /** JSON lines, one value each. */
  backtest(body: { text: string; fileName: string; from: string }): Promise<AsyncIterable<unknown>>;
  rotateDataKey(): Promise<{ key: string; previous: string }>;
  log(query: Readonly<Record<string, string | undefined>>): Promise<{ entries: LogEntryBody[]; next?: number; archived?: number }>;
  entry(seq: number, values: boolean): Promise<{ entry: LogEntryBody; values?: Record<string, string | null>; erased?: number }>;
  exportLog(query: { from: string | undefined; to: string | undefined }): Promise<AsyncIterable<Uint8Array>>;
  /** `next`: first place of the log that the answer does not cover; `head`: entries of the log. */
  exportPage(query: Readonly<Record<string, string | undefined>>): Promise<ExportPage>;
  /** Server-sent events; ends when the gateway does. */
  tailLog(from: number | undefined, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Bytes of any URL; the token goes to the admin origin only. */
  download(url: URL): Promise<AsyncIterable<Uint8Array>>;
  close(): Promise<void>;
}

export function createAdminClient(options: AdminClientOptions): AdminClient {
  const wire = new Wire(options);
  const at = (...parts: string[]) => `/api/v1/${parts.map(encodeURIComponent).join('/')}`;
  return {
    url: options.url,
    status: () => wire.json('GET', at('status')),
    ready: () => wire.ready(),
    objects: (kind) => wire.json('GET', at('objects') + queryText({ kind })),
    object: (kind, name) => wire.json('GET', at('objects', kind, name)),
    deleteObject: (kind, name, revision) => wire.json('DELETE', at('objects', kind, name) + queryText({ revision: revision?.toString() })),
    policyProblems: () => wire.json('GET', at('policy', 'problems')),
    effectivePolicy: (query) => wire.json('GET', at('policy', 'effective') + queryText(query)),
    explain: (call) => wire.json('GET', at('explain', call)),
    whatIf: (body) => wire.json('POST', at('explain'), body),
    simulate: (body) => wire.lines('POST', at('policy', 'simulate'), body),
    shadow: (query) => wire.lines('GET', at('policy', 'shadow') + queryText(query)),
    starterPolicy: (query) => wire.json('GET', at('policy', 'starter') + queryText(query)),
    learnedPolicy: (query) => wire.json('GET', at('policy', 'learned') + queryText(query)),
    lintPolicies: (body) => wire.json('POST', at('policy', 'lint'), body),
    diffPolicies: (body) => wire.json('POST', at('policy', 'diff'), body),
    history: (kind, name, limit) => wire.json('GET', at('objects', kind, name, 'history') + queryText({ limit: limit?.toString() })),
    rollback: (kind, name, body) => wire.json('POST', at('objects', kind, name, 'rollback'), body),
    apply: (body) => wire.json('POST', at('apply'), body),
    diff: (body) => wire.json('POST', at('diff'), body),
    exportObjects: ({ kinds, secrets, revisions }) =>
      wire.stream(at('export') + queryText({ kinds, secrets: secrets ? 'true' : undefined, revisions: revisions ? 'true' : undefined })),
    tokens: (query) => wire.json('GET', at('tokens') + queryText(query)),
    createToken: (body) => wire.json('POST', at('tokens'), body),
    revokeToken: (name) => wire.json('POST', at('tokens', name, 'revoke')),
    rotateToken: (name, body) => wire.json('POST', at('tokens', name, 'rotate'), body),
    who: (query) => wire.json('GET', at('access', 'who') + queryText(query)),
    what: (query) => wire.json('GET', at('access', 'what') + queryText(query)),
    limits: () => wire.json('GET', at('limits')),
    limit: (name) => wire.json('GET', at('limits', name)),
    ...approvalsOf(wire),
    ...notificationsOf(wire),
    ...passkeysOf(wire),
    ...operatorsOf(wire),
    ...freezesOf(wire),
    ...exportsOf(wire),
    ...evidenceClient(wire),
    definitions: (server, how) => {
      const query = { refresh: how === 'anew' ? 'true' : undefined, brief: how === 'brief' ? 'true' : undefined };
      return wire.json('GET', at('servers', server, 'definitions') + queryText(query));
    },
    approveDefinitions: (server, body) => wire.json('POST', at('servers', server, 'approve'), body),
    rejectDefinitions: (server, body) => wire.json('POST', at('servers', server, 'reject'), body),
    riskHistory: (query) => wire.json('GET', at('risk', 'history') + queryText(query)),
    backtest: (body) => wire.lines('POST', at('risk', 'backtest'), body),
    rotateDataKey: () => wire.json('POST', at('keys', 'rotate')),
    log: (query) => wire.json('GET', at('log') + queryText(query)),
    entry: (seq, values) => wire.json('GET', at('log', String(seq)) + queryText({ values: values ? 'true' : undefined })),
    exportLog: (query) => wire.stream(at('log', 'export') + queryText(query)),
    tailLog: (from, signal) => wire.stream(at('log', 'tail') + queryText({ from: from?.toString() }), signal),
    download: (url) => wire.download(url),
    close: () => wire.close(),
  };
}

type OfApprovals = 'approvals' | 'approval' | 'approvalStats' | 'decideApproval' | 'decideApprovals' | 'claimApproval' | 'approvalLink';
type OfGrants = 'grants' | 'createGrant' | 'changeGrant' | 'delegations' | 'delegate' | 'endDelegation';

function approvalsOf(wire: Wire): Pick<AdminClient, OfApprovals | OfGrants> {
  const at = (...parts: string[]) => `/api/v1/${parts.map(encodeURIComponent).join('/')}`;
  return {
    approvals: (query) => wire.json('GET', at('approvals') + queryText(query)),
    approval: (id) => wire.json('GET', at('approvals', id)),
    approvalStats: () => wire.json('GET', at('approval-stats')),
    decideApproval: (id, what, body) => wire.json('POST', at('approvals', id, what), body),
    approvalLink: (id) => wire.json('POST', at('approvals', id, 'link'), {}),
    decideApprovals: (body) => wire.json('POST', at('approvals', 'decide'), body),
    claimApproval: (id, body) => wire.json('POST', at('approvals', id, 'claim'), body),
    grants: () => wire.json('GET', at('grants')),
    createGrant: (body) => wire.json('POST', at('grants'), body),
    changeGrant: (name, what) => wire.json('POST', at('grants', name, what)),
    delegations: () => wire.json('GET', at('delegations')),
    delegate: (body) => wire.json('POST', at('delegations'), body),
    endDelegation: (name) => wire.json('POST', at('delegations', name, 'end')),
  };
}

function exportsOf(wire: Wire): Pick<AdminClient, 'exportPage' | 'forwards' | 'forward' | 'testForward' | 'report'> {
  const at = (...parts: string[]) => `/api/v1/${parts.map(encodeURIComponent).join('/')}`;
  return {
    exportPage: (query) => wire.exportPage(at('log', 'export') + queryText(query)),
    forwards: () => wire.json('GET', at('forwards')),
    forward: (name) => wire.json('GET', at('forwards', name)),
    testForward: (name) => wire.json('POST', at('forwards', name, 'test')),
    report: (name, query) => wire.lines('GET', at('reports', name) + queryText(query)),
  };
}
