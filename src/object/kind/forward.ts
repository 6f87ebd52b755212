// Kind `forward`: where the log is sent as it grows, in which format, and which of its entries. What it needs to sign in is a secret.
import { z } from 'zod';
import { globs, name, valueSource } from './field.ts';

/** A certificate, a chain or a bundle in PEM: as text, or the secret that holds it. */
const pem = z.union([z.string().min(1).max(65_536), z.strictObject({ secret: name })]);
const tlsMembers = {
  /** Authorities that the target's certificate must come from; those of this machine unless given. */
  ca: pem.optional(),
  /** Name that the certificate must be for; that of the host unless given. */
  serverName: z.string().min(1).max(253).optional(),
  /** Certificate of the gateway, for targets that ask for one. */
  cert: pem.optional(),
  key: z.strictObject({ secret: name }).optional(),
};

const host = z
  .string()
  .max(253)
  .regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$/, 'a host name or an IP address');
const headers = z.record(
  z
    .string()
    .max(256)
    .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'a header name'),
  valueSource,
);
const httpMembers = {
  url: z.url({ protocol: /^https?$/ }).max(4096),
  headers: headers.refine((given) => Object.keys(given).length <= 64, 'at most 64 headers').optional(),
  /** The connection need not be encrypted. To this machine it never need be. */
  allowPlain: z.boolean().default(false),
  ...tlsMembers,
};

export const forwardTarget = z.discriminatedUnion('type', [
  /** RFC 5425: syslog over TLS. */
  z.strictObject({ type: z.literal('syslog'), host, port: z.number().int().min(1).max(65_535).default(6514), ...tlsMembers }),
  /** OTLP/HTTP in JSON; the URL is that of the logs signal, e.g. https://collector.example/v1/logs. */
  z.strictObject({ type: z.literal('otlp'), ...httpMembers }),
  /** JSON lines in the body of a POST. `splunk`: each wrapped as the HTTP event collector takes it. */
  z.strictObject({ type: z.literal('http'), envelope: z.enum(['none', 'splunk']).default('none'), ...httpMembers }),
  /** Appended to a file in the directory that the setting `audit.forwardDirectory` names. */
  z.strictObject({
    type: z.literal('file'),
    name: z.string().regex(/^[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9])?$/, 'a file name, without a path'),
  }),
]);

const forwardFormats = ['jsonl', 'ocsf', 'cef', 'syslog', 'otlp'] as const;

/** The first of each is what a target gets unless the object says otherwise. */
export const targetFormats = {
  syslog: ['syslog', 'cef'],
  otlp: ['otlp'],
  http: ['jsonl', 'ocsf'],
  file: ['jsonl', 'ocsf', 'cef', 'otlp'],
} as const satisfies Readonly<Record<string, readonly (typeof forwardFormats)[number][]>>;

export const forwardSpec = z
  .strictObject({
    target: forwardTarget,
    format: z.enum(forwardFormats).optional(),
    /** All of them must hold; none: every entry. An outcome is sent where its decision is. */
    match: z
      .strictObject({
        type: globs.optional(),
        event: globs.optional(),
        effect: globs.optional(),
        agent: globs.optional(),
        user: globs.optional(),
        server: globs.optional(),
        tool: globs.optional(),
        rule: globs.optional(),
        code: globs.optional(),
      })
      .default({}),
    /** Where it begins; changing it begins anew from there. `now`: with what comes after this object is first in force. */
    start: z.union([z.enum(['beginning', 'now']), z.number().int().min(1)]).default('beginning'),
    disabled: z.boolean().default(false),
  })
  .superRefine(({ target, format }, context) => {
    const allowed: readonly string[] = targetFormats[target.type];
    if (format !== undefined && !allowed.includes(format))
      context.addIssue({ code: 'custom', path: ['format'], message: `a target of type ${target.type} takes ${allowed.join(', ')}` });
    if (target.type === 'file') return;
    if ((target.cert === undefined) !== (target.key === undefined))
      context.addIssue({ code: 'custom', path: ['target', 'cert'], message: 'cert and key belong together' });
    if (target.type === 'syslog') return;
    const url = URL.parse(target.url);
    if (url && (url.username !== '' || url.password !== ''))
      context.addIssue({
        code: 'custom',
        path: ['target', 'url'],
        message: 'carries a user name or password; use a header that refers to a secret',
      });
    if (url?.protocol === 'http:' && !target.allowPlain && !isThisMachine(url.hostname))
      context.addIssue({ code: 'custom', path: ['target', 'url'], message: 'is not encrypted; use https, or say allowPlain: true' });
  });

function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
