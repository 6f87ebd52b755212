// Run as a process of its own: verifies a log of so many calls that is made while it is read, and says how much memory that took at most.
import { entryLine, GENESIS, linkEntry } from '../../src/audit/chain.ts';
import { decisionContent, objectContent, outcomeContent } from '../../src/audit/entry.ts';
import type { Head } from '../../src/audit/port.ts';
import { verifyBytes } from '../../src/audit/verify.ts';

const CHUNK_UNITS = 256 * 1024;
const calls = Number(process.argv[2]);
let bytes = 0;

function* chunks(): Generator<Uint8Array> {
  let last: Head = GENESIS;
  let text = '';
  const add = (content: string): void => {
    const entry = linkEntry('acme', last, 1, content);
    last = { seq: entry.seq, hash: entry.hash, revision: 1 };
    text += `${entryLine(entry)}\n`;
  };
  const digest = '0'.repeat(64);
  add(objectContent({ timeMs: 0, author: 'test', changes: [{ kind: 'agent', name: 'a', action: 'write', digest }] }));
  for (let n = 1; n <= calls; n++) {
    const call = `call_${n}`;
    const client = { era: 'modern', version: '2026-07-28' } as const;
    const shared = { surface: 'server/s', method: 'tools/call', server: 's', tool: 't', rule: 'p/r', code: 'allowed' } as const;
    const judged = { effect: 'allow', judged: 1, credential: 'none', origin: 'agent', arguments: digest, definition: digest } as const;
    add(decisionContent({ ...shared, ...judged, timeMs: n, call, client, principal: { agent: 'a', token: 'b', user: 'c' } }));
    add(outcomeContent({ timeMs: n, call, decision: last.seq, status: 'ok', latencyMs: 1, result: digest }));
    if (text.length < CHUNK_UNITS) continue;
    yield chunkOf(text);
    text = '';
  }
  yield chunkOf(text);
}

function chunkOf(text: string): Uint8Array {
  const chunk = Buffer.from(text, 'utf8');
  bytes += chunk.length;
  return chunk;
}

const { state, entries } = await verifyBytes(chunks());
console.log(JSON.stringify({ state, entries, bytes, maxRssBytes: process.resourceUsage().maxRSS * 1024 }));
