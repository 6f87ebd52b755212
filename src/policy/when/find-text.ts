// Is one text in another: in time linear in both, whoever wrote them. The engine's own search takes the product of their lengths for texts made for it.
// Never loses or folds anything: two texts are compared by their code units, as `includes` does.

/** Up to so many characters the engine's own search costs no more than that for each character it looks through. */
export const SHORT_CHARS = 64;

export function holdsText(whole: string, part: string): boolean {
  return part.length <= SHORT_CHARS || part.length > whole.length ? whole.includes(part) : found(whole, part);
}

/** Knuth, Morris, Pratt: what was compared already is not compared again. */
function found(whole: string, part: string): boolean {
  const borders = bordersOf(part);
  let same = 0;
  for (let at = 0; at < whole.length; at++) {
    const unit = whole.charCodeAt(at);
    while (same > 0 && part.charCodeAt(same) !== unit) same = borders[same - 1] ?? 0;
    if (part.charCodeAt(same) === unit) same++;
    if (same === part.length) return true;
  }
  return false;
}

/** By length of a beginning of the text, less one: how long the longest other beginning is that it ends with. */
function bordersOf(text: string): Int32Array {
  const borders = new Int32Array(text.length);
  let same = 0;
  for (let at = 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    while (same > 0 && text.charCodeAt(same) !== unit) same = borders[same - 1] ?? 0;
    if (text.charCodeAt(same) === unit) same++;
    borders[at] = same;
  }
  return borders;
}
