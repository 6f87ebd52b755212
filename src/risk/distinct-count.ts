// About how many different texts there were, in 64 bytes (HyperLogLog with 64 registers, error about 13 %; exact up to the first few).
// Holds no text and nothing a text could be read from.
const REGISTERS = 64;
const ALPHA = 0.709;

export class DistinctCount {
  readonly #registers: Uint8Array;

  constructor(registers = new Uint8Array(REGISTERS)) {
    this.#registers = registers;
  }

  static from(state: string): DistinctCount {
    const bytes = Buffer.from(state, 'base64');
    return new DistinctCount(bytes.length === REGISTERS ? new Uint8Array(bytes) : undefined);
  }

  add(text: string): void {
    const hash = mix(text);
    const register = hash & (REGISTERS - 1);
    const rank = Math.clz32((hash >>> 6) << 6 || 1) + 1;
    if (rank > (this.#registers[register] ?? 0)) this.#registers[register] = rank;
  }

  get count(): number {
    let sum = 0;
    let empty = 0;
    for (const register of this.#registers) {
      sum += 2 ** -register;
      if (register === 0) empty++;
    }
    if (empty > 0) return Math.round(REGISTERS * Math.log(REGISTERS / empty));
    return Math.round((ALPHA * REGISTERS * REGISTERS) / sum);
  }

  state(): string {
    return Buffer.from(this.#registers).toString('base64');
  }
}

/** 32 well-mixed bits of a text (FNV-1a with a final avalanche); not for secrets. */
function mix(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
