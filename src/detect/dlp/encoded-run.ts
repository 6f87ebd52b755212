// Runs of base64, base64url or hex that decode to text: what they hide is scanned like any text, and a find covers the whole run.

export interface EncodedRun {
  start: number;
  end: number;
  text: string;
  layer: 'base64' | 'hex' | 'reversed';
}

const RUN = /[A-Za-z0-9+/_-]{16,}={0,2}/g;
/** Longer runs are files, not values; they are looked at up to here, characters. */
const MAX_RUN_CHARS = 65_536;
const MAX_RUNS = 500;

export function* encodedRuns(text: string): Generator<EncodedRun> {
  RUN.lastIndex = 0;
  let count = 0;
  for (let found = RUN.exec(text); found !== null && count < MAX_RUNS; found = RUN.exec(text)) {
    const run = found[0];
    count++;
    const body = run.length > MAX_RUN_CHARS ? run.slice(0, MAX_RUN_CHARS) : run;
    const decoded = decodeRun(body);
    if (decoded !== undefined) yield { start: found.index, end: found.index + run.length, ...decoded };
  }
}

function decodeRun(run: string): { text: string; layer: 'base64' | 'hex' } | undefined {
  if (run.length % 2 === 0 && /^[0-9a-fA-F]+$/.test(run)) {
    const text = readable(Buffer.from(run, 'hex'));
    return text === undefined ? undefined : { text, layer: 'hex' };
  }
  // Eight bytes tell nearly always.
  if (readable(Buffer.from(run.slice(0, 12), 'base64'), true) === undefined) return undefined;
  const text = readable(Buffer.from(run, 'base64'));
  return text === undefined ? undefined : { text, layer: 'base64' };
}

function readable(bytes: Buffer, cutOff = false): string | undefined {
  for (let index = 0; index < Math.min(bytes.length, 64); index++) {
    const byte = bytes[index] as number;
    if (byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return undefined;
    if (byte === 0x7f) return undefined;
  }
  const text = bytes.toString('utf8');
  if (!cutOff && text.includes('\ufffd')) return undefined;
  // Random bytes that happen to be printable are full of signs; text is letters, digits and spaces.
  const plain = text.replace(/[^\p{L}\d\s.,:;@=_"'/+-]/gu, '').length;
  return plain >= text.length * 0.85 ? text : undefined;
}
