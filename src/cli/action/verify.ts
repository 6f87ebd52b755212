// `sallyport verify`: an exported log from a file, standard input or a URL, checked by audit/verify alone. Needs no gateway for a file.
import { createReadStream } from 'node:fs';
import { LogVerifier, splitLines, type Verdict, type VerifyOptions } from '../../audit/verify.ts';
import { systemClock } from '../../lib/clock.ts';
import { GatewayError } from '../../lib/error.ts';
import { type Action, type Run, show } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { printable } from '../text-table.ts';

const PROGRESS_EVERY_MS = 200;
/** Entries between two looks at the clock. */
const PROGRESS_ENTRIES = 512;

export const verifyAction: Action = async (run, source = '') => {
  const options = readOptions(run);
  const verdict = await judge(run, source, options);
  run.terminal.progress('');
  show(run, verdict, () => verdictText(verdict, source));
  if (verdict.state === 'sound') return exitCode.ok;
  return verdict.state === 'broken' ? exitCode.negative : exitCode.usage;
};

/** A source that cannot be read to its end: it cannot be told. */
async function judge(run: Run, source: string, options: VerifyOptions): Promise<Verdict> {
  const verifier = new LogVerifier(options);
  let reason: string | undefined;
  try {
    await readAll(run, source, verifier);
  } catch (error) {
    if (error instanceof GatewayError && ['usage', 'settings_invalid'].includes(error.code)) throw error;
    reason = `${source === '-' ? 'standard input' : source} cannot be read to its end: ${error instanceof Error ? error.message : String(error)}`;
  }
  const verdict = verifier.verdict();
  // What is missing from a source that broke off is not missing from the log.
  const unread = reason !== undefined && (verdict.state !== 'broken' || verdict.firstBad?.found === 'the end of the log');
  return unread ? { ...withoutFirstBad(verdict), state: 'cannot_tell', reason: reason ?? '' } : verdict;
}

function withoutFirstBad({ firstBad: _, ...rest }: Verdict): Verdict {
  return rest;
}

async function readAll(run: Run, source: string, verifier: LogVerifier): Promise<void> {
  await withBytes(run, source, async (chunks) => {
    let entries = 0;
    let shownMs = systemClock.monotonicMs();
    for await (const line of splitLines(chunks)) {
      if (!verifier.take(line)) return;
      if (++entries % PROGRESS_ENTRIES > 0 || systemClock.monotonicMs() - shownMs < PROGRESS_EVERY_MS) continue;
      shownMs = systemClock.monotonicMs();
      run.terminal.progress(`${entries} entries`);
    }
  });
}

async function withBytes(run: Run, source: string, use: (chunks: AsyncIterable<Uint8Array>) => Promise<void>): Promise<void> {
  if (source === '-') return use(run.terminal.stdin);
  if (!/^https?:\/\//i.test(source)) return use(createReadStream(source));
  if (!URL.canParse(source)) throw notFetchable(source);
  const url = new URL(source);
  if (url.username !== '' || url.password !== '') throw notFetchable(`${url.protocol}//…@${url.host}`);
  const { adminUrl, operatorToken, withClient } = await import('../connect.ts');
  const { readSettings } = await import('../settings.ts');
  const config = readSettings(run);
  const admin = adminUrl(run, config);
  if (url.pathname === '/') url.pathname = '/api/v1/log/export';
  // The operator token is for the gateway of these settings and for nobody else.
  const own = new URL(admin).origin === url.origin;
  return withClient(own ? admin : url.origin, own ? operatorToken(run, config) : undefined, run, async (client) =>
    use(await client.download(url)),
  );
}

function notFetchable(text: string): GatewayError {
  return usageError(`${JSON.stringify(text.slice(0, 200))} is not a URL that can be fetched; it must not hold a user name or password.`);
}

function readOptions(run: Run): VerifyOptions {
  const expect = run.options.text('expect');
  const match = expect === undefined ? undefined : /^(\d{1,15}):([0-9a-f]{64})$/.exec(expect);
  if (expect !== undefined && !match)
    throw usageError('--expect takes SEQ:HASH, a number and 64 hex digits, as printed by an earlier verification.');
  return {
    org: run.options.text('org'),
    expectedHead: match ? { seq: Number(match[1]), hash: match[2] ?? '' } : undefined,
    allowPartial: run.options.flag('partial'),
  };
}

function verdictText(verdict: Verdict, source: string): string {
  const { state, entries, org, head, openCalls, lostCalls, voidDecisions, firstBad, reason } = verdict;
  const name = source === '-' ? 'standard input' : source;
  if (state === 'broken' && firstBad) {
    return [
      `BROKEN: ${name}`,
      `  first bad entry  ${firstBad.seq} (line ${firstBad.line})`,
      `  rule             ${firstBad.rule}`,
      `  expected         ${printable(firstBad.expected)}`,
      `  found            ${printable(firstBad.found)}`,
      `  sound before it  ${entries} entries`,
    ].join('\n');
  }
  const facts = head
    ? [
        `  organization   ${org ?? '-'}`,
        `  entries        ${entries}`,
        `  head           ${head.seq}:${head.hash}`,
        `  revision       ${head.revision}`,
      ]
    : [];
  const calls = head ? [`  open calls     ${openCalls}`, `  lost calls     ${lostCalls}`, `  void decisions ${voidDecisions}`] : [];
  const first = state === 'sound' ? `SOUND: ${name}` : `CANNOT TELL: ${name}: ${printable(reason ?? '')}`;
  return [first, ...facts, ...calls].join('\n');
}
