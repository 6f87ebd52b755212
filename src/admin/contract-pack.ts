// The wire format of evidence packs: part of contract.ts.
// Never imports anything that runs.
import { z } from 'zod';

export const packFrameworks = ['eu-ai-act', 'soc2', 'iso27001'] as const;

const instant = z.iso.datetime({ offset: true });

export const packQuery = z
  .strictObject({ framework: z.enum(packFrameworks), from: instant, to: instant })
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), { path: ['to'], message: 'must be later than from' });

/** Files of a pack: `index.html` is the page for people, `pack.json` the same for programs, the others are what both lead to. */
export const packReply = z.object({ files: z.array(z.object({ name: z.string(), text: z.string() })) });

export type PackReply = z.infer<typeof packReply>;
