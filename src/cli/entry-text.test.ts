// One line for an entry of the log: what happened, to what, and why.
import { expect, it } from 'vitest';
import type { LogEntryBody } from './admin-client.ts';
import { entrySummary } from './entry-text.ts';

const entry = (content: Record<string, unknown>): LogEntryBody =>
  ({ hash: 'h', header: { seq: 7, prev: 'p', revision: 1 }, content: { time: 'T', ...content } }) as unknown as LogEntryBody;

it('an event says which ticket, agent and tool it is about', () => {
  const ticket = { event: 'approval', what: 'requested', ticket: 'appr_1', agent: 'bot', server: 'crm', tool: 'refund' };
  expect(entrySummary(entry({ type: 'system', ...ticket }))).toBe('     7  T  system  approval requested  appr_1  bot  crm/refund');
  expect(entrySummary(entry({ type: 'system', event: 'stop', reason: 'orderly stop' }))).toBe('     7  T  system  stop  orderly stop');
  expect(entrySummary(entry({ type: 'system', event: 'drift', server: 'crm' }))).toBe('     7  T  system  drift  crm');
});
