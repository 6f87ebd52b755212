// Where in a JSON value the characters of its text stand: JSON pointers, with `*` for every index, so that the rows of a table have one place.
// For text that is JSON; of any other it says something, and ends. Linear in the text, in steps.

/** What is walked over in one step, characters. */
const STEP_CHARS = 131_072;

interface Frame {
  isList: boolean;
  /** Of the member that is read now, as it stands in a pointer. */
  key: string;
}

/** The place of each of `offsets` (ascending). One inside of a key is at the object that has the key. */
export function* placesIn(text: string, offsets: readonly number[]): Generator<void, string[], void> {
  const places: string[] = [];
  const frames: Frame[] = [];
  let isKeyNext = false;
  let next = STEP_CHARS;
  for (let at = 0; at < text.length && places.length < offsets.length; at++) {
    if (at > next) {
      next = at + STEP_CHARS;
      yield;
    }
    const char = text[at];
    const isKey = char === '"' && isKeyNext;
    const end = char === '"' ? endOfString(text, at) : at;
    while (places.length < offsets.length && (offsets[places.length] as number) <= end)
      places.push(pointerOf(isKey ? frames.slice(0, -1) : frames));
    const top = frames.at(-1);
    if (isKey && top) top.key = escaped(text.slice(at, end + 1));
    if (char === '{' || char === '[') frames.push({ isList: char === '[', key: '*' });
    else if (char === '}' || char === ']') frames.pop();
    if (char === '{' || char === ',') isKeyNext = frames.at(-1)?.isList === false;
    else if (char === '"' || char === '[' || char === ':') isKeyNext = false;
    at = end;
  }
  while (places.length < offsets.length) places.push('');
  return places;
}

/** A pointer as others write it (RFC 6901), with `*` for every index. */
export function withoutIndexes(pointer: string): string {
  return pointer.replace(/\/\d+(?=\/|$)/g, '/*');
}

/** Is one of the two the other, or above it? */
export function meet(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text.charCodeAt(at) === 0x5c) at++;
    else if (text.charCodeAt(at) === 0x22) return at;
  }
  return text.length;
}

function pointerOf(frames: readonly Frame[]): string {
  return frames.map(({ key }) => `/${key}`).join('');
}

function escaped(literal: string): string {
  let key = '';
  try {
    key = String(JSON.parse(literal));
  } catch {
    return '*';
  }
  return /^\d+$/.test(key) ? '*' : key.replace(/~/g, '~0').replace(/\//g, '~1');
}
