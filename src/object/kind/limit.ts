// Kind `limit`: how fast, how many at once, how much in a time. It only stops; nothing in it can let a call through.
// Amounts are whole numbers or decimal texts: nothing here is ever a binary fraction.
import { z } from 'zod';
import { globs } from './field.ts';

/** Largest maximum of a quota, in its smallest unit: every sum below it is exact. */
export const MAX_QUOTA_UNITS = 9_000_000_000_000_000;
/** Longest window of a rate and of a quota, milliseconds. */
export const MAX_RATE_WINDOW_MS = 86_400_000;
export const MAX_QUOTA_WINDOW_MS = 366 * 86_400_000;

export const rateSpec = z
  .strictObject({
    /** Calls in any window of `windowMs`. */
    max: z.number().int().min(1).max(1_000_000),
    windowMs: z.number().int().min(100).max(MAX_RATE_WINDOW_MS),
    /** How many of them may come at once; half of them unless given. */
    burst: z.number().int().min(1).max(1_000_000).optional(),
  })
  .refine(({ max, burst }) => burst === undefined || burst <= max, { path: ['burst'], message: 'at most max' });

export const concurrencySpec = z.number().int().min(1).max(100_000);

const argumentPath = z
  .string()
  .max(256)
  .regex(/^[^.\s]{1,128}(?:\.[^.\s]{1,128}){0,15}$/, 'names joined by dots, e.g. amount or order.total; * is every element of a list');
const scalar = z.union([z.string().max(256), z.number(), z.boolean()]);

export const sumSpec = z.strictObject({
  /** Argument that is added up: `amount`, `order.total`, `items.*.price`. */
  path: argumentPath,
  /** Digits after the point that an amount may have; 0: amounts are whole (minor units, bytes, seats). */
  decimals: z.number().int().min(0).max(6).default(2),
  /** Only calls whose arguments are one of these. An argument that is not there counts as if it were. */
  where: z.record(argumentPath, z.union([scalar, z.array(scalar).min(1).max(64)])).optional(),
});

const quotaMembers = {
  /** Calls, or the sum of amounts. A decimal text is exact: `"5000.00"`. */
  max: z.union([z.number().int().min(1).max(MAX_QUOTA_UNITS), z.string().regex(/^(?:0|[1-9]\d{0,15})(?:\.\d{1,6})?$/, 'a decimal number')]),
  windowMs: z.number().int().min(1_000).max(MAX_QUOTA_WINDOW_MS).optional(),
};

export const quotaSpec = z
  .strictObject({
    ...quotaMembers,
    /** With windowMs: windows that follow one another, instead of any window of that length. */
    fixed: z.boolean().optional(),
    /** Instead of windowMs: from the start of the hour, day, week (Monday) or month to its end. */
    calendar: z.enum(['hour', 'day', 'week', 'month']).optional(),
    /** Of the calendar; UTC unless given. */
    timeZone: z.string().max(64).refine(isTimeZone, 'an IANA time zone, e.g. Europe/Berlin').optional(),
    sum: sumSpec.optional(),
    /** Whether a call counts that the server answered with an error. */
    errors: z.enum(['count', 'free']).default('count'),
  })
  .superRefine((quota, context) => {
    const problem = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if ((quota.windowMs === undefined) === (quota.calendar === undefined)) problem('windowMs', 'give exactly one of windowMs and calendar');
    if (quota.timeZone !== undefined && quota.calendar === undefined) problem('timeZone', 'only with calendar');
    if (quota.fixed !== undefined && quota.windowMs === undefined) problem('fixed', 'only with windowMs');
    const decimals = quota.sum?.decimals ?? 0;
    const digits = String(quota.max).split('.')[1]?.length ?? 0;
    if (digits > decimals) problem('max', quota.sum ? `at most ${decimals} digits after the point` : 'calls are whole');
    else if (Number(quota.max) * 10 ** decimals > MAX_QUOTA_UNITS) problem('max', `at most ${MAX_QUOTA_UNITS} of the smallest unit`);
    else if (Number(quota.max) === 0) problem('max', 'more than nothing; to stop everything, use a freeze or a policy');
  });

/** What `per` may name: each value of these counts for itself. */
export const limitDimensions = ['organization', 'agent', 'class', 'user', 'token', 'server', 'tool'] as const;

export const limitSpec = z
  .strictObject({
    /** All of them must hold; none: every call. */
    match: z
      .strictObject({
        agent: globs.optional(),
        class: globs.optional(),
        user: globs.optional(),
        team: globs.optional(),
        token: globs.optional(),
        environment: globs.optional(),
        server: globs.optional(),
        tool: globs.optional(),
        method: globs.optional(),
      })
      .default({}),
    /** Empty: one count for everything that matches. */
    per: z.array(z.enum(limitDimensions)).max(limitDimensions.length).default([]),
    rate: rateSpec.optional(),
    concurrency: concurrencySpec.optional(),
    quota: quotaSpec.optional(),
    /** The quota applies only where a policy rule asks for it (`quota` among its obligations). */
    onRequest: z.boolean().default(false),
  })
  .superRefine((spec, context) => {
    if (!spec.rate && !spec.quota && spec.concurrency === undefined)
      context.addIssue({ code: 'custom', path: [], message: 'a limit needs a rate, a concurrency or a quota' });
    if (spec.onRequest && !spec.quota) context.addIssue({ code: 'custom', path: ['onRequest'], message: 'only with a quota' });
  });

/** Limits of a token, in the token itself. Windows of its quota are any window of that length. */
export const tokenLimits = z.strictObject({
  rate: rateSpec.optional(),
  concurrency: concurrencySpec.optional(),
  quota: z
    .strictObject({ max: z.number().int().min(1).max(MAX_QUOTA_UNITS), windowMs: z.number().int().min(1_000).max(MAX_QUOTA_WINDOW_MS) })
    .optional(),
});

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
