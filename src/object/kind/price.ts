// Kind `price`: what calls of a tool cost, so that reports can say who caused which cost. It stops nothing and nobody is billed by it.
// Amounts are decimal texts: nothing here is ever a binary fraction.
import { z } from 'zod';
import { globs, instant } from './field.ts';

const decimal = z.string().regex(/^(?:0|[1-9]\d{0,11})(?:\.\d{1,6})?$/, 'a decimal number with at most six digits after the point');
const path = z
  .string()
  .max(256)
  .regex(/^[^.\s]{1,128}(?:\.[^.\s]{1,128}){0,15}$/, 'names joined by dots, e.g. amount or usage.tokens');

export const priceSpec = z
  .strictObject({
    /** All of them must hold. Of several prices that fit a call the one that names its tool counts, else its server, else the first by name. */
    match: z.strictObject({ agent: globs.optional(), server: globs.optional(), tool: globs.optional() }).default({}),
    /** ISO 4217, or any other unit of account in capitals. */
    currency: z.string().regex(/^[A-Z]{3,8}$/, 'capital letters, e.g. EUR'),
    perCall: decimal.optional(),
    /** So much for each unit that a field of the arguments or of the result holds; read from what is kept sealed beside the log. */
    perUnit: z.strictObject({ of: z.enum(['arguments', 'result']), path, price: decimal }).optional(),
    /** Calls that cost: those that ended well, or all that were forwarded. */
    charge: z.enum(['ok', 'forwarded']).default('ok'),
    /** In force from then, and until then. */
    from: instant.optional(),
    until: instant.optional(),
  })
  .refine(({ perCall, perUnit }) => perCall !== undefined || perUnit !== undefined, 'a price needs perCall or perUnit');
