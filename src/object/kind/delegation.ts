// Kind `delegation`: a person hands over deciding about held calls to another one for a time. It hands over no more than that person may do.
import { z } from 'zod';
import { instant, name, text } from './field.ts';

export const delegationSpec = z
  .strictObject({
    /** Whose place is taken. */
    from: name,
    /** Who decides instead; not handed on. */
    to: name,
    since: instant.optional(),
    until: instant,
    reason: text.optional(),
  })
  .refine((spec) => spec.from !== spec.to, { path: ['to'], message: 'hands over to the same person' })
  .refine((spec) => spec.since === undefined || Date.parse(spec.since) < Date.parse(spec.until), {
    path: ['until'],
    message: 'ends before it begins',
  });
