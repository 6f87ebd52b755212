// Which recorded calls an object is about: of whom, which ones, from when until when. All that is given must hold; lists mean one of them.
import { z } from 'zod';
import { instant, name, text } from './field.ts';

const callId = z.string().regex(/^[\x21-\x7e]{1,200}$/, 'the id of a call, as `sallyport log show` has it');
const list = z.array(name).min(1).max(256);

/** Names are exact: nothing here is a pattern, and nobody is meant by accident. */
export const selectionMembers = {
  user: list.optional(),
  agent: list.optional(),
  token: list.optional(),
  /** Calls, and what was asked for during them. */
  call: z.array(callId).min(1).max(256).optional(),
  /** Of the decision; both ends belong to it. */
  from: instant.optional(),
  to: instant.optional(),
};

export const reason = text.min(1);
