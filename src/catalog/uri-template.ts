// Could this URI have come from this URI template? RFC 6570 levels 1–3 (and explode / prefix modifiers, loosely).
// Linear in the URI: the template becomes a pattern for the linear engine; templates and URIs come from outside.
import { RE2JS } from 're2js';
import { MAX_TEMPLATE_CHARS, MAX_URI_CHARS } from '../mcp/uri-expansion.ts';

/** Expressions in a template. */
export const MAX_EXPRESSIONS = 64;

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
