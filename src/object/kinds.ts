// The kinds of control-plane objects: metadata + spec, as Zod schemas (YAML in files, JSON on the wire).
// Unknown keys are errors. Secrets appear only sealed.
import { z } from 'zod';

const name = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/,
    'lower-case letters, digits, dot, dash, underscore; 1–63 characters; starts and ends with a letter or digit',
  );
const text = z.string().max(1024);
const glob = z.string().min(1).max(256);
const globs = z.array(glob).min(1).max(256);
const instant = z.iso.datetime({ offset: true });

export const metadataSchema = z.strictObject({
  name,
  title: text.optional(),
  description: z.string().max(4096).optional(),
  labels: z.record(z.string().max(63), z.string().max(256)).optional(),
});

/** A literal value or a reference to a sealed secret. */
const valueSource = z.union([z.string().max(8192), z.strictObject({ secret: name, prefix: z.string().max(64).optional() })]);

const headerName = z
  .string()
  .max(256)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'letters, digits and the punctuation of an HTTP header name')
  .refine((header) => !OWN_HEADERS.has(header.toLowerCase()), 'the gateway sets this header itself');
const envName = z
  .string()
  .max(256)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and underscore, not starting with a digit');

/** Headers that belong to the transport; a server object cannot set them. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'content-type',
  'accept',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'keep-alive',
  'mcp-session-id',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'last-event-id',
]);

export const serverSpec = z
  .strictObject({
    transport: z.enum(['http', 'sse', 'stdio']),
    url: z.url({ protocol: /^https?$/ }).optional(),
    command: z.string().min(1).max(4096).optional(),
    args: z.array(z.string().max(8192)).max(256).optional(),
    cwd: z.string().max(4096).optional(),
    /** Environment of a stdio server, beside a short allow-list (PATH, HOME, …). */
    env: z.record(envName, valueSource).optional(),
    /** Extra request headers of an http or sse server. */
    headers: z.record(headerName, valueSource).optional(),
    era: z.enum(['auto', 'legacy', 'modern']).default('auto'),
    timeoutMs: z.number().int().min(100).max(3_600_000).default(60_000),
    idleShutdownMs: z.number().int().min(1_000).max(86_400_000).default(600_000),
    maxConcurrency: z.number().int().min(1).max(10_000).default(256),
    tags: z.array(text).max(64).optional(),
    /** Forward methods that no revision names (still subject to policy). */
    allowUnknownMethods: z.boolean().default(false),
    disabled: z.boolean().default(false),
  })
  .superRefine((spec, context) => {
    if (spec.transport === 'stdio' && !spec.command)
      context.addIssue({ code: 'custom', path: ['command'], message: 'a stdio server needs a command' });
    if (spec.transport !== 'stdio' && !spec.url)
      context.addIssue({ code: 'custom', path: ['url'], message: `an ${spec.transport} server needs a url` });
  });

export const agentSpec = z.strictObject({
  owner: text.optional(),
  class: name.optional(),
  clientSurface: text.optional(),
  environment: name.optional(),
  credentialMode: z.enum(['service', 'user']).default('service'),
  disabled: z.boolean().default(false),
});

export const tokenSpec = z.strictObject({
  agent: name,
  /** Hex SHA-256 of the whole token. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** First characters, for people to recognise it. */
  hint: z.string().max(16),
  scopes: z
    .strictObject({
      servers: globs.optional(),
      tools: globs.optional(),
      prompts: globs.optional(),
      resources: globs.optional(),
      methods: globs.optional(),
    })
    .optional(),
  createdAt: instant,
  expiresAt: instant.optional(),
  revokedAt: instant.optional(),
});

export const policyRule = z.strictObject({
  name,
  match: z
    .strictObject({
      agent: globs.optional(),
      class: globs.optional(),
      environment: globs.optional(),
      server: globs.optional(),
      tool: globs.optional(),
      prompt: globs.optional(),
      resource: globs.optional(),
      method: globs.optional(),
    })
    .default({}),
  effect: z.enum(['allow', 'deny']),
  reason: text.optional(),
});

export const policySpec = z.strictObject({
  /** Policies are ordered by this number, then by name; rules by their place in the list. First match wins over all of them. */
  order: z.number().int().min(0).max(1_000_000).default(1000),
  rules: z.array(policyRule).max(20_000),
});

export const freezeSpec = z.strictObject({
  scope: z.union([
    z.strictObject({ everyone: z.literal(true) }),
    z.strictObject({ agent: name }),
    z.strictObject({ class: name }),
    z.strictObject({ server: name }),
    z.strictObject({ token: name }),
  ]),
  reason: text,
  until: instant.optional(),
});

export const secretSpec = z.strictObject({
  /** Envelope written by vault/; never plain text. */
  sealed: z.string().max(65_536),
});

/** Rights of people on the admin side, weakest first; each includes the ones before it. */
export const roles = ['viewer', 'reviewer', 'operator', 'admin'] as const;

/** A person or program on the admin side. Its token (`so_…`) is stored as a hash only. */
export const operatorSpec = z.strictObject({
  role: z.enum(roles),
  /** Hex SHA-256 of the whole token. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** First characters, for people to recognise it. */
  hint: z.string().max(16),
  createdAt: instant,
  expiresAt: instant.optional(),
  revokedAt: instant.optional(),
});

export const kinds = {
  server: serverSpec,
  agent: agentSpec,
  token: tokenSpec,
  policy: policySpec,
  freeze: freezeSpec,
  secret: secretSpec,
  operator: operatorSpec,
} as const;

export type Kind = keyof typeof kinds;
export type Metadata = z.infer<typeof metadataSchema>;
export type ServerSpec = z.infer<typeof serverSpec>;
export type AgentSpec = z.infer<typeof agentSpec>;
export type TokenSpec = z.infer<typeof tokenSpec>;
export type PolicySpec = z.infer<typeof policySpec>;
export type PolicyRule = z.infer<typeof policyRule>;
export type FreezeSpec = z.infer<typeof freezeSpec>;
export type SecretSpec = z.infer<typeof secretSpec>;
export type OperatorSpec = z.infer<typeof operatorSpec>;
export type Role = (typeof roles)[number];

export interface SpecOf {
  server: ServerSpec;
  agent: AgentSpec;
  token: TokenSpec;
  policy: PolicySpec;
  freeze: FreezeSpec;
  secret: SecretSpec;
  operator: OperatorSpec;
}

export const kindNames = Object.keys(kinds) as readonly Kind[];

export function isKind(text: string): text is Kind {
  return Object.hasOwn(kinds, text);
}

/** An object as stored and as sent on the wire (JSON). `revision` is set by the store. */
export interface StoredObject<K extends Kind = Kind> {
  kind: K;
  metadata: Metadata;
  spec: SpecOf[K];
  revision?: number;
}
