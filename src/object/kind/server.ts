// Kind `server`: a registered upstream MCP server and how to reach it. Credentials appear only as references to secrets.
import { z } from 'zod';
import { categories, intents } from '../intent-name.ts';
import { glob, globs, name, text, valueSource } from './field.ts';
import { dataSpec } from './flow.ts';

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

const sensitivity = z.enum(['low', 'medium', 'high', 'critical']);

/** Entries of `tools` of one server. */
export const MAX_TOOL_OVERRIDES = 1_000;

export const toolOverride = z.strictObject({
  /** The class of every call, whatever its arguments. */
  intent: z.enum(intents).optional(),
  category: z.enum(categories).optional(),
  /** How much harm a misuse of this tool could do. */
  risk: sensitivity.optional(),
  /** Labels of what this tool tells, and where what it is told goes; its members count before those of the server. */
  data: dataSpec.optional(),
});

export type ToolOverride = z.infer<typeof toolOverride>;

export const serverSpec = z
  .strictObject({
    transport: z.enum(['http', 'sse', 'stdio']),
    url: z.url({ protocol: /^https?$/ }).optional(),
    /** Further endpoints of the same server: one that fails is left alone while another one is up. Beside url or instead of it. */
    urls: z
      .array(z.url({ protocol: /^https?$/ }))
      .min(1)
      .max(32)
      .optional(),
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
    /** Tools that may be called again after a failure, if their definition says that they are idempotent or only read. */
    retryTools: globs.optional(),
    tags: z.array(text).max(64).optional(),
    /** Tags of tools, by name or glob; rules match on them as on those of the server. */
    toolTags: z.record(glob, z.array(text).max(64)).optional(),
    /** How much harm a misuse of this server could do, as its owner says. */
    risk: sensitivity.optional(),
    /** What the owner says of tools, by glob over their names; the most exact one that fits counts (docs/intent.md). */
    tools: z
      .record(glob, toolOverride)
      .refine((tools) => Object.keys(tools).length <= MAX_TOOL_OVERRIDES, `at most ${MAX_TOOL_OVERRIDES} entries`)
      .optional(),
    /** Labels of what its tools tell, and where what they are told goes (docs/flow.md). */
    data: dataSpec.optional(),
    /** Where it runs, e.g. `production`. */
    environment: name.optional(),
    /** Use definitions as the server states them, without anybody's approval. Without it nothing is callable before a snapshot is approved. */
    trust: z.boolean().default(false),
    /** Forward methods that no revision names (still subject to policy). */
    allowUnknownMethods: z.boolean().default(false),
    disabled: z.boolean().default(false),
  })
  .superRefine((spec, context) => {
    if (spec.transport === 'stdio' && !spec.command)
      context.addIssue({ code: 'custom', path: ['command'], message: 'a stdio server needs a command' });
    if (spec.transport === 'stdio' && spec.urls) context.addIssue({ code: 'custom', path: ['urls'], message: 'a stdio server has no url' });
    if (spec.transport !== 'stdio' && !spec.url && !spec.urls)
      context.addIssue({ code: 'custom', path: ['url'], message: `an ${spec.transport} server needs a url` });
  });
