// The gateway's own settings: one strict schema for environment variables, flags and a YAML file. Docs and names are derived from it.
// Flags beat the environment, the environment beats the file. Secrets are never printed; unknown names are errors.
import { type Document, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { adminSettings } from './config/admin-setting.ts';
import { about, auditSettings, bytes, duration } from './config/audit-setting.ts';
import { isObject } from './lib/json.ts';
import { parseNetwork } from './lib/network.ts';
import { didYouMean } from './lib/suggest.ts';

const MAX_CONFIG_BYTES = 256 * 1024;
const port = z.number().int().min(0).max(65_535);
const host = z.string().min(1).max(255);
const hosts = z.array(z.string().min(1).max(255)).max(64);
const proxies = z.array(z.string().refine((text) => parseNetwork(text) !== undefined, 'networks, e.g. 10.0.0.0/8')).max(64);
const count = (max: number) => z.number().int().min(1).max(max);

const agentSettings = z.strictObject({
  host: host.default('127.0.0.1').meta(about('Address the agent listener binds to. Anything but loopback needs allowedHosts.')),
  port: port.default(7860).meta(about('Port of the agent listener; 0 takes a free one.')),
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta(about('URL under which agents reach the gateway, when it is not the listener itself.')),
  allowedHosts: hosts
    .default([])
    .meta(about('Host header values accepted besides loopback names and the host of publicUrl. Without port: any port.')),
  allowedOrigins: hosts.default([]).meta(about('Origin header values accepted besides loopback origins and that of publicUrl.')),
  trustedProxies: proxies.default([]).meta(about('Networks of proxies whose X-Forwarded-For counts, read from the right.')),
});

const limitSettings = z.strictObject({
  maxBodyBytes: bytes(1_024, 256 * 1024 * 1024)
    .default(4 * 1024 * 1024)
    .meta(about('Largest request body of an agent.')),
  maxResultBytes: bytes(1_024, 256 * 1024 * 1024)
    .default(16 * 1024 * 1024)
    .meta(about('Largest message a server may answer with.')),
  maxConnections: z.number().int().min(1).max(100_000).default(4_096).meta(about('Open agent connections.')),
  maxInFlight: count(100_000)
    .default(2_048)
    .meta(about('Calls under way at once; more are refused (limit_exceeded). One agent may have half of them.')),
  maxSessions: z.number().int().min(1).max(1_000_000).default(10_000).meta(about('Sessions (2025-11-25 and older) at once.')),
  maxSessionsPerAgent: count(1_000_000).default(256).meta(about('Sessions of one agent at once; the oldest idle one makes room.')),
  sessionIdleMs: duration(1_000, 7 * 86_400_000)
    .default(3_600_000)
    .meta(about('A session without traffic ends after this time.')),
  maxBufferedEvents: z.number().int().min(0).max(100_000).default(1_000).meta(about('Events kept per stream for clients that resume it.')),
  headersTimeoutMs: duration(100, 600_000).default(15_000).meta(about('Time a client has to send its request headers.')),
  bodyTimeoutMs: duration(100, 600_000).default(30_000).meta(about('Time a client has to send its request body.')),
  keepAliveTimeoutMs: duration(1_000, 3_600_000).default(75_000).meta(about('Idle connections are closed after this time.')),
  rates: z
    .enum(['auto', 'process', 'database'])
    .default('auto')
    .meta(
      about(
        'Where rates are counted. auto: in Redis when redisUrl is set, else in each gateway process for itself. database: in PostgreSQL, for all gateways together, one query a call. Quotas are always counted in the database.',
      ),
    ),
  concurrency: z
    .enum(['auto', 'process', 'database'])
    .default('auto')
    .meta(
      about(
        'Where calls at once are counted. auto: in PostgreSQL for all gateways together where that is the store. process: in each gateway process for itself, without two queries for each call that such a limit is about.',
      ),
    ),
  callTimeoutMs: duration(100, 86_400_000)
    .default(3_600_000)
    .meta(about('Longest time a call may take in all; standing streams excepted.')),
  drainTimeoutMs: duration(0, 600_000).default(10_000).meta(about('Time calls under way have to end when the gateway stops.')),
});

const freezeSettings = z.strictObject({
  liftApprovals: z
    .number()
    .int()
    .min(1)
    .max(2)
    .default(1)
    .meta(
      about('People that lifting any freeze takes at least. 2: one operator asks, another one confirms. A freeze may ask for 2 by itself.'),
    ),
});

const approvalSettings = z.strictObject({
  waitMs: duration(0, 3_600_000).default(50_000).meta(about('Longest wait of a held call whose client asked for progress; 0: none.')),
});

export const configSchema = z.strictObject({
  organization: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and dashes, at most 63')
    .default('default')
    .meta(about('Organization the command line works on, made at the first start.')),
  dataDir: z
    .string()
    .min(1)
    .default('.sallyport')
    .meta(about('Folder of the embedded database, the master key file and the operator token file.')),
  databaseUrl: z
    .string()
    .regex(/^postgres(?:ql)?:\/\/\S+$/, 'must be a URL such as postgres://user:password@host:5432/database')
    .optional()
    .meta({ ...about('PostgreSQL (15 or newer) instead of the embedded database.'), env: 'DATABASE_URL', secret: true }),
  redisUrl: z
    .string()
    .regex(/^rediss?:\/\/\S+$/, 'must be a URL such as redis://host:6379')
    .optional()
    .meta({ ...about('Redis (6.2 or newer) that counts rates for all gateways together.'), env: 'REDIS_URL', secret: true }),
  masterKey: z
    .string()
    .optional()
    .meta({ ...about('Master key of the vault, 32 bytes in base64 or hex. Without it: the file master.key in dataDir.'), secret: true }),
  masterKeyPrevious: z
    .string()
    .optional()
    .meta({ ...about('Master key before the last rotation; needed until the next start has wrapped everything anew.'), secret: true }),
  profile: z
    .enum(['default', 'conformance'])
    .default('default')
    .meta(
      about(
        'conformance: agents on loopback need no token and act as agent "conformance". For test suites only; refused on other addresses.',
      ),
    ),
  logLevel: z
    .enum(['silent', 'error', 'warn', 'info', 'debug', 'trace'])
    .default('info')
    .meta(about('What the process log (standard error) tells.')),
  agent: agentSettings.prefault({}),
  admin: adminSettings.prefault({}),
  limits: limitSettings.prefault({}),
  audit: auditSettings.prefault({}),
  freeze: freezeSettings.prefault({}),
  approvals: approvalSettings.prefault({}),
});

export type Config = z.infer<typeof configSchema>;

export interface ConfigInput {
  /** Only names that start with SALLYPORT_, DATABASE_URL and REDIS_URL are looked at. */
  env: Readonly<Record<string, string | undefined>>;
  /** By setting name, e.g. `agent.port`; undefined values are ignored. */
  flags?: Readonly<Record<string, string | undefined>>;
  /** Text of the file given by --config. */
  file?: { name: string; text: string } | undefined;
}

export type ConfigResult = { config: Config; problems?: undefined } | { problems: string[]; config?: undefined };

/** Never throws. Problems name the setting and where it came from, never the value of a secret. */
export function loadConfig(input: ConfigInput): ConfigResult {
  const problems: string[] = [];
  const origins = new Map<string, string>();
  const values = input.file ? readFile(input.file, origins, problems) : {};
  overlayEnv(values, input.env, origins, problems);
  overlayFlags(values, input.flags ?? {}, origins, problems);
  const parsed = configSchema.safeParse(values);
  if (!parsed.success) problems.push(...parsed.error.issues.flatMap((issue) => explain(issue, origins, input.file?.name)));
  else problems.push(...contradictions(parsed.data));
  return problems.length > 0 || !parsed.success ? { problems } : { config: parsed.data };
}

export interface SettingInfo {
  /** `agent.port` */
  name: string;
  env: string;
  /** `--agent-port` */
  flag: string;
  description: string;
  /** JSON text, or undefined. */
  default: string | undefined;
  /** `text`, `whole number`, `list`, or the allowed words. */
  form: string;
  secret: boolean;
}

/** Every setting, in the order of the schema. */
export function settings(): SettingInfo[] {
  return walk(configSchema as unknown as SchemaNode, []);
}

/** docs/config.md. */
export function configReference(): string {
  const rows = settings().map((s) => {
    const standard = s.default === undefined ? '' : `\`${s.default}\``;
    return `| \`${s.name}\` | \`${s.env}\` | ${s.secret ? '' : `\`${s.flag}\``} | ${s.form} | ${standard} | ${s.description}${s.secret ? ' Secret: never printed.' : ''} |`;
  });
  return [
    '# Settings',
    '',
    'Generated from `src/config.ts`; do not edit. A flag beats the environment, the environment beats the YAML file given by `--config` (or `SALLYPORT_CONFIG`).',
    'In the file, dots are levels: `agent.port` is `port` under `agent`. Lists are comma-separated in variables and flags. Unknown settings are errors.',
    '',
    '| setting | variable | flag | form | default | meaning |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** The configuration with secrets replaced by `(set)`, for doctor and logs. */
export function printableConfig(config: Config): Record<string, unknown> {
  const secret = settings().filter((s) => s.secret);
  const copy = structuredClone(config) as Record<string, unknown>;
  for (const { name } of secret) if (copy[name] !== undefined) copy[name] = '(set)';
  return copy;
}

/** Settings whose variables have a name that is common elsewhere. */
const OWN_VARIABLES: ReadonlySet<string> = new Set(['DATABASE_URL', 'REDIS_URL']);

/** Names of variables of the command line itself; not settings, but no mistakes either. */
const CLI_VARIABLES = ['SALLYPORT_CONFIG', 'SALLYPORT_ADMIN_URL', 'SALLYPORT_OPERATOR_TOKEN', 'SALLYPORT_TOKEN'];

interface SchemaNode {
  def: {
    type: string;
    shape?: Record<string, SchemaNode>;
    innerType?: SchemaNode;
    defaultValue?: unknown;
    entries?: Record<string, string>;
  };
  meta(): { description?: string; env?: string; secret?: boolean } | undefined;
}

function walk(node: SchemaNode, path: string[]): SettingInfo[] {
  const inner = bare(node);
  if (inner.def.type === 'object') return Object.entries(inner.def.shape ?? {}).flatMap(([key, child]) => walk(child, [...path, key]));
  const meta = node.meta() ?? {};
  const dashed = path.map((step) => step.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)).join('-');
  return [
    {
      name: path.join('.'),
      env: meta.env ?? `SALLYPORT_${dashed.replaceAll('-', '_').toUpperCase()}`,
      flag: `--${dashed}`,
      description: meta.description ?? '',
      default: node.def.type === 'default' ? JSON.stringify(node.def.defaultValue) : undefined,
      form: formOf(inner),
      secret: meta.secret ?? false,
    },
  ];
}

function formOf(node: SchemaNode): string {
  if (node.def.type === 'enum')
    return Object.keys(node.def.entries ?? {})
      .map((word) => `\`${word}\``)
      .join(' ');
  return node.def.type === 'number' ? 'whole number' : node.def.type === 'array' ? 'list' : 'text';
}

function bare(node: SchemaNode): SchemaNode {
  return node.def.innerType ? bare(node.def.innerType) : node;
}

function readFile(file: { name: string; text: string }, origins: Map<string, string>, problems: string[]): Record<string, unknown> {
  if (Buffer.byteLength(file.text) > MAX_CONFIG_BYTES) {
    problems.push(`${file.name}: larger than ${MAX_CONFIG_BYTES} bytes`);
    return {};
  }
  const lines = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: lines, prettyErrors: false, version: '1.2', schema: 'core' });
  for (const problem of [...document.errors, ...document.warnings]) {
    const { line, col } = lines.linePos(problem.pos[0]);
    problems.push(`${file.name}:${line}:${col}: ${problem.message.split('\n')[0]}`);
  }
  const value = document.errors.length > 0 ? {} : toPlain(document, file.name, problems);
  if (!isObject(value)) {
    problems.push(`${file.name}: expected settings as keys and values`);
    return {};
  }
  for (const { name } of settings()) {
    const node = document.getIn(name.split('.'), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) origins.set(name, `${file.name}:${lines.linePos(node.range[0]).line}`);
  }
  return value as Record<string, unknown>;
}

function toPlain(document: Document, fileName: string, problems: string[]): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 }) ?? {};
  } catch {
    problems.push(`${fileName}: aliases (*name) are not supported; write the value out`);
    return {};
  }
}

function overlayEnv(values: Record<string, unknown>, env: ConfigInput['env'], origins: Map<string, string>, problems: string[]): void {
  const known = settings();
  const byEnv = new Map(known.map((setting) => [setting.env, setting]));
  for (const [variable, text] of Object.entries(env)) {
    if (text === undefined || text === '' || !(OWN_VARIABLES.has(variable) || variable.startsWith('SALLYPORT_'))) continue;
    const setting = byEnv.get(variable);
    if (setting) place(values, setting, text, `variable ${variable}`, origins);
    else if (!CLI_VARIABLES.includes(variable))
      problems.push(`unknown variable ${variable}.${didYouMean(variable, [...byEnv.keys(), ...CLI_VARIABLES])}`);
  }
}

function overlayFlags(
  values: Record<string, unknown>,
  flags: Readonly<Record<string, string | undefined>>,
  origins: Map<string, string>,
  problems: string[],
): void {
  const byName = new Map(settings().map((setting) => [setting.name, setting]));
  for (const [name, text] of Object.entries(flags)) {
    if (text === undefined) continue;
    const setting = byName.get(name);
    if (setting) place(values, setting, text, `flag ${setting.flag}`, origins);
    else problems.push(`unknown setting ${name}.${didYouMean(name, byName.keys())}`);
  }
}

function place(values: Record<string, unknown>, setting: SettingInfo, text: string, origin: string, origins: Map<string, string>): void {
  const path = setting.name.split('.');
  let target = values;
  for (const step of path.slice(0, -1)) {
    const next = isObject(target[step]) ? target[step] : {};
    target[step] = next;
    target = next as Record<string, unknown>;
  }
  target[path.at(-1) ?? ''] = readText(setting, text);
  origins.set(setting.name, origin);
}

function readText(setting: SettingInfo, text: string): unknown {
  if (setting.form === 'whole number') return /^-?\d{1,15}$/.test(text.trim()) ? Number(text) : text;
  if (setting.form !== 'list') return text;
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function explain(issue: z.core.$ZodIssue, origins: ReadonlyMap<string, string>, file: string | undefined): string[] {
  const name = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = settings().map((setting) => setting.name);
    return issue.keys.map((key) => {
      const full = name === '' ? key : `${name}.${key}`;
      return `${file ?? 'settings'}: unknown setting ${full}.${didYouMean(full, [...known, 'agent', 'admin', 'limits', 'audit'])}`;
    });
  }
  return [`${name} (${origins.get(name) ?? 'settings'}): ${issue.message}`];
}

/** Combinations that are valid one by one but not together. */
function contradictions(config: Config): string[] {
  const problems: string[] = [];
  if (config.profile === 'conformance' && !isLoopback(config.agent.host)) {
    problems.push('profile conformance lets agents in without a token and therefore needs agent.host on loopback (127.0.0.1)');
  }
  if (!isLoopback(config.agent.host) && config.agent.allowedHosts.length === 0 && config.agent.publicUrl === undefined) {
    problems.push(
      `agent.host ${config.agent.host} is reachable from elsewhere: set agent.publicUrl or agent.allowedHosts to the names agents use`,
    );
  }
  if (!isLoopback(config.admin.host) && config.admin.allowedHosts.length === 0 && config.admin.publicUrl === undefined) {
    problems.push(
      `admin.host ${config.admin.host} is reachable from elsewhere: set admin.publicUrl or admin.allowedHosts to the names operators use`,
    );
  }
  if (config.limits.rates === 'database' && config.databaseUrl === undefined)
    problems.push('limits.rates database needs DATABASE_URL; the embedded store has one process, whose own count is exact');
  if (config.limits.concurrency === 'database' && config.databaseUrl === undefined)
    problems.push('limits.concurrency database needs DATABASE_URL; the embedded store has one process, whose own count is exact');
  return problems;
}

export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^127(?:\.\d{1,3}){3}$/.test(address);
}
