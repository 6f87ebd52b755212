// The log of an open store as the lines an export has, and what a test asks of them: sound, and which calls are in it.
// Reads only; what it says of a call is taken from the entries alone.
import type { Core } from '../../src/app.ts';
import { entryLine } from '../../src/audit/chain.ts';
import type { StoredEntry } from '../../src/audit/port.ts';
import { type Verdict, verifyLog } from '../../src/audit/verify.ts';

export async function* exportLines(entries: AsyncIterable<StoredEntry>): AsyncGenerator<string> {
  for await (const entry of entries) yield entryLine(entry);
}

export function verifyStore(core: Pick<Core, 'store'>, org: string): Promise<Verdict> {
  return verifyLog(exportLines(core.store.log.read({ org })));
}

/** What the log says of one call. */
export interface LoggedCall {
  call: string;
  method: string;
  tool: string | undefined;
  server: string | undefined;
  effect: string;
  code: string;
  reason: string | undefined;
  single: boolean;
  /** Decided under a revision that had moved on: it authorises nothing. */
  isVoid: boolean;
  seq: number;
  /** Full text of the arguments; undefined when none were committed to. */
  argumentsText: string | undefined;
  /** `ok`, … of its outcome, `lost` when a gap names it, undefined while it is open. */
  outcome: string | undefined;
  resultText: string | undefined;
}

interface Content {
  type: string;
  call?: string;
  calls?: { call: string; decision: number }[];
  decision?: number;
  [member: string]: unknown;
}

/** Every decision, in order, with its outcome. `values` opens the sealed texts too. */
export async function loggedCalls(core: Pick<Core, 'store' | 'log'>, org: string, values = true): Promise<LoggedCall[]> {
  const calls: LoggedCall[] = [];
  const bySeq = new Map<number, LoggedCall>();
  const open = async (commitment: unknown) => (values && typeof commitment === 'string' ? core.log.value(org, commitment) : undefined);
  for await (const { seq, header, content: text } of core.store.log.read({ org })) {
    const content = JSON.parse(text) as Content;
    if (content.type === 'decision') {
      const call = { ...decisionOf(content, header, seq), argumentsText: await open(content.arguments) };
      calls.push(call);
      bySeq.set(seq, call);
    } else if (content.type === 'outcome') {
      const call = bySeq.get(Number(content.decision));
      if (!call || call.call !== content.call) throw new Error(`entry ${seq}: an outcome without its decision`);
      call.outcome = String(content.status);
      call.resultText = await open(content.result);
    } else if (content.type === 'system') {
      for (const lost of content.calls ?? []) {
        const call = bySeq.get(lost.decision);
        if (call) call.outcome = 'lost';
      }
    }
  }
  return calls;
}

function decisionOf(content: Content, header: string, seq: number): LoggedCall {
  const text = (member: string) => (typeof content[member] === 'string' ? content[member] : undefined);
  const { revision } = JSON.parse(header) as { revision: number };
  return {
    call: String(content.call),
    method: String(content.method),
    tool: text('tool'),
    server: text('server'),
    effect: String(content.effect),
    code: String(content.code),
    reason: text('reason'),
    single: content.single === true,
    isVoid: content.judged !== revision,
    seq,
    argumentsText: undefined,
    outcome: undefined,
    resultText: undefined,
  };
}
