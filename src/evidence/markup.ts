// HTML as text in which whatever is put in is escaped. Nothing that came from outside can become markup, a link, or invisible.

/** Text that is markup already. Made here only. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | string | number | readonly (Markup | undefined)[] | undefined;

/** INVARIANT: a part that is not Markup is escaped, in texts and in attributes alike (markup.test.ts). */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.map((string, at) => string + textOf(parts[at])).join(''));
}

function textOf(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Markup) return part.text;
  if (Array.isArray(part)) return part.map(textOf).join('');
  return escaped(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' };

/** Characters that are not seen, or turn the text around, are shown by their number. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\ufffe\uffff]/gu;

function escaped(text: string): string {
  const seen = text.toWellFormed().replaceAll(UNSEEN, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
  return seen.replaceAll(/[&<>"'`]/g, (char) => ENTITIES[char] ?? '');
}
