// The log of a harness as the next gateway finds it at its start: gaps declared, chain verified, contents parsed.
import { expect } from 'vitest';
import { LogVerifier } from '../../src/audit/verify.ts';
import type { Harness } from './pipeline-harness.ts';

export interface SoundLog {
  contents: Record<string, unknown>[];
  /** Decisions that let this tool be called. */
  allowed: Record<string, unknown>[];
  /** Calls that ended well, and calls whose outcome nobody knows. */
  outcomes: unknown[];
  lost: unknown[];
}

/** Declares what nobody can end any more, and fails unless the log is sound. */
export async function soundLog(h: Harness, ofTool: string): Promise<SoundLog> {
  await h.core.log.recordStart(h.org, { timeMs: h.core.clock.nowMs(), instance: 'next', version: 'test', exclusive: true });
  const verifier = new LogVerifier();
  const contents: Record<string, unknown>[] = [];
  for await (const { header, content, hash } of h.core.store.log.read({ org: h.org })) {
    verifier.take(`{"content":${content},"hash":"${hash}","header":${header}}`);
    contents.push(JSON.parse(content) as Record<string, unknown>);
  }
  expect(verifier.verdict()).toMatchObject({ state: 'sound' });
  return {
    contents,
    allowed: contents.filter(({ type, effect, tool }) => type === 'decision' && effect === 'allow' && tool === ofTool),
    outcomes: contents.filter(({ type, status }) => type === 'outcome' && status === 'ok').map(({ call }) => call),
    lost: contents.filter(({ event }) => event === 'gap').flatMap(({ calls }) => (calls as { call: string }[]).map((one) => one.call)),
  };
}
