// Kind `subscription`: which events are told, over which channel. Addresses that are secrets, keys and passwords stand in secret objects only;
// what an event looks like and what each member means: docs/notifications.md.
import { z } from 'zod';
import { globs, name, text, valueSource } from './field.ts';

/** Keys that sign at the same time, while one is replaced by the other. */
export const MAX_SIGNING_SECRETS = 2;
/** Characters of a template, as JSON. */
export const MAX_TEMPLATE_CHARS = 16_384;
/** Longest pause between two attempts, milliseconds. */
export const MAX_RETRY_MS = 86_400_000;

/** Shortest interval of a digest, milliseconds. */
export const MIN_DIGEST_MS = 1_000;

export const severities = ['info', 'warning', 'critical'] as const;

const url = z.union([z.url({ protocol: /^https?$/ }).max(4096), z.strictObject({ secret: name })]);
const httpPlace = {
  url,
  /** Lets it reach loopback and private networks. Metadata services and link-local addresses are never reached. */
  allowPrivate: z.boolean().optional(),
};
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/, 'a header name');
const address = z
  .string()
  .max(320)
  .regex(/^[^\s<>,;:"@()[\]\\]+@[^\s<>,;:"@()[\]\\]+$/, 'one e-mail address, without a name');

const webhook = z.strictObject({
  type: z.literal('webhook'),
  ...httpPlace,
  /** Secret objects that hold signing keys (`whsec_…`); every one signs. */
  secrets: z.array(name).min(1).max(MAX_SIGNING_SECRETS),
});
/** Whoever knows the address of such a webhook can post there: it is a secret. */
const secretPlace = { url: z.strictObject({ secret: name }), allowPrivate: z.boolean().optional() };
const slack = z.strictObject({ type: z.literal('slack'), ...secretPlace });
const teams = z.strictObject({ type: z.literal('teams'), ...secretPlace });
const email = z.strictObject({
  type: z.literal('email'),
  host: z.string().min(1).max(253),
  port: z.number().int().min(1).max(65_535).default(587),
  /** `starttls`: refused when the server has no TLS. `none`: plain text; only with allowPrivate. */
  tls: z.enum(['starttls', 'implicit', 'none']).default('starttls'),
  user: z.string().min(1).max(320).optional(),
  /** Secret object with the password. */
  password: z.strictObject({ secret: name }).optional(),
  from: address,
  to: z.array(address).min(1).max(50),
  allowPrivate: z.boolean().optional(),
});
const template = z.strictObject({
  type: z.literal('template'),
  ...httpPlace,
  method: z.enum(['POST', 'PUT']).default('POST'),
  headers: z.record(headerName, valueSource).optional(),
  /** JSON with `{{path.to.member}}` of the event in its texts. */
  template: z
    .json()
    .refine((value) => JSON.stringify(value).length <= MAX_TEMPLATE_CHARS, `a template has at most ${MAX_TEMPLATE_CHARS} characters`),
});

export const subscriptionSpec = z
  .strictObject({
    /** Types of events, as globs: `decision.denied`, `approval.*`. */
    events: globs.optional(),
    /** Channels that rules name in `notify`, as globs: what they ask for is told here. */
    answers: globs.optional(),
    /** Only events about these; an event without such a member is not about them. */
    only: z
      .strictObject({
        agents: globs.optional(),
        servers: globs.optional(),
        tools: globs.optional(),
        rules: globs.optional(),
        codes: globs.optional(),
        severityAtLeast: z.enum(severities).optional(),
        severityAtMost: z.enum(severities).optional(),
      })
      .optional(),
    channel: z.discriminatedUnion('type', [webhook, slack, teams, email, template]),
    retry: z
      .strictObject({
        /** Attempts before an event is laid aside as a dead letter. */
        attempts: z.number().int().min(1).max(100).default(16),
        /** Before the second attempt; twice as long before each further one, up to `longestMs`. */
        firstMs: z.number().int().min(10).max(MAX_RETRY_MS).default(1_000),
        longestMs: z.number().int().min(10).max(MAX_RETRY_MS).default(3_600_000),
      })
      .optional(),
    /** Events are collected into one message, which is made so long after the first of them. What stands in no entry of the log is told at once. */
    digest: z.strictObject({ everyMs: z.number().int().min(MIN_DIGEST_MS).max(MAX_RETRY_MS) }).optional(),
    /** Nothing new is told and nothing is sent; what waits already is kept. */
    disabled: z.boolean().default(false),
    /** Free words for people, e.g. who reads it. */
    note: text.optional(),
  })
  .superRefine((spec, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (!spec.events && !spec.answers) refuse(['events'], 'say what is told: events, answers, or both');
    const { channel } = spec;
    if (channel.type !== 'email') return;
    if ((channel.user === undefined) !== (channel.password === undefined)) refuse(['channel', 'password'], 'give both user and password');
    if (channel.tls === 'none' && !channel.allowPrivate)
      refuse(['channel', 'tls'], 'mail goes unencrypted only within a private network: set allowPrivate');
  });
