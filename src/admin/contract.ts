// The wire format of the admin API, as Zod schemas and their types only. The console and the command line build to this file.
// Never imports anything that runs.
import { z } from 'zod';

export * from './contract-approval.ts';
export * from './contract-grant.ts';
export * from './contract-identity.ts';
export * from './contract-notify.ts';

export const MAX_LOG_PAGE = 500;

const name = z.string().min(1).max(63);
const instant = z.iso.datetime({ offset: true });

/** A problem of an object: a path in it, and an offset (UTF-16 code units) into the text that stands there. */
const placedProblem = z.object({
  object: z.string(),
  message: z.string(),
  path: z.array(z.union([z.string(), z.number()])).optional(),
  offset: z.number().optional(),
});

export const errorBody = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    /** One line each: every problem found. */
    details: z.array(z.string()).optional(),
    /** The same with where in the object each stands, as far as that can be said. */
    problems: z.array(placedProblem).optional(),
  }),
});

/** An object as it leaves the gateway; secrets show `(sealed)`. */
export const objectBody = z.looseObject({
  kind: z.string(),
  metadata: z.object({ name: z.string() }).loose(),
  spec: z.object({}).loose(),
  revision: z.number().optional(),
});
export const objectList = z.object({ revision: z.number(), objects: z.array(objectBody) });
export const objectQuery = z.strictObject({ kind: z.string().optional() });
export const deleteQuery = z.strictObject({ revision: z.coerce.number().int().min(0).optional() });

export const applyRequest = z
  .strictObject({
    /** YAML (several documents) or JSON. */
    text: z.string().optional(),
    /** Objects as JSON, instead of text. */
    objects: z.array(z.unknown()).max(20_000).optional(),
    /** Kinds of which everything that is not given is deleted. */
    prune: z.array(z.string()).max(16).optional(),
    dryRun: z.boolean().optional(),
    /** Names the input in messages. */
    fileName: z.string().max(1024).optional(),
  })
  .refine((body) => (body.text === undefined) !== (body.objects === undefined), 'give exactly one of text and objects');
export const changeBody = z.object({ kind: z.string(), name: z.string(), change: z.enum(['created', 'changed', 'deleted', 'unchanged']) });
export const applyReply = z.object({
  revision: z.number(),
  dryRun: z.boolean(),
  changes: z.array(changeBody),
  warnings: z.array(z.string()),
  /** The warnings that stand somewhere in an object. */
  placedWarnings: z.array(placedProblem).optional(),
});
export const diffReply = z.object({
  revision: z.number(),
  changes: z.array(changeBody.extend({ diff: z.string() })),
  warnings: z.array(z.string()),
});
export const historyQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(1_000).default(50) });
export const historyReply = z.object({
  versions: z.array(z.object({ revision: z.number(), author: z.string(), time: z.string(), object: objectBody.optional() })),
});
export const rollbackRequest = z.strictObject({ to: z.number().int().min(1), dryRun: z.boolean().optional() });
export const exportQuery = z.strictObject({
  kinds: z.string().max(256).optional(),
  secrets: z.enum(['true', 'false']).optional(),
  revisions: z.enum(['true', 'false']).optional(),
});

export const revokeReply = z.object({ name: z.string(), revision: z.number() });

export const operatorBody = z.object({
  name: z.string(),
  role: z.string(),
  user: z.string().optional(),
  rights: z.array(z.string()).optional(),
  hint: z.string(),
  createdAt: z.string(),
  expiresAt: z.string().optional(),
  revokedAt: z.string().optional(),
});
export const operatorList = z.object({ operators: z.array(operatorBody) });
export const operatorRequest = z.strictObject({
  name,
  role: z.enum(['viewer', 'reviewer', 'operator', 'admin']),
  /** The user object of the person it is for. */
  user: name.optional(),
  rights: z
    .array(z.enum(['organizations']))
    .max(1)
    .optional(),
  expiresAt: instant.optional(),
});
export const newOperatorReply = z.object({ name: z.string(), role: z.string(), token: z.string(), revision: z.number() });

const glob = z.string().min(1).max(256);
const freezeScope = z.union([
  z.strictObject({ everyone: z.literal(true) }),
  z.strictObject({ agent: name }),
  z.strictObject({ class: name }),
  z.strictObject({ user: name }),
  z.strictObject({ token: name }),
  z.strictObject({ server: name }),
  z.strictObject({ tool: z.strictObject({ server: glob, name: glob }) }),
]);
export const freezeRequest = z.strictObject({
  name: name.optional(),
  scope: freezeScope,
  reason: z.string().trim().min(1).max(1024),
  until: instant.optional(),
  /** Revokes the tokens of whom it stops, in the same change. Not with a server or a tool. */
  revokeTokens: z.boolean().optional(),
  /** 2: lifting it takes two operators. */
  liftApprovals: z.number().int().min(1).max(2).optional(),
});
export const freezeBody = z.object({
  name: z.string(),
  scope: z.object({}).loose(),
  reason: z.string(),
  until: z.string().optional(),
  active: z.boolean(),
  setBy: z.string().optional(),
  setAt: z.string().optional(),
  /** Operators that lifting takes. */
  approvals: z.number(),
  /** Somebody asked to lift it, and somebody else has to confirm. */
  liftRequest: z.object({ by: z.string(), at: z.string() }).optional(),
  drill: z.boolean().optional(),
});
export const freezeList = z.object({ freezes: z.array(freezeBody) });
export const freezeReply = z.object({ name: z.string(), revision: z.number(), tokensRevoked: z.number() });
export const unfreezeReply = z.object({
  name: z.string(),
  revision: z.number(),
  /** False: the request is recorded, another operator has to confirm it. */
  lifted: z.boolean(),
});
export const MAX_DRILL_WAIT_MS = 30_000;
export const drillRequest = z.strictObject({
  scope: freezeScope,
  reason: z.string().trim().min(1).max(1024),
  /** Longest time to wait for the gateways' reports. */
  waitMs: z.number().int().min(100).max(MAX_DRILL_WAIT_MS).default(3_000),
});
export const drillReply = z.object({
  name: z.string(),
  /** Gateways on the store when it began. */
  gateways: z.number(),
  /** One for each gateway that reported in time. */
  reports: z.array(
    z.object({
      instance: z.string(),
      /** From the flag until the last matching call would have been ended. */
      elapsedMs: z.number(),
      counts: z.record(z.string(), z.number()),
      /** Entry that records it. */
      seq: z.number(),
    }),
  ),
});

/** `spec` as in the object; of a token's own limits what they amount to. */
export const limitBody = z.object({
  name: z.string(),
  spec: z.object({}).loose(),
  usage: z.array(
    z.object({
      part: z.enum(['quota', 'concurrency']),
      /** Whose count, `agent=reader`; empty when there is one for all. */
      key: z.string(),
      /** Decimal texts. */
      used: z.string(),
      max: z.string(),
      /** When something of it is free again. */
      roomAt: z.string().optional(),
    }),
  ),
});
export const limitList = z.object({ limits: z.array(limitBody) });

export const effectiveQuery = z.strictObject({
  agent: name.optional(),
  server: name.optional(),
  /** Comma-separated. */
  teams: z.string().max(4096).optional(),
  roles: z.string().max(4096).optional(),
  user: z.string().max(256).optional(),
});
export const effectiveReply = z.object({
  revision: z.number(),
  rules: z.array(
    z.object({
      tier: z.string(),
      rule: z.string(),
      effect: z.enum(['allow', 'deny', 'hold', 'hide']),
      match: z.object({}).loose(),
      when: z.string().optional(),
      obligations: z.object({}).loose().optional(),
      reason: z.string().optional(),
    }),
  ),
});

const seq = z.coerce.number().int().min(1);
export const logQuery = z.strictObject({
  from: seq.optional(),
  to: seq.optional(),
  call: z.string().max(128).optional(),
  type: z.enum(['decision', 'outcome', 'object', 'signin', 'system']).optional(),
  effect: z.enum(['allow', 'deny', 'hold']).optional(),
  agent: name.optional(),
  server: name.optional(),
  tool: z.string().max(256).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LOG_PAGE).default(50),
  /** Newest first unless `oldest`. */
  order: z.enum(['newest', 'oldest']).default('newest'),
});
/** Entries stand exactly as in an export. */
export const logEntry = z.object({ content: z.object({}).loose(), hash: z.string(), header: z.object({}).loose() });
export const logReply = z.object({
  /** Entries up to this one are in segments elsewhere, and not looked through; absent when all are here. */
  archived: z.number().optional(),
  entries: z.array(logEntry),
  /** Sequence number to go on from, as `to` (newest first) or `from` (oldest first); absent at the end. */
  next: z.number().optional(),
});
export const entryQuery = z.strictObject({ values: z.enum(['true', 'false']).optional() });
export const entryReply = z.object({
  entry: logEntry,
  /** Full values behind the commitments, by commitment; null when erased or never kept. Only with `values=true`. */
  values: z.record(z.string(), z.string().nullable()).optional(),
  /** Entry that says that these values were erased. */
  erased: z.number().optional(),
});
export const tailQuery = z.strictObject({ from: z.coerce.number().int().min(1).optional() });
const patterns = z.string().min(1).max(4096).optional();
/** Which entries; each a comma-separated list of globs, any of which may fit. An outcome is taken where its decision is. */
export const entryMatchQuery = {
  type: patterns,
  event: patterns,
  effect: patterns,
  agent: patterns,
  user: patterns,
  server: patterns,
  tool: patterns,
  rule: patterns,
  code: patterns,
  since: instant.optional(),
  until: instant.optional(),
};
/** Places of the log that one answer may cover at most. */
export const MAX_EXPORT_SPAN = 1_000_000;
export const logExportQuery = z.strictObject({
  from: seq.optional(),
  to: seq.optional(),
  /** Covers so many places of the log at most; the header `sallyport-next` says where to go on. */
  span: z.coerce.number().int().min(1).max(MAX_EXPORT_SPAN).optional(),
  format: z.enum(['jsonl', 'ocsf', 'cef', 'syslog', 'otlp']).default('jsonl'),
  ...entryMatchQuery,
});
export type EntryMatchQuery = { [K in keyof typeof entryMatchQuery]?: string | undefined };

export const healthReply = z.object({
  status: z.enum(['ok', 'ready', 'not ready']),
  anchors: z.enum(['ok', 'failing']).optional(),
  archive: z.enum(['ok', 'failing']).optional(),
  /** Stored policies or standing grants that would be refused if they were applied now; absent when there are none. */
  policies: z.enum(['failing']).optional(),
});
export const policyProblems = z.object({
  problems: z.array(
    z.object({
      /** One of the two. */
      policy: z.string().optional(),
      grant: z.string().optional(),
      /** `spec.rules[2].when`, and from which character on. */
      where: z.string(),
      message: z.string(),
    }),
  ),
});
export const statusReply = z.object({
  organization: z.string(),
  version: z.string(),
  instance: z.string(),
  revision: z.number(),
  log: z.object({ seq: z.number(), hash: z.string() }),
  ready: z.boolean(),
  servers: z.array(
    z.object({
      server: z.string(),
      transport: z.string(),
      era: z.string(),
      connections: z.number(),
      inFlight: z.number(),
      lastError: z.string().optional(),
      /** `resting`: it failed too often and is left alone. Of several endpoints the best. */
      health: z.enum(['up', 'trial', 'resting']),
      /** Only when there are several. */
      endpoints: z.array(z.object({ url: z.string(), health: z.string(), lastError: z.string().optional() })).optional(),
    }),
  ),
});
export const rotateReply = z.object({ key: z.string(), previous: z.string() });

export type OperatorList = z.infer<typeof operatorList>;
export type OperatorRequest = z.input<typeof operatorRequest>;
export type NewOperatorReply = z.infer<typeof newOperatorReply>;
export type PlacedProblem = z.infer<typeof placedProblem>;
export type EffectiveReply = z.infer<typeof effectiveReply>;
export type ObjectBody = z.infer<typeof objectBody>;
export type ApplyRequest = z.input<typeof applyRequest>;
export type ApplyReply = z.infer<typeof applyReply>;
export type DiffReply = z.infer<typeof diffReply>;
export type HistoryReply = z.infer<typeof historyReply>;
export type LimitBody = z.infer<typeof limitBody>;
export type FreezeList = z.infer<typeof freezeList>;
export type FreezeRequest = z.input<typeof freezeRequest>;
export type FreezeReply = z.infer<typeof freezeReply>;
export type UnfreezeReply = z.infer<typeof unfreezeReply>;
export type DrillRequest = z.input<typeof drillRequest>;
export type DrillReply = z.infer<typeof drillReply>;
export type PolicyProblems = z.infer<typeof policyProblems>;
export type StatusReply = z.infer<typeof statusReply>;

export * from './contract-archive.ts';
export * from './contract-evidence.ts';
export * from './contract-forward.ts';
export * from './contract-pack.ts';
export * from './contract-rehearse.ts';
export * from './contract-report.ts';
export * from './contract-retention.ts';
export * from './contract-server.ts';
