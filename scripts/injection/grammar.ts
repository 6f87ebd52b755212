// A grammar: templates with {slots} that are filled at random, from a seed. Used to make training texts; never part of the product.

export type Slots = Readonly<Record<string, readonly string[]>>;

export interface Random {
  next(): number;
  pick<T>(list: readonly T[]): T;
  chance(probability: number): boolean;
}

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    pick: (list) => list[Math.floor(next() * list.length)] as (typeof list)[number],
    chance: (probability) => next() < probability,
  };
}

/** Fills {slots}, those inside of fillers too; `{a|b}` picks one. */
export function fill(template: string, slots: Slots, random: Random): string {
  let text = template;
  for (let round = 0; round < 6 && /\{[a-zA-Z|]/.test(text); round++) {
    text = text.replace(/\{([^{}]+)\}/g, (whole, name: string) => {
      if (name.includes('|')) return random.pick(name.split('|'));
      const list = slots[name];
      return list === undefined ? whole : random.pick(list);
    });
  }
  return text;
}

/** One template a line; `\n` inside of a line is a line end. */
export function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim().replaceAll('\\n', '\n'))
    .filter((line) => line !== '');
}
