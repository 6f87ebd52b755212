// The short way for a line that is right: decisions and outcomes, checked byte by byte without making a value of each member.
// INVARIANT: what it takes, line.ts takes with the same facts (scan-line.test.ts); whatever it does not know it leaves to line.ts, which has the word.
import { isUtf8 } from 'node:buffer';
import { sha256Hex } from '../lib/digest.ts';
import type { JsonObject } from '../lib/json.ts';
import { byte, CanonicalScanner, FALSE, keyNumber, sameBytes, TRUE } from './canonical-scanner.ts';
import type { ParsedLine } from './line.ts';
import type { Head } from './port.ts';

const LINE_START = Buffer.from('{"content":');
const HASH_MARK = ',"hash":"';
const HEADER_MARK = '","header":{"content":"';
const END = ',"v":1}}';
const HASH_CHARS = 64;
/** Where the header's text starts in the end of a line, and where its content hash does. */
const HEADER_AT = HASH_MARK.length + HASH_CHARS + '","header":'.length;
const CONTENT_HASH_AT = HASH_MARK.length + HASH_CHARS + HEADER_MARK.length;
const BEFORE_ORG = CONTENT_HASH_AT + HASH_CHARS;
/** What the members of a decision and an outcome must be, each by its first check in rules.ts. */
const CHECKS = {
  arguments: 'hash',
  definition: 'hash',
  snapshot: 'hash',
  result: 'hash',
  call: 'call',
  client: 'client',
  code: 'text',
  rule: 'text',
  surface: 'text',
  method: 'string',
  credential: 'one',
  effect: 'one',
  origin: 'one',
  status: 'one',
  type: 'one',
  findings: 'findings',
  judged: 'count',
  policy: 'count',
  decision: 'count',
  latencyMs: 'amount',
  principal: 'principal',
  risk: 'risk',
  single: 'flag',
  time: 'time',
  approval: 'other',
} as const;
type Known = keyof typeof CHECKS;

const ONE_OF: Partial<Record<Known, readonly string[]>> = {
  credential: ['none', 'service', 'user'],
  effect: ['allow', 'deny', 'hold'],
  origin: ['agent', 'gateway'],
  status: ['ok', 'tool_error', 'rpc_error', 'upstream_failed', 'cancelled', 'input_required'],
  type: ['decision', 'outcome'],
};

interface Named {
  name: Known;
  bytes: Uint8Array;
  bit: number;
  values: readonly { text: string; bytes: Uint8Array }[];
}

const NAMED: ReadonlyMap<number, Named> = new Map(
  (Object.keys(CHECKS) as Known[]).map((name, index) => {
    const values = (ONE_OF[name] ?? []).map((text) => ({ text, bytes: Buffer.from(`"${text}"`) }));
    return [keyNumber(Buffer.from(name)), { name, bytes: Buffer.from(name), bit: 1 << index, values }];
  }),
);
if (NAMED.size !== Object.keys(CHECKS).length) throw new Error('two members have one number');

const bitsOf = (...names: readonly Known[]): number =>
  [...NAMED.values()].filter(({ name }) => names.includes(name)).reduce((sum, { bit }) => sum | bit, 0);
const OF_BOTH = bitsOf('call', 'time', 'type');
const OF_DECISION = OF_BOTH | bitsOf('effect', 'judged', 'policy', 'rule', 'code', 'method', 'surface', 'origin', 'credential', 'client');
const OF_OUTCOME = OF_BOTH | bitsOf('decision', 'status', 'latencyMs');

export class LineScanner extends CanonicalScanner {
  /** Members seen, by bit; and the values that rules need. */
  #seen = 0;
  #call = '';
  #effect = '';
  #status = '';
  #type = '';
  #judged = 0;
  #policy = 0;
  #decision = 0;
  #single = false;
  #org = '';
  #revision = -1;
  #beforePrev = '';
  #beforeSeq = '';

  /** The line at [from, to) when it is sound by itself and follows this head without a change of the revision; else undefined. */
  scan(bytes: Buffer, from: number, to: number, org: string, head: Head): ParsedLine | undefined {
    if (org !== this.#org || head.revision !== this.#revision) this.#follow(org, head.revision);
    const seq = head.seq + 1;
    const seqText = String(seq);
    const prevAt = BEFORE_ORG + this.#beforePrev.length;
    const seqAt = prevAt + HASH_CHARS + this.#beforeSeq.length;
    const tailAt = to - seqAt - seqText.length - END.length;
    if (tailAt <= from + LINE_START.length) return undefined;
    const tail = bytes.toString('latin1', tailAt, to);
    const isTail =
      tail.startsWith(HASH_MARK) &&
      tail.startsWith(HEADER_MARK, HASH_MARK.length + HASH_CHARS) &&
      tail.startsWith(this.#beforePrev, BEFORE_ORG) &&
      tail.startsWith(head.hash, prevAt) &&
      tail.startsWith(this.#beforeSeq, prevAt + HASH_CHARS) &&
      tail.startsWith(seqText, seqAt) &&
      tail.endsWith(END);
    if (!isTail) return undefined;
    const contentAt = from + LINE_START.length;
    if (!sameBytes(bytes, from, LINE_START)) return undefined;
    const content = this.#content(bytes, contentAt, tailAt);
    if (!content) return undefined;
    const hash = tail.slice(HASH_MARK.length, HASH_MARK.length + HASH_CHARS);
    const contentHash = tail.slice(CONTENT_HASH_AT, BEFORE_ORG);
    if (sha256Hex(tail.slice(HEADER_AT, -1)) !== hash || sha256Hex(bytes.subarray(contentAt, tailAt)) !== contentHash) return undefined;
    return { header: { content: contentHash, org, prev: head.hash, revision: head.revision, seq }, hash, content };
  }

  /** What stands in the header around `prev` and before `seq`, as long as organization and revision stay what they are. */
  #follow(org: string, revision: number): void {
    this.#org = org;
    this.#revision = revision;
    this.#beforePrev = `","org":"${org}","prev":"`;
    this.#beforeSeq = `","revision":${revision},"seq":`;
  }

  /** The members that the rules over many lines need; a decision that names an approval goes the long way. */
  #content(bytes: Buffer, from: number, to: number): JsonObject | undefined {
    this.begin(bytes, from, to);
    this.#seen = 0;
    this.#single = false;
    if (!this.object(0, this.#topMember) || this.at !== to) return undefined;
    if (!this.isAscii && !isUtf8(bytes.subarray(from, to))) return undefined;
    if (this.#type === 'outcome')
      return (this.#seen & OF_OUTCOME) === OF_OUTCOME
        ? { type: 'outcome', call: this.#call, decision: this.#decision, status: this.#status }
        : undefined;
    if ((this.#seen & OF_DECISION) !== OF_DECISION || this.#policy !== this.#judged) return undefined;
    return {
      type: 'decision',
      call: this.#call,
      effect: this.#effect,
      judged: this.#judged,
      policy: this.#policy,
      ...(this.#single ? SINGLE : {}),
    };
  }

  #topMember(nameAt: number, nameEnd: number, number: number): boolean {
    const named = NAMED.get(number);
    if (!named || named.bytes.length !== nameEnd - nameAt || !sameBytes(this.bytes, nameAt, named.bytes)) return this.value(1);
    this.#seen |= named.bit;
    switch (CHECKS[named.name]) {
      case 'text':
        return this.text();
      case 'hash':
        return this.#hash();
      case 'one':
        return this.#oneOf(named);
      case 'count':
        return this.#count(named.name);
      case 'call':
        return this.#callText();
      case 'time':
        return this.#time();
      case 'string':
        return this.string();
      case 'client':
        return this.#client();
      case 'principal':
        return this.#principal();
      case 'amount':
        return this.bytes[this.at] !== 0x2d && this.number();
      case 'flag':
        this.#single = this.bytes[this.at] === 0x74;
        return this.literal(this.#single ? TRUE : FALSE);
      case 'findings':
        return this.#findings();
      case 'risk':
        return this.#risk();
      default:
        return false;
    }
  }

  #callText(): boolean {
    const from = this.at + 1;
    if (!this.text()) return false;
    this.#call = this.bytes.toString('latin1', from, this.at - 1);
    // What would be another text once it is read.
    return this.isAscii && !this.#call.includes('\\');
  }

  #hash(): boolean {
    const bytes = this.bytes;
    const from = this.at;
    if (bytes[from] !== byte.quote || bytes[from + HASH_CHARS + 1] !== byte.quote) return false;
    for (let at = from + 1; at <= from + HASH_CHARS; at++) {
      const digit = bytes[at] as number;
      if (!((digit >= byte.zero && digit <= byte.nine) || (digit >= 0x61 && digit <= 0x66))) return false;
    }
    this.at = from + HASH_CHARS + 2;
    return true;
  }

  #oneOf({ name, values }: Named): boolean {
    const found = values.find(({ bytes }) => sameBytes(this.bytes, this.at, bytes));
    if (!found) return false;
    this.at += found.bytes.length;
    if (name === 'effect') this.#effect = found.text;
    else if (name === 'type') this.#type = found.text;
    else if (name === 'status') this.#status = found.text;
    return true;
  }

  #count(name: Known): boolean {
    const value = this.digits();
    if (value < 0) return false;
    if (name === 'judged') this.#judged = value;
    else if (name === 'policy') this.#policy = value;
    else this.#decision = value;
    return true;
  }

  /** `YYYY-MM-DDThh:mm:ss.sssZ` of four digits for the year. */
  #time(): boolean {
    const bytes = this.bytes;
    const from = this.at;
    for (let index = 0; index < TIME_FORM.length; index++) {
      const form = TIME_FORM[index] as number;
      const found = bytes[from + index] as number;
      if (form === byte.zero ? !(found >= byte.zero && found <= byte.nine) : found !== form) return false;
    }
    this.at = from + TIME_FORM.length;
    return true;
  }

  #client(): boolean {
    const era = ERAS.find((bytes) => sameBytes(this.bytes, this.at, bytes));
    if (!era) return false;
    this.at += era.length;
    return this.string() && this.bytes[this.at++] === byte.close;
  }

  #principal(): boolean {
    return sameBytes(this.bytes, this.at, AGENT) && this.object(1, this.textMember);
  }

  /** Of a finding its count and type; others that it has may be anything. */
  #findings(): boolean {
    const bytes = this.bytes;
    if (bytes[this.at++] !== byte.openList || bytes[this.at] === byte.closeList) return false;
    for (;;) {
      this.#found = 0;
      if (!this.object(2, this.#findingMember) || this.#found !== 3) return false;
      const next = bytes[this.at++];
      if (next === byte.closeList) return true;
      if (next !== byte.comma) return false;
    }
  }

  #found = 0;

  #findingMember(nameAt: number, nameEnd: number, _number: number, depth: number): boolean {
    const length = nameEnd - nameAt;
    if (length === COUNT.length && sameBytes(this.bytes, nameAt, COUNT)) {
      this.#found |= 1;
      return this.digits() >= 0;
    }
    if (length === TYPE.length && sameBytes(this.bytes, nameAt, TYPE)) {
      this.#found |= 2;
      return this.text();
    }
    return this.value(depth + 1);
  }

  #risk(): boolean {
    this.#found = 0;
    return this.object(1, this.#riskMember) && this.#found === 1;
  }

  #riskMember(nameAt: number, nameEnd: number, _number: number, depth: number): boolean {
    if (nameEnd - nameAt !== SCORE.length || !sameBytes(this.bytes, nameAt, SCORE)) return this.value(depth + 1);
    this.#found = 1;
    return this.digits() >= 0;
  }
}

const SINGLE = { single: true };
const AGENT = Buffer.from('{"agent":');
const [COUNT, TYPE, SCORE] = ['count', 'type', 'score'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
const ERAS = ['legacy', 'modern'].map((era) => Buffer.from(`{"era":"${era}","version":`));
const TIME_FORM = Buffer.from('"0000-00-00T00:00:00.000Z"');
