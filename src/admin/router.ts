// The admin API as one fetch handler: host check, authentication, role, validation, then the route. OpenAPI text from the same data.
// Never answers across origins (no CORS), and never lets an exception's text out.
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { sha256Hex } from '../lib/digest.ts';
import { GatewayError } from '../lib/error.ts';
import { MAX_SOURCE_BYTES } from '../object/yaml-source.ts';
import type { AdminContext } from './context.ts';
import { errorBody } from './contract.ts';
import { hostCheck } from './host-check.ts';
import { LogTails } from './log-tail.ts';
import { identifyOperator, mayAct, type Operator, SigninRecorder } from './operator.ts';
import { reviewPages } from './review/serve.ts';
import { passkeyPages } from './review/serve-passkey.ts';
import { failure, type Route } from './route.ts';
import { accessRoutes } from './routes/access.ts';
import { approvalLinkRoutes } from './routes/approval-links.ts';
import { approvalRoutes } from './routes/approvals.ts';
import { archiveRoutes } from './routes/archive.ts';
import { delegationRoutes } from './routes/delegations.ts';
import { drillRoutes } from './routes/drills.ts';
import { erasureRoutes } from './routes/erasures.ts';
import { evidenceRoutes } from './routes/evidence.ts';
import { explainRoutes } from './routes/explain.ts';
import { forwardRoutes } from './routes/forwards.ts';
import { freezeRoutes } from './routes/freezes.ts';
import { grantRoutes } from './routes/grants.ts';
import { healthRoutes } from './routes/health.ts';
import { limitRoutes } from './routes/limits.ts';
import { logRoutes } from './routes/log.ts';
import { notificationRoutes } from './routes/notifications.ts';
import { objectRoutes } from './routes/objects.ts';
import { organizationRoutes } from './routes/organizations.ts';
import { passkeyRoutes } from './routes/passkeys.ts';
import { permissionRoutes } from './routes/permissions.ts';
import { policyRoutes } from './routes/policy.ts';
import { rehearseRoutes } from './routes/rehearse.ts';
import { reportRoutes } from './routes/reports.ts';
import { riskRoutes } from './routes/risk.ts';
import { serverRoutes } from './routes/servers.ts';
import { starterRoutes } from './routes/starters.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { slackHooks } from './slack/serve.ts';
import { parseStrictly } from './strict-json.ts';

/** A source file as a JSON string is at most twice as long, and some more around it. */
export const MAX_ADMIN_BODY_BYTES = 2 * MAX_SOURCE_BYTES + 64 * 1024;

const CSP = 'content-security-policy';

export interface RouterOptions {
  allowedHosts: readonly string[];
  /** Address of the other end, as the listener knows it. */
  remoteAddress(request: Context): string;
}

export function adminRoutes(): Route[] {
  const tails = new LogTails();
  return [
    ...healthRoutes,
    ...objectRoutes,
    ...policyRoutes,
    ...explainRoutes,
    ...rehearseRoutes,
    ...starterRoutes,
    ...tokenRoutes,
    ...accessRoutes,
    ...freezeRoutes,
    ...approvalRoutes,
    ...notificationRoutes,
    ...approvalLinkRoutes,
    ...grantRoutes,
    ...delegationRoutes,
    ...passkeyRoutes,
    ...permissionRoutes,
    ...organizationRoutes,
    ...drillRoutes,
    ...limitRoutes,
    ...riskRoutes,
    ...serverRoutes,
    ...evidenceRoutes,
    ...forwardRoutes,
    ...reportRoutes,
    ...erasureRoutes,
    ...archiveRoutes(),
    ...logRoutes(tails),
  ];
}

/** What answers anybody, and nothing else than how it is. */
const OPEN_PATHS = new Set(['/healthz', '/readyz']);

export function createRouter(context: AdminContext, options: RouterOptions): Hono {
  const app = new OpenAPIHono();
  const signins = new SigninRecorder(context);
  const check = hostCheck(options.allowedHosts);
  app.use(async (request, next) => {
    // Health checks of balancers and clusters name an address of their own choice, and what they are told is told to anybody.
    const refusal = OPEN_PATHS.has(request.req.path) ? undefined : check(request.req.header('host'), request.req.header('origin'));
    if (refusal !== undefined) return failure(403, 'forbidden_host', refusal);
    await next();
    request.res.headers.set('cache-control', 'no-store');
    request.res.headers.set('x-content-type-options', 'nosniff');
    if (!request.res.headers.has(CSP)) request.res.headers.set(CSP, "default-src 'none'; frame-ancestors 'none'");
    return undefined;
  });
  const gate = { context, signins, remoteAddress: options.remoteAddress };
  for (const one of adminRoutes()) {
    app.on(one.method.toUpperCase(), one.path.replaceAll(/\{(\w+)\}/g, ':$1'), (request) => serveRoute(gate, one, request));
    describe(app, one);
  }
  const document: Route = {
    method: 'get',
    path: '/openapi.json',
    role: 'viewer',
    summary: 'This description',
    handle: () => Response.json(openApi(app, context.version)),
  };
  app.get(document.path, (request) => serveRoute(gate, document, request));
  reviewPages(app as unknown as Hono, gate);
  passkeyPages(app as unknown as Hono, gate);
  slackHooks(app as unknown as Hono, gate);
  app.notFound(() => failure(404, 'not_found', 'There is no such path. GET /openapi.json lists them.'));
  app.onError((error, request) => unexpected(context, error, request));
  return app as unknown as Hono;
}

interface Gate {
  context: AdminContext;
  signins: SigninRecorder;
  remoteAddress(request: Context): string;
}

/** Everybody on this machine, where the settings say so. */
const ANONYMOUS: Operator = { name: 'anonymous', role: 'viewer', rights: ['organizations'], hash: '' };

async function serveRoute(gate: Gate, one: Route, request: Context): Promise<Response> {
  const admitted = await admit(gate, one, request);
  if (admitted instanceof Response) return admitted;
  const { context, operator } = admitted;
  const query = read(one.query, request.req.query(), 'query');
  if (query instanceof Response) return query;
  const body = one.body === undefined ? undefined : await readBody(one.body, request);
  if (body instanceof Response) return body;
  const param = (name: string): string => request.req.param(name) ?? '';
  return one.handle({ context, operator, param, query, body, raw: request });
}

interface Admitted {
  /** Of the operator's own organization. */
  context: AdminContext;
  operator: Operator;
}

/** INVARIANT: an operator works on the organization that its token belongs to, whatever it asks for (test/scenario/two-organizations.test.ts). */
async function admit({ context: home, signins, remoteAddress }: Gate, one: Route, request: Context): Promise<Admitted | Response> {
  if (one.role === 'anonymous') return { context: home, operator: ANONYMOUS };
  const address = remoteAddress(request);
  const open = one.role === 'metrics' && home.settings.metrics === 'loopback' && isLoopbackAddress(address);
  if (open) return { context: home, operator: ANONYMOUS };
  const bearer = /^Bearer +(\S+)$/i.exec(request.req.header('authorization') ?? '')?.[1];
  const context = bearer === undefined ? undefined : home.ownerOf(sha256Hex(bearer));
  const operator = context && identifyOperator(await context.view(), bearer, context.clock.nowMs());
  if (!context || !operator) {
    await signins.failed(address, bearer === undefined ? 'no token' : 'no valid token');
    const answer = failure(401, 'unauthenticated', 'A valid operator token is required: send the header "Authorization: Bearer so_…".');
    answer.headers.set('www-authenticate', 'Bearer');
    return answer;
  }
  await signins.succeeded(context, operator, address);
  const meant = request.req.header(ORGANIZATION_HEADER);
  if (meant !== undefined && meant !== context.org) return wrongOrganization(context.org, meant);
  const needed = one.role === 'metrics' ? 'viewer' : one.role;
  if (!mayAct(operator.role, needed)) return failure(403, 'forbidden', `This needs role ${needed}; you have role ${operator.role}.`);
  return { context, operator };
}

/** Which organization the caller thinks it works on; it can only be refused, never chosen. */
const ORGANIZATION_HEADER = 'sallyport-organization';

function wrongOrganization(org: string, meant: string): Response {
  const message = `This operator token belongs to organization ${org}, not to ${JSON.stringify(meant.slice(0, 64))}. Use a token of that organization.`;
  return failure(403, 'wrong_organization', message);
}

function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}

async function readBody(schema: z.ZodType, request: Context): Promise<unknown | Response> {
  // A route whose body says nothing that is needed can be asked without one.
  if (hasNoBody(request) && schema.safeParse({}).success) return schema.parse({});
  if (!/^application\/json(?:;|$)/i.test(request.req.header('content-type') ?? '')) {
    return failure(415, 'unsupported_media_type', 'The body must be JSON: send content-type application/json.');
  }
  const text = await readText(request.req.raw);
  if (text === undefined) {
    const answer = failure(413, 'too_large', `The body is larger than ${MAX_ADMIN_BODY_BYTES} bytes.`);
    answer.headers.set('connection', 'close'); // the rest of the body is not read
    return answer;
  }
  const parsed = parseStrictly(text);
  return 'problem' in parsed ? failure(400, 'invalid_request', parsed.problem) : read(schema, parsed.value, 'body');
}

function hasNoBody({ req }: Context): boolean {
  return (
    req.header('content-type') === undefined &&
    req.header('transfer-encoding') === undefined &&
    Number(req.header('content-length') ?? 0) === 0
  );
}

/** undefined when it is longer than MAX_ADMIN_BODY_BYTES; reading then stops. */
async function readText(request: Request): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > MAX_ADMIN_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function read(schema: z.ZodType | undefined, value: unknown, where: string): unknown | Response {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `${[where, ...issue.path].join('.')}: ${issue.message}`);
  return failure(400, 'invalid_request', lines[0] ?? `The ${where} is not valid.`, lines.slice(0, 20));
}

function unexpected(context: AdminContext, error: Error, request: Context): Response {
  const known = error instanceof GatewayError;
  context.logger.error(
    { path: request.req.routePath, code: known ? error.code : undefined, why: error.message, detail: known ? error.detail : error.stack },
    'a request of the admin side failed',
  );
  if (!known) return failure(500, 'internal', 'The gateway failed on this request. The process log says why.');
  return failure(STATUS.get(error.code) ?? 500, error.code, error.message);
}

/** Of failures that are not a fault of the gateway's code; everything else is 500. */
const STATUS: ReadonlyMap<string, number> = new Map([
  ['log_unavailable', 503],
  ['store_unavailable', 503],
  ['control_unavailable', 503],
  ['vault_not_ready', 503],
  ['invalid_write', 422],
]);

function describe(app: OpenAPIHono, one: Route): void {
  const names = [...one.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const reply = { description: 'Done', content: { [one.media ?? 'application/json']: { schema: one.reply ?? z.string() } } };
  const request = {
    ...(names.length > 0 ? { params: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))) } : {}),
    ...(one.query ? { query: one.query as z.ZodObject } : {}),
    ...(one.body ? { body: { required: !one.body.safeParse({}).success, content: { 'application/json': { schema: one.body } } } } : {}),
  };
  const refused = { description: 'Refused; the code says why', content: { 'application/json': { schema: errorBody } } };
  app.openAPIRegistry.registerPath({
    method: one.method,
    path: one.path,
    summary: one.summary,
    description: one.role === 'anonymous' ? 'No token needed.' : `Role: ${one.role}.`,
    ...(one.role === 'anonymous' ? {} : { security: [{ operatorToken: [] }] }),
    request,
    responses: { 200: reply, default: refused },
  });
}

function openApi(app: OpenAPIHono, version: string): object {
  const document = app.getOpenAPI31Document({ openapi: '3.1.0', info: { title: 'Sallyport admin API', version } });
  const components = { ...document.components, securitySchemes: { operatorToken: { type: 'http', scheme: 'bearer' } } };
  return { ...document, components };
}
