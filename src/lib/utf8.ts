// Text as UTF-8 in steps: for texts that take too long to write in one go. The same bytes as Buffer.from(text) makes.

/** Written in one step, UTF-16 code units: about a millisecond. */
export const UTF8_STEP_UNITS = 524_288;

/** The bytes of the text, with `headBytes` bytes of room in front that the caller fills in. */
export function* utf8InSteps(text: string, headBytes = 0, units = UTF8_STEP_UNITS): Generator<void, Buffer, void> {
  let bytes = headBytes;
  for (const piece of piecesOf(text, units)) {
    bytes += Buffer.byteLength(piece, 'utf8');
    yield;
  }
  const out = Buffer.allocUnsafe(bytes);
  let at = headBytes;
  for (const piece of piecesOf(text, units)) {
    at += out.write(piece, at, 'utf8');
    yield;
  }
  return out;
}

/** The text in pieces of at most so many units and one, none of which parts a pair of surrogates: each half alone would become another character. */
export function* piecesOf(text: string, units: number): Generator<string, void, void> {
  for (let at = 0; at < text.length; ) {
    let to = Math.min(text.length, at + units);
    if (isHighSurrogate(text.charCodeAt(to - 1)) && isLowSurrogate(text.charCodeAt(to))) to++;
    yield text.slice(at, to);
    at = to;
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
