// The short way for a line that is right: decisions and outcomes, checked byte by byte without making a value of each member.
// INVARIANT: what it takes, line.ts takes with the same facts (scan-line.test.ts); whatever it does not know it leaves to line.ts, which has the word.
import { isUtf8 } from 'node:buffer';
import { sha256Hex } from '../lib/digest.ts';
import type { JsonObject } from '../lib/json.ts';
import { byte, CanonicalScanner, FALSE, sameBytes, TRUE } from './canonical-scanner.ts';
import type { ParsedLine } from './line.ts';
import { LineTail } from './line-tail.ts';
import { MemberPath, type Step } from './member-path.ts';
import type { Head } from './port.ts';

const LINE_START = Buffer.from('{"content":');
const HASH_CHARS = 64;
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
  status: ['ok', 'tool_error', 'rpc_error', 'upstream_failed', 'withheld', 'cancelled', 'input_required'],
  type: ['decision', 'outcome'],
};

interface Named {
  name: Known | undefined;
  check: (typeof CHECKS)[Known] | 'value';
  bit: number;
  values: readonly { text: string; bytes: Uint8Array }[];
  /** Nothing has to be known of its value but that it is good. */
  isOnlyChecked: boolean;
}

/** Of these the rules over many lines need the value, or it is another one in every line. */
const NEEDED: readonly Known[] = [
  'call',
  'effect',
  'status',
  'type',
  'judged',
  'policy',
  'decision',
  'single',
  'approval',
  'time',
  'latencyMs',
];
const VARIED: readonly Known[] = ['arguments', 'result'];

const NAMED: ReadonlyMap<string, Named & { name: Known }> = new Map(
  (Object.keys(CHECKS) as Known[]).map((name, index) => {
    const values = (ONE_OF[name] ?? []).map((text) => ({ text, bytes: Buffer.from(`"${text}"`) }));
    const isOnlyChecked = !NEEDED.includes(name) && !VARIED.includes(name);
    return [name, { name, check: CHECKS[name], bit: 1 << index, values, isOnlyChecked }] as const;
  }),
);
const OTHER: Named = { name: undefined, check: 'value', bit: 0, values: [], isOnlyChecked: true };

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
  readonly #path = new MemberPath<Named>(OTHER);
  readonly #tail = new LineTail();
  readonly #ofOutcome = { type: 'outcome', call: '', decision: 0, status: '' };
  readonly #ofDecision = { type: 'decision', call: '', effect: '', judged: 0, policy: 0 };
  readonly #ofSingle = { ...this.#ofDecision, single: true };
  readonly #line: ParsedLine = { header: { content: '', org: '', prev: '', revision: 0, seq: 0 }, hash: '', content: {} };

  /**
   * The line at [from, to) when it is sound by itself and follows this head without a change of the revision; else undefined. What it gives is good
   * until the next line: millions of lines leave nothing behind.
   */
  scan(bytes: Buffer, from: number, to: number, org: string, head: Head): ParsedLine | undefined {
    const tail = this.#tail;
    tail.follow(org, head);
    const contentAt = from + LINE_START.length;
    const tailAt = to - tail.length;
    if (tailAt <= contentAt || !sameBytes(bytes, from, LINE_START)) return undefined;
    const content = this.#content(bytes, contentAt, tailAt);
    if (!content) return undefined;
    const contentHash = sha256Hex(bytes.subarray(contentAt, tailAt));
    const hash = tail.link(contentHash);
    if (!tail.isAt(bytes, tailAt)) return undefined;
    const { header } = this.#line;
    header.content = contentHash;
    header.org = org;
    header.prev = head.hash;
    header.revision = head.revision;
    header.seq = head.seq + 1;
    this.#line.hash = hash;
    this.#line.content = content;
    return this.#line;
  }

  /** The members that the rules over many lines need; a decision that names an approval goes the long way. */
  #content(bytes: Buffer, from: number, to: number): JsonObject | undefined {
    this.begin(bytes, from, to);
    this.#seen = 0;
    this.#single = false;
    if (!this.#members() || this.at !== to) return undefined;
    if (!this.isAscii && !isUtf8(bytes.subarray(from, to))) return undefined;
    return this.#type === 'outcome' ? this.#outcome() : this.#decided();
  }

  #outcome(): JsonObject | undefined {
    if ((this.#seen & OF_OUTCOME) !== OF_OUTCOME) return undefined;
    const content = this.#ofOutcome;
    content.call = this.#call;
    content.decision = this.#decision;
    content.status = this.#status;
    return content;
  }

  #decided(): JsonObject | undefined {
    if ((this.#seen & OF_DECISION) !== OF_DECISION || this.#policy !== this.#judged) return undefined;
    const content = this.#single ? this.#ofSingle : this.#ofDecision;
    content.call = this.#call;
    content.effect = this.#effect;
    content.judged = this.#judged;
    content.policy = this.#policy;
    return content;
  }

  /** Those of the content. INVARIANT: names are sorted and different (scan-line.test.ts). */
  #members(): boolean {
    const { bytes, end } = this;
    if (bytes[this.at++] !== byte.open) return false;
    let step = this.#path.first;
    for (;;) {
      const next = step.find(bytes, this.at) ?? this.#learn(step);
      if (!next) return false;
      this.at += next.name.length;
      if (!this.#member(next)) return false;
      step = next;
      const delimiter = bytes[this.at++];
      if (delimiter === byte.close) return this.at <= end;
      if (delimiter !== byte.comma) return false;
    }
  }

  /** A member that was not seen after this one before. */
  #learn(before: Step<Named>): Step<Named> | undefined {
    const { bytes, at } = this;
    const nameEnd = this.nameEnd(at);
    if (nameEnd < 0 || Buffer.compare(bytes.subarray(at + 1, nameEnd), before.name.subarray(1, -2)) <= 0) return undefined;
    const named = NAMED.get(bytes.toString('latin1', at + 1, nameEnd)) ?? OTHER;
    return this.#path.learn(before, bytes.subarray(at, nameEnd + 2), named);
  }

  #member(step: Step<Named>): boolean {
    const named = step.what;
    this.#seen |= named.bit;
    if (!named.isOnlyChecked) return this.#check(named);
    const from = this.at;
    const length = step.valueAt(this.view, from, this.end);
    this.at += length;
    if (length > 0) return true;
    if (!this.#check(named)) return false;
    if (this.isAscii) step.keep(this.bytes, from, this.at);
    return true;
  }

  #check(named: Named): boolean {
    switch (named.check) {
      case 'value':
        return this.value(1);
      case 'text':
        return this.text();
      case 'hash':
        return this.#hash();
      case 'one':
        return this.#oneOf(named);
      case 'count':
        return this.#count(named);
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
    let wrong = 0;
    for (let at = from + 1; at <= from + HASH_CHARS; at++) wrong |= NO_DIGIT[bytes[at] as number] as number;
    if (wrong !== 0) return false;
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

  #count({ name }: Named): boolean {
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

  #findingMember(nameAt: number, nameEnd: number, depth: number): boolean {
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

  #riskMember(nameAt: number, nameEnd: number, depth: number): boolean {
    if (nameEnd - nameAt !== SCORE.length || !sameBytes(this.bytes, nameAt, SCORE)) return this.value(depth + 1);
    this.#found = 1;
    return this.digits() >= 0;
  }
}

/** 0 for each digit of a hash. */
const NO_DIGIT = Uint8Array.from({ length: 256 }, (_, code) => Number(!'0123456789abcdef'.includes(String.fromCharCode(code))));
const AGENT = Buffer.from('{"agent":');
const [COUNT, TYPE, SCORE] = ['count', 'type', 'score'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
const ERAS = ['legacy', 'modern'].map((era) => Buffer.from(`{"era":"${era}","version":`));
const TIME_FORM = Buffer.from('"0000-00-00T00:00:00.000Z"');
