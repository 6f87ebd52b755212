// The request that a curl or wget command line stands for: joined short flags taken apart, and the address and the body judged as those of any
// request. Nothing is fetched; what it says can only raise the class.
import type { Json } from '../../../lib/json.ts';
import { parseJson } from '../../../mcp/parse-json.ts';
import { type Finding, join } from '../verdict.ts';
import type { Inner, ShellWord } from './script.ts';

/** Short flags of curl with a value. */
const VALUED = /[AbcCdDeEFhHKmoPQrtTuUwxXyYz]/;

/** `-sSXDELETE` is `-s -S -X DELETE`. */
export function separateFlags(args: readonly ShellWord[]): ShellWord[] {
  return args.flatMap((word) => (/^-[a-zA-Z#0-9:]{2}/.test(word.text) ? separated(word) : [word]));
}

function separated({ text, literal }: ShellWord): ShellWord[] {
  const words: ShellWord[] = [];
  for (let at = 1; at < text.length && at < 32; at++) {
    const flag = text[at] as string;
    words.push({ text: `-${flag}`, literal: true });
    if (!VALUED.test(flag)) continue;
    if (at + 1 < text.length) words.push({ text: text.slice(at + 1), literal });
    break;
  }
  return words;
}

const CARRIER = /^(?:-[HAbe]|--header|--user-agent|--cookie|--referer)$/;
const READS_FILE = /(?:\$\(|`)\s*(?:sudo )?(?:cat|base64|xxd|tar|gzip|zcat|head|tail|env|printenv|find|ls|history|grep|awk|sed)\b|\$\(</;
/** What a request identifies itself with. */
const OWN_HEADER = /^(?:proxy-)?authorization\s*:|^(?:x-)?[\w-]*(?:token|key|auth)[\w-]*\s*:/i;

/** A header, a cookie or the name of the client that holds what a command printed, or a file of cookies that goes along. */
export function carriesOutput(flag: string, value: ShellWord | undefined): boolean {
  if (!value || !CARRIER.test(flag)) return false;
  if (/^(?:-b|--cookie)$/.test(flag) && value.text.startsWith('@')) return true;
  return !value.literal && READS_FILE.test(value.text) && !OWN_HEADER.test(value.text);
}

const BODY = /^(?:-d|--data|--data-ascii|--data-raw|--data-binary|--data-urlencode|--json|--post-data|--body-data)(?:=(.*))?$/s;

/** `found`: what the flags alone say. */
export function asRequest(found: Finding, args: readonly ShellWord[], inner: Inner): Finding {
  let result = found;
  const body = bodyOf(args);
  const method = args.find((_, at) => /^(?:-X|--request|--method)$/.test(args[at - 1]?.text ?? ''))?.text ?? '';
  for (const { text, literal } of args) {
    if (!literal || text.startsWith('-') || !ADDRESS.test(text)) continue;
    const url = text.includes('://') ? text : `http://${text}`;
    const seen = inner.http({ method, url, headers: [], body });
    // A method that nobody knows is no reason to understand less of the text.
    if (seen.whole) result = join(result, seen);
  }
  return result;
}

const ADDRESS = /^https?:\/\/|^(?:localhost|[\w-]+(?:\.[\w-]+)+)(?::\d+)?(?:\/|$)/i;

function bodyOf(args: readonly ShellWord[]): Json | undefined {
  for (const [at, { text }] of args.entries()) {
    const match = BODY.exec(text);
    const value = match ? (match[1] ?? args[at + 1]?.text ?? '') : undefined;
    if (value === undefined || value.startsWith('@')) continue;
    try {
      return parseJson(value);
    } catch {
      return value;
    }
  }
  return undefined;
}
