// `sallyport verify`: an exported log from a file, standard input or a URL, checked by audit/verify alone. Needs no gateway for a file.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { AnchorFact } from '../../audit/anchor-check.ts';
import type { ToldErasure } from '../../audit/erasure-tally.ts';
import { MAX_PROOF_UNITS, type ProofVerdict, verifyProof } from '../../audit/proof.ts';
import { feedBytes, LogVerifier, type Verdict, type VerifyOptions } from '../../audit/verify.ts';
import { systemClock } from '../../lib/clock.ts';
import { GatewayError } from '../../lib/error.ts';
import { type Action, type Run, show } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { printable } from '../text-table.ts';
import { isSegment, verifySegmentsAction } from './verify-segment.ts';
import { readAnchors, readKeys, readSmall, readTree } from './verify-trust.ts';

const PROGRESS_EVERY_MS = 200;
/** Of a file at a time. */
const READ_BYTES = 1024 * 1024;
/** Entries from which on a speed means something. */
const RATE_FROM = 10_000;

export const verifyAction: Action = async (run, source, ...more) => {
  const proof = run.options.text('proof');
  if (proof !== undefined) return verifyProofFile(run, proof, source);
  const sources = [source, ...more].filter((one) => one !== undefined);
  if (source !== undefined && (sources.length > 1 || (await isSegment(source)))) {
    return verifySegmentsAction(run, sources, readKeys(run));
  }
  if (source === undefined) throw usageError('verify needs a source: a file, - or a URL; or --proof FILE.');
  const options: VerifyOptions = { ...readOptions(run), tree: await readTree(run) };
  const startMs = systemClock.monotonicMs();
  const verdict = await judge(run, source, options);
  run.terminal.progress('');
  const seconds = (systemClock.monotonicMs() - startMs) / 1000;
  const speed = verdict.entries < RATE_FROM ? '' : `\n  speed          ${Math.round(verdict.entries / seconds)} entries/s`;
  show(run, verdict, () => verdictText(verdict, source) + speed);
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
    const totalBytes = await sizeOf(source);
    let readBytes = 0;
    let shownMs = Number.NEGATIVE_INFINITY;
    await feedBytes(chunks, verifier, (bytes) => {
      readBytes += bytes;
      if (systemClock.monotonicMs() - shownMs < PROGRESS_EVERY_MS) return;
      shownMs = systemClock.monotonicMs();
      run.terminal.progress(progressText(verifier.entries, totalBytes === undefined ? undefined : readBytes / totalBytes));
    });
  });
}

/** Of a file; of what is fetched or piped it is not known. */
async function sizeOf(source: string): Promise<number | undefined> {
  if (source === '-' || /^https?:\/\//i.test(source)) return undefined;
  const size = await stat(source).then(
    (found) => found.size,
    () => 0,
  );
  return size === 0 ? undefined : size;
}

const BAR_CHARS = 30;

function progressText(entries: number, share: number | undefined): string {
  if (share === undefined) return `${entries} entries`;
  const full = Math.min(BAR_CHARS, Math.floor(share * BAR_CHARS));
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_CHARS - full)}] ${Math.floor(share * 100)} %  ${entries} entries`;
}

async function verifyProofFile(run: Run, path: string, source: string | undefined): Promise<number> {
  if (source !== undefined) throw usageError('verify takes a source or --proof, not both.');
  const keys = readKeys(run);
  const verdict = verifyProof(path === '-' ? await readAllText(run.terminal.stdin) : await readSmall(path), keys, await readAnchors(run));
  show(run, verdict, () => proofText(verdict, path));
  if (verdict.state === 'sound') return exitCode.ok;
  return verdict.state === 'broken' ? exitCode.negative : exitCode.usage;
}

async function readAllText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MAX_PROOF_UNITS) throw usageError(`standard input is larger than ${MAX_PROOF_UNITS} bytes.`);
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString('utf8');
}

function proofText(verdict: ProofVerdict, path: string): string {
  const { state, call, size, origin, entries, documents, approvals, signedBy: signer, anchors, reason } = verdict;
  const word = { sound: 'SOUND', broken: 'BROKEN', cannot_tell: 'CANNOT TELL' }[state];
  return [
    `${word}: ${path}${reason === undefined ? '' : `: ${printable(reason)}`}`,
    `  call        ${printable(call ?? '-')}`,
    `  checkpoint  ${size ?? '-'} entries of ${printable(origin ?? '-')}`,
    `  entries     ${entries.join(', ') || '-'}`,
    `  documents   ${printable(documents.join(', ')) || '-'}`,
    `  approvals   ${printable(approvals.join(', ')) || '-'}`,
    `  signed by   ${signer ?? '-'}`,
    ...anchorLines(anchors),
  ].join('\n');
}

async function withBytes(run: Run, source: string, use: (chunks: AsyncIterable<Uint8Array>) => Promise<void>): Promise<void> {
  if (source === '-') return use(run.terminal.stdin);
  if (!/^https?:\/\//i.test(source)) return use(createReadStream(source, { highWaterMark: READ_BYTES }));
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
  const { state, entries, org, head, openCalls, lostCalls, voidDecisions, approvedCalls, firstBad, reason, checkpoints, properties } =
    verdict;
  const { erased } = verdict;
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
  const calls = head
    ? [
        `  open calls     ${openCalls}`,
        `  lost calls     ${lostCalls}`,
        `  void decisions ${voidDecisions}`,
        `  approved calls ${approvedCalls}`,
      ]
    : [];
  if (checkpoints) {
    const by = checkpoints.trust === 'given' ? 'signed by the key given' : 'signed by a key that only the log names: give --key';
    calls.push(`  checkpoints    ${checkpoints.checked}, up to entry ${checkpoints.size}, ${by}`, ...anchorLines(checkpoints.anchors));
  }
  if (erased) calls.push(`  erased values  ${erased.values}`, ...erased.newest.map(erasureText));
  const first = state === 'sound' ? `SOUND: ${name}` : `CANNOT TELL: ${name}: ${printable(reason ?? '')}`;
  return [first, ...facts, ...calls, ...propertyLines(properties)].join('\n');
}

function anchorLines(anchors: readonly AnchorFact[] | undefined): string[] {
  return (anchors ?? []).map(({ kind, name, size, time }) => `  anchored    ${size} entries, ${time}, by ${printable(name)} (${kind})`);
}

function propertyLines(properties: Verdict['properties']): string[] {
  // Of a log that starts late, or of none, there is nothing that could be checked with more.
  const isWhole = properties.some(({ result }) => result === 'holds');
  return properties.map(({ property, result }) => {
    const how = isWhole && result === 'unchecked' ? (HOW_TO_CHECK[property] ?? '') : '';
    return `  ${property.padEnd(14)} ${result}${how && `: ${how}`}`;
  });
}

/** What a verification takes beside the log to check a property. */
const HOW_TO_CHECK: Readonly<Partial<Record<Verdict['properties'][number]['property'], string>>> = {
  checkpoints: 'give one kept elsewhere with --checkpoint FILE, and with --key its key (`sallyport log checkpoint`, `log key`)',
  anchors: 'give what others signed with --anchor FILE, and whom you trust with --witness or --tsa-ca',
};

/** Ranges of entries of one erasure that are shown. */
const SHOWN_RANGES = 20;

function erasureText({ entry, by, entries }: ToldErasure): string {
  const shown = entries.slice(0, SHOWN_RANGES).map(({ from, to }) => (from === to ? `${from}` : `${from}–${to}`));
  const more = entries.length > SHOWN_RANGES ? ' …' : '';
  const of = shown.length === 0 ? 'sealed arguments of tickets' : `values of ${shown.join(', ')}${more}`;
  return printable(`    ${of} erased under entry ${entry}: ${by}`);
}
