// `sallyport log …`: entries of the running gateway's log: shown, followed, exported.
import { setTimeout as pause } from 'node:timers/promises';
import { GatewayError } from '../../lib/error.ts';
import { SseParser } from '../../upstream/sse-parser.ts';
import type { AdminClient, LogEntryBody } from '../admin-client.ts';
import { type Action, type Run, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { entryLines, entrySummary, valuesText } from '../entry-text.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { saveStream } from '../save-stream.ts';
import { OutputClosed } from '../terminal.ts';
import { readNumber } from '../when.ts';

const SHOWN_ENTRIES = 20;
const MAX_SHOWN = 500;
const RECONNECT_MS = 1_000;
/** Consecutive failures after which following gives up. */
const MAX_RECONNECTS = 60;

export const showLogAction: Action = async (run, what) => {
  const seq = what !== undefined && /^\d+$/.test(what) ? Number(what) : undefined;
  return withGateway(run, async (client) => {
    if (seq !== undefined) return showEntry(run, client, seq);
    if (what !== undefined) return showCall(run, client, what);
    if (run.options.flag('values')) throw usageError('--values needs an entry or a call, for example: sallyport log show 42 --values');
    const query = queryOf(run);
    const reply = await client.log(query);
    show(run, reply, () => (reply.entries.length === 0 ? 'No entry.' : reply.entries.toReversed().map(entrySummary).join('\n')));
    // A page may end before it is full: the gateway looks through so many entries for a filter.
    if (!run.json && reply.next !== undefined && reply.entries.length < Number(query.limit)) {
      run.terminal.err(`sallyport: looked back as far as entry ${reply.next + 1}; go on with --to ${reply.next}`);
    }
    return exitCode.ok;
  });
};

export const exportLogAction: Action = async (run) => {
  const [from, to] = ['from', 'to'].map((name) => readNumber(run.options.text(name), `--${name}`, 1)?.toString());
  const path = run.options.text('output');
  const saved = await withGateway(run, async (client) => saveStream(run, await client.exportLog({ from, to }), path));
  if (path !== undefined)
    show(
      run,
      { path, entries: saved.lines, bytes: saved.bytes },
      () => `Wrote ${saved.lines} entries to ${path}. Check them with: sallyport verify ${path}`,
    );
  return exitCode.ok;
};

export const tailLogAction: Action = async (run) => {
  const controller = new AbortController();
  const stopListening = run.terminal.onInterrupt(() => controller.abort());
  try {
    await withGateway(run, (client) => follow(run, client, controller.signal));
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    stopListening();
  }
  return exitCode.ok;
};

/** Goes on with the entry after the last one that was seen. */
async function follow(run: Run, client: AdminClient, signal: AbortSignal): Promise<void> {
  let from = readNumber(run.options.text('from'), '--from', 1);
  from ??= (await client.status()).log.seq + 1;
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      for await (const line of events(await client.tailLog(from, signal))) {
        const entry = JSON.parse(line) as LogEntryBody;
        from = Number(entry.header.seq) + 1;
        failures = 0;
        await run.terminal.write(`${run.json ? line : entrySummary(entry)}\n`);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof OutputClosed) throw error;
      const final = error instanceof GatewayError && error.code !== 'gateway_unreachable';
      if (final || failures >= MAX_RECONNECTS) throw error;
    }
    if (failures === 0) run.terminal.err('sallyport: the connection ended; trying again until the gateway is back');
    await pause(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function* events(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const parser = new SseParser();
  for await (const chunk of chunks) {
    parser.feed(Buffer.from(chunk));
    for (let event = parser.next(); event; event = parser.next()) if (event.event === 'entry') yield event.data;
    if (parser.overflowed)
      throw new GatewayError('gateway_answer_invalid', 'The gateway sent an entry that is too long. Use `sallyport log export`.');
  }
}

async function showEntry(run: Run, client: AdminClient, seq: number): Promise<number> {
  const reply = await client.entry(seq, run.options.flag('values'));
  show(run, reply, () => [entryLines(reply.entry), ...valuesText(reply.entry, reply.values, reply.erased)].join('\n'));
  return exitCode.ok;
}

async function showCall(run: Run, client: AdminClient, call: string): Promise<number> {
  const { entries } = await client.log({ call, order: 'oldest', limit: String(MAX_SHOWN) });
  if (entries.length === 0) {
    throw new GatewayError(
      'not_found',
      `The log has no entry of call ${JSON.stringify(call.slice(0, 100))}. Calls are named in \`sallyport log show\` and in refusals.`,
    );
  }
  const shown: { entry: LogEntryBody; values?: Record<string, string | null>; erased?: number }[] = [];
  for (const entry of entries) {
    shown.push(run.options.flag('values') ? await client.entry(Number(entry.header.seq), true) : { entry });
  }
  show(run, { entries: shown }, () =>
    shown.map((one) => [entryLines(one.entry), ...valuesText(one.entry, one.values, one.erased)].join('\n')).join('\n\n'),
  );
  return exitCode.ok;
}

function queryOf(run: Run): Record<string, string | undefined> {
  const limit = readNumber(run.options.text('limit'), '--limit', 1) ?? SHOWN_ENTRIES;
  if (limit > MAX_SHOWN) throw usageError(`--limit is at most ${MAX_SHOWN}. For more: sallyport log export`);
  const filters = ['agent', 'server', 'tool', 'effect', 'type'].map((name) => [name, run.options.text(name)] as const);
  return { ...Object.fromEntries(filters), to: readNumber(run.options.text('to'), '--to', 1)?.toString(), limit: String(limit) };
}
