// Could this URI have come from this URI template, and what does it become with some of its values? RFC 6570 levels 1–3 (and explode / prefix modifiers, loosely).
// Linear in the URI: the template becomes a pattern for the linear engine; templates and URIs come from outside.
import { RE2JS } from 're2js';

/** Characters of a template. */
export const MAX_TEMPLATE_CHARS = 2_048;
/** Expressions in a template. */
export const MAX_EXPRESSIONS = 64;
/** Characters of a URI that is compared with templates. */
export const MAX_URI_CHARS = 8_192;

export interface UriTemplate {
  readonly source: string;
  /** Literal text before the first expression. */
  readonly prefix: string;
  matches(uri: string): boolean;
}

/** undefined: not a template of the supported form. */
export function compileTemplate(source: string): UriTemplate | undefined {
  if (source.length > MAX_TEMPLATE_CHARS) return undefined;
  const pieces = source.split('{');
  if (pieces.length - 1 > MAX_EXPRESSIONS) return undefined;
  const prefix = pieces[0] ?? '';
  if (prefix.includes('}')) return undefined;
  let pattern = RE2JS.quote(prefix);
  for (const piece of pieces.slice(1)) {
    const end = piece.indexOf('}');
    const expression = end < 0 ? undefined : expressionPattern(piece.slice(0, end));
    const literal = piece.slice(end + 1);
    if (expression === undefined || literal.includes('}')) return undefined;
    pattern += expression + RE2JS.quote(literal);
  }
  const engine = compileEngine(pattern);
  if (!engine) return undefined;
  return { source, prefix, matches: (uri) => uri.length <= MAX_URI_CHARS && uri.startsWith(prefix) && engine.testExact(uri) };
}

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

function compileEngine(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern, RE2JS.DOTALL);
  } catch {
    return undefined;
  }
}

const VARIABLE = /^[A-Za-z0-9_.%-]{1,256}(?:\*|:[0-9]{1,4})?$/;

/** What the value of a simple expression may hold: no separators of a URI. */
const VALUE = '[^/?#&;]*';

/** RFC 6570 §3.2: one pattern per operator. */
function expressionPattern(expression: string): string | undefined {
  const operator = /^[+#./;?&]/.test(expression) ? expression.charAt(0) : '';
  const variables = (operator ? expression.slice(1) : expression).split(',');
  if (!variables.every((name) => VARIABLE.test(name))) return undefined;
  switch (operator) {
    case '+':
      return '.*';
    case '#':
      return '(?:#.*)?';
    case '.':
      return '(?:\\.[^/?#]*)?';
    case '/':
      return '(?:/[^?#]*)?';
    case ';':
      return '(?:;[^/?#]*)?';
    case '?':
      return '(?:\\?[^#]*)?';
    case '&':
      return '(?:&[^#]*)?';
    default:
      return VALUE;
  }
}
