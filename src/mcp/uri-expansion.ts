// What a URI template becomes with some of its values (RFC 6570 levels 1–3, explode and prefix modifiers loosely). Pure; bounded.
// Never judges what a value may mean to a server: that is for rules.

/** Characters of a template. */
export const MAX_TEMPLATE_CHARS = 2_048;
/** Characters of a URI that is compared with templates. */
export const MAX_URI_CHARS = 8_192;

/**
 * The template with the values that are known put in, `{name}` where one is not; the template itself where none is. For rules to look at: what a value
 * may mean to a server is theirs to judge (policy/resource-path.ts). undefined: longer than any template or URI that is looked at.
 */
export function expandedTemplate(source: string, values: Readonly<Record<string, unknown>>): string | undefined {
  if (source.length > MAX_TEMPLATE_CHARS) return undefined;
  let isKnown = false;
  // A value is put in as often as the template says so: what is too long already is not made longer.
  let left = MAX_URI_CHARS;
  const expanded = source.replace(/\{([+#./;?&]?)([^{}]*)\}/g, (_written, operator: string, list: string) => {
    const { first, between, isNamed, isRaw } = EXPANSION[operator] ?? PLAIN;
    const texts = list.split(',').map((variable) => {
      const name = variable.replace(/(?:\*|:\d{1,4})$/, '');
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      if (typeof value !== 'string') return isNamed ? `${name}={${name}}` : `{${name}}`;
      isKnown = true;
      left -= value.length;
      if (left < 0) return '';
      const text = isRaw ? value : encoded(value);
      return isNamed ? `${name}=${text}` : text;
    });
    return first + texts.join(between);
  });
  if (left < 0 || expanded.length > MAX_URI_CHARS) return undefined;
  return isKnown ? expanded : source;
}

/** Half of a character has no code; nothing that is asked for has one in its name. */
function encoded(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}

interface Expansion {
  first: string;
  between: string;
  isNamed?: true;
  isRaw?: true;
}

/** RFC 6570 §3.2, appendix A. */
const PLAIN: Expansion = { first: '', between: ',' };
const EXPANSION: Readonly<Record<string, Expansion | undefined>> = {
  '+': { first: '', between: ',', isRaw: true },
  '#': { first: '#', between: ',', isRaw: true },
  '.': { first: '.', between: '.' },
  '/': { first: '/', between: '/' },
  ';': { first: ';', between: ';', isNamed: true },
  '?': { first: '?', between: '&', isNamed: true },
  '&': { first: '&', between: '&', isNamed: true },
};
