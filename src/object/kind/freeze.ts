// Kind `freeze`: a row of the kill switch. It only stops; nothing in it can let a call through.
import { z } from 'zod';
import { instant, name, text } from './field.ts';

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
