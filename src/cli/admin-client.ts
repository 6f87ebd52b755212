// The admin API as seen by a command: one typed method per endpoint, over HTTP. Wire format: admin/contract.ts.
// Never follows a redirect and never repeats the operator token in a message.
import { Agent, type Dispatcher } from 'undici';
import type {
  AccessReply,
  ApplyReply,
  ApplyRequest,
  ApprovalBody,
  ApprovalDetail,
  ApprovalList,
  ApprovalStats,
  CheckpointBody,
  DecideReply,
  DecideRequest,
  DefinitionsReply,
  DelegationList,
  DelegationRequest,
  DiffReply,
  DrillReply,
  DrillRequest,
  EffectiveReply,
  ErasureList,
  ErasureReply,
  ErasureRequest,
  ExplainReply,
  FreezeList,
  FreezeReply,
  FreezeRequest,
  GrantList,
  GrantReply,
  GrantRequest,
  HistoryReply,
  LimitBody,
  LintReply,
  NewOrganizationReply,
  NewTokenReply,
  ObjectBody,
  OrganizationList,
  PackReply,
  PlacedProblem,
  PolicyDiffReply,
  ShadowReply,
  StarterReply,
  StatusReply,
  TokenList,
  TokenRequest,
  UnfreezeReply,
} from '../admin/contract.ts';
import { GatewayError } from '../lib/error.ts';
import { isObject } from '../lib/json.ts';
import { ListedFailure } from './failure.ts';

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

export interface AdminClient {
  readonly url: string;
  status(): Promise<StatusReply>;
  ready(): Promise<boolean>;
  objects(kind: string | undefined): Promise<{ revision: number; objects: ObjectBody[] }>;
  object(kind: string, name: string): Promise<ObjectBody>;
  deleteObject(kind: string, name: string, revision: number | undefined): Promise<ApplyReply>;
  effectivePolicy(query: Readonly<Record<string, string | undefined>>): Promise<EffectiveReply>;
  explain(call: string): Promise<ExplainReply>;
  whatIf(body: { text: string; fileName: string }): Promise<ExplainReply>;
  /** JSON lines, one value each. */
  simulate(body: { text: string; fileName: string; from: string; alone: boolean }): Promise<AsyncIterable<unknown>>;
  shadow(query: Readonly<Record<string, string | undefined>>): Promise<ShadowReply>;
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
  organizations(): Promise<OrganizationList>;
  createOrganization(body: Record<string, string>): Promise<NewOrganizationReply>;
  who(query: Readonly<Record<string, string | undefined>>): Promise<AccessReply>;
  what(query: Readonly<Record<string, string | undefined>>): Promise<AccessReply>;
  limits(): Promise<{ limits: LimitBody[] }>;
  limit(name: string): Promise<LimitBody>;
  freezes(): Promise<FreezeList>;
  freeze(body: FreezeRequest): Promise<FreezeReply>;
  unfreeze(name: string): Promise<UnfreezeReply>;
  approvals(query: Readonly<Record<string, string | undefined>>): Promise<ApprovalList>;
  approval(id: string): Promise<ApprovalDetail>;
  approvalStats(): Promise<ApprovalStats>;
  decideApproval(id: string, what: 'approve' | 'deny' | 'revoke', body: { comment?: string; digest?: string }): Promise<ApprovalBody>;
  decideApprovals(body: DecideRequest): Promise<DecideReply>;
  claimApproval(id: string, body: { leave?: boolean; force?: boolean }): Promise<ApprovalBody>;
  grants(): Promise<GrantList>;
  createGrant(body: GrantRequest): Promise<GrantReply>;
  changeGrant(name: string, what: 'confirm' | 'revoke'): Promise<GrantReply>;
  delegations(): Promise<DelegationList>;
  delegate(body: DelegationRequest): Promise<GrantReply>;
  endDelegation(name: string): Promise<GrantReply>;
  drill(body: DrillRequest): Promise<DrillReply>;
  definitions(server: string, refresh: boolean): Promise<DefinitionsReply>;
  approveDefinitions(server: string, body: Record<string, unknown>): Promise<ApplyReply>;
  rejectDefinitions(server: string, body: { hashes: string[] }): Promise<ApplyReply>;
  riskHistory(query: Readonly<Record<string, string | undefined>>): Promise<{ enabled: boolean; facts: unknown }>;
  /** JSON lines, one value each. */
  backtest(body: { text: string; fileName: string; from: string }): Promise<AsyncIterable<unknown>>;
  makeCheckpoint(): Promise<CheckpointBody>;
  signingKeys(): Promise<{ keys: string[] }>;
  rotateSigningKey(): Promise<{ key: string; previous: string }>;
  consistency(query: { from: string; to: string }): Promise<{ proof: string[] }>;
  proof(call: string): Promise<unknown>;
  evidencePack(query: { framework: string; from: string; to: string }): Promise<PackReply>;
  erase(request: ErasureRequest): Promise<ErasureReply>;
  erasures(): Promise<ErasureList>;
  rotateDataKey(): Promise<{ key: string; previous: string }>;
  log(query: Readonly<Record<string, string | undefined>>): Promise<{ entries: LogEntryBody[]; next?: number }>;
  entry(seq: number, values: boolean): Promise<{ entry: LogEntryBody; values?: Record<string, string | null>; erased?: number }>;
  exportLog(query: { from: string | undefined; to: string | undefined }): Promise<AsyncIterable<Uint8Array>>;
  /** Server-sent events; ends when the gateway does. */
  tailLog(from: number | undefined, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Bytes of any URL; the token goes to the admin origin only. */
  download(url: URL): Promise<AsyncIterable<Uint8Array>>;
  close(): Promise<void>;
}

export interface AdminClientOptions {
  /** Origin, perhaps with a path in front of the API. */
  url: string;
  token: string | undefined;
  /** The organization it is meant for: an answer of another one is refused. */
  organization?: string | undefined;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** The answer may wait for a change to be durable and in force. */
const ANSWER_TIMEOUT_MS = 60_000;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;
/** A standing stream says something at least every 15 seconds. */
const STREAM_SILENCE_MS = 60_000;

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
    effectivePolicy: (query) => wire.json('GET', at('policy', 'effective') + queryText(query)),
    explain: (call) => wire.json('GET', at('explain', call)),
    whatIf: (body) => wire.json('POST', at('explain'), body),
    simulate: (body) => wire.lines('POST', at('policy', 'simulate'), body),
    shadow: (query) => wire.json('GET', at('policy', 'shadow') + queryText(query)),
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
    organizations: () => wire.json('GET', at('organizations')),
    createOrganization: (body) => wire.json('POST', at('organizations'), body),
    who: (query) => wire.json('GET', at('access', 'who') + queryText(query)),
    what: (query) => wire.json('GET', at('access', 'what') + queryText(query)),
    limits: () => wire.json('GET', at('limits')),
    limit: (name) => wire.json('GET', at('limits', name)),
    ...approvalsOf(wire),
    ...evidenceOf(wire),
    freezes: () => wire.json('GET', at('freezes')),
    freeze: (body) => wire.json('POST', at('freezes'), body),
    unfreeze: (name) => wire.json('DELETE', at('freezes', name)),
    drill: (body) => wire.json('POST', at('drills'), body),
    definitions: (server, refresh) =>
      wire.json('GET', at('servers', server, 'definitions') + queryText({ refresh: refresh ? 'true' : undefined })),
    approveDefinitions: (server, body) => wire.json('POST', at('servers', server, 'approve'), body),
    rejectDefinitions: (server, body) => wire.json('POST', at('servers', server, 'reject'), body),
    riskHistory: (query) => wire.json('GET', at('risk', 'history') + queryText(query)),
    backtest: (body) => wire.lines('POST', at('risk', 'backtest'), body),
    makeCheckpoint: () => wire.json('POST', at('log', 'checkpoints')),
    signingKeys: () => wire.json('GET', at('log', 'keys')),
    rotateSigningKey: () => wire.json('POST', at('log', 'keys', 'rotate')),
    rotateDataKey: () => wire.json('POST', at('keys', 'rotate')),
    log: (query) => wire.json('GET', at('log') + queryText(query)),
    entry: (seq, values) => wire.json('GET', at('log', String(seq)) + queryText({ values: values ? 'true' : undefined })),
    exportLog: (query) => wire.stream(at('log', 'export') + queryText(query)),
    tailLog: (from, signal) => wire.stream(at('log', 'tail') + queryText({ from: from?.toString() }), signal),
    download: (url) => wire.download(url),
    close: () => wire.close(),
  };
}

function evidenceOf(wire: Wire): Pick<AdminClient, 'consistency' | 'proof' | 'evidencePack' | 'erase' | 'erasures'> {
  return {
    consistency: (query) => wire.json('GET', `/api/v1/log/consistency${queryText(query)}`),
    proof: (call) => wire.json('GET', `/api/v1/log/proof${queryText({ call })}`),
    evidencePack: (query) => wire.json('GET', `/api/v1/evidence/pack${queryText(query)}`),
    erase: (request) => wire.json('POST', '/api/v1/erasures', request),
    erasures: () => wire.json('GET', '/api/v1/erasures'),
  };
}

type OfApprovals = 'approvals' | 'approval' | 'approvalStats' | 'decideApproval' | 'decideApprovals' | 'claimApproval';
type OfGrants = 'grants' | 'createGrant' | 'changeGrant' | 'delegations' | 'delegate' | 'endDelegation';

function approvalsOf(wire: Wire): Pick<AdminClient, OfApprovals | OfGrants> {
  const at = (...parts: string[]) => `/api/v1/${parts.map(encodeURIComponent).join('/')}`;
  return {
    approvals: (query) => wire.json('GET', at('approvals') + queryText(query)),
    approval: (id) => wire.json('GET', at('approvals', id)),
    approvalStats: () => wire.json('GET', at('approval-stats')),
    decideApproval: (id, what, body) => wire.json('POST', at('approvals', id, what), body),
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

class Wire {
  readonly #prefix: URL;
  readonly #token: string | undefined;
  readonly #organization: string | undefined;
  readonly #agent = new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: STREAM_SILENCE_MS,
  });

  constructor({ url, token, organization }: AdminClientOptions) {
    this.#prefix = new URL(url);
    this.#token = token;
    this.#organization = organization;
  }

  async json<T>(method: Dispatcher.HttpMethod, path: string, body?: unknown): Promise<T> {
    const response = await this.#send(method, this.#resolve(path), body);
    return this.#parse(await this.#text(response, MAX_ANSWER_BYTES)) as T;
  }

  async stream(path: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const { body } = await this.#send('GET', this.#resolve(path), undefined, signal);
    return body;
  }

  async lines(method: Dispatcher.HttpMethod, path: string, body: unknown): Promise<AsyncIterable<unknown>> {
    const response = await this.#send(method, this.#resolve(path), body);
    return jsonLines(response.body, (text) => this.#parse(text));
  }

  async download(url: URL): Promise<AsyncIterable<Uint8Array>> {
    const { body } = await this.#send('GET', url, undefined);
    return body;
  }

  async ready(): Promise<boolean> {
    const { statusCode, body } = await this.#request('GET', this.#resolve('/readyz'), undefined, undefined);
    await body.dump();
    return statusCode === 200;
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  #resolve(path: string): URL {
    return new URL(this.#prefix.pathname.replace(/\/$/, '') + path, this.#prefix);
  }

  /** An answer that is not 2xx becomes the failure it tells of. */
  async #send(method: Dispatcher.HttpMethod, url: URL, body: unknown, signal?: AbortSignal): Promise<Dispatcher.ResponseData> {
    const response = await this.#request(method, url, body, signal);
    if (response.statusCode >= 200 && response.statusCode < 300) return response;
    throw failureOf(url, response.statusCode, await this.#text(response, MAX_ERROR_BYTES));
  }

  async #request(
    method: Dispatcher.HttpMethod,
    url: URL,
    body: unknown,
    signal: AbortSignal | undefined,
  ): Promise<Dispatcher.ResponseData> {
    const trusted = url.origin === this.#prefix.origin;
    try {
      return await this.#agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers: {
          accept: '*/*',
          ...(this.#token !== undefined && trusted ? { authorization: `Bearer ${this.#token}` } : {}),
          ...(this.#organization !== undefined && trusted ? { 'sallyport-organization': this.#organization } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      const next = 'Is it running there? Start it with `sallyport serve`, or name its admin address with --url or SALLYPORT_ADMIN_URL.';
      throw new GatewayError('gateway_unreachable', `There is no answer from ${url.origin}. ${next}`, { cause: error });
    }
  }

  async #text({ body }: Dispatcher.ResponseData, maxBytes: number): Promise<string> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    try {
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        bytes += chunk.length;
        if (bytes > maxBytes) throw invalidAnswer(this.#prefix.origin, 'is too large');
        chunks.push(chunk);
      }
    } catch (error) {
      if (error instanceof GatewayError) throw error;
      throw invalidAnswer(this.#prefix.origin, 'broke off', error);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw invalidAnswer(this.#prefix.origin, 'is not JSON', error);
    }
  }
}

async function* jsonLines(chunks: AsyncIterable<Uint8Array>, parse: (text: string) => unknown): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield parse(line);
  }
  if (text !== '') yield parse(text);
}

export function invalidAnswer(origin: string, what: string, cause?: unknown): GatewayError {
  const next = 'Is this the admin address of a gateway? The address for agents is another one.';
  return new GatewayError('gateway_answer_invalid', `The answer of ${origin} ${what}. ${next}`, { cause });
}

function failureOf(url: URL, status: number, text: string): GatewayError {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  const error = isObject(parsed) && isObject(parsed.error) ? parsed.error : undefined;
  if (typeof error?.code !== 'string' || typeof error.message !== 'string')
    return invalidAnswer(url.origin, `has status ${status} and is no answer of a gateway`);
  const details = Array.isArray(error.details) ? error.details.filter((line) => typeof line === 'string') : [];
  const problems = Array.isArray(error.problems) ? (error.problems as unknown as PlacedProblem[]) : [];
  return new ListedFailure(error.code, nextStep(error.code, error.message), details, problems);
}

/** What the command line can add: where its token comes from. */
function nextStep(code: string, message: string): string {
  if (code !== 'unauthenticated') return message;
  return 'The gateway does not accept the operator token. Set SALLYPORT_OPERATOR_TOKEN, or name the data directory of this gateway with --data.';
}

function queryText(query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
