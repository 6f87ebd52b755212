// Resource URIs that mean another place than they say: dot segments, backslashes, and the same percent-encoded. A rule on `file:///docs/*`
// must not be passed with `file:///docs/../etc/passwd`, so such a URI is judged in both forms; nor a denial of `file:///secret/*` with
// `FILE:///%73ecret/x`, so denials are looked for in what a lenient server may make of it. Nothing is ever rewritten for the server.

/** Rounds of percent-decoding that are looked through. */
export const MAX_DECODE_ROUNDS = 3;

/**
 * The URI with dot segments removed (RFC 3986 §5.2.4) after `%2e`, `%2f`, `%5c` (and `%25` before them) are decoded and `\` is read as `/`;
 * undefined when that is the URI itself, which it is for every ordinary one.
 */
export function plainForm(uri: string): string | undefined {
  if (!SUSPECT.test(uri)) return undefined;
  let text = uri;
  for (let round = 0; round < MAX_DECODE_ROUNDS; round++) {
    const next = text.replace(/%(25|2e|2f|5c)/gi, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
    if (next === text) break;
    text = next;
  }
  const plain = withoutDotSegments(text.replaceAll('\\', '/'));
  return plain === uri ? undefined : plain;
}

/**
 * The furthest a lenient server may read a URI as another: everything decoded, scheme and authority in lower case (RFC 3986 §6.2.2), `localhost`
 * left out of file URIs (RFC 8089), runs of slashes as one, no dot segments; undefined when that is the URI itself. For denials alone: a rule
 * that allows need not be written in this form.
 */
export function loosestForm(uri: string): string | undefined {
  if (!LENIENT.test(uri)) return undefined;
  let text = uri;
  for (let round = 0; round < MAX_DECODE_ROUNDS; round++) {
    const next = text.replace(/(?:%[0-9a-f]{2})+/gi, decodedOrAsIs);
    if (next === text) break;
    text = next;
  }
  text = text.replaceAll('\\', '/');
  const start = START.exec(text)?.[0] ?? '';
  const place = start.toLowerCase().replace(/^file:\/\/localhost$/, 'file://');
  const loose = withoutDotSegments(place + text.slice(start.length).replace(/\/{2,}/g, '/'));
  return loose === uri ? undefined : loose;
}

function decodedOrAsIs(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    return run;
  }
}

/** Scheme and authority. */
const START = /^[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/[^/?#]*)?/;
const LENIENT =
  /%|\\|(?:^|[^:])\/\/|\/\/[\s\S]*\/\/|^[^/:]*:[^/]+:\/\/|^[a-z0-9+.-]*[A-Z][A-Za-z0-9+.-]*:|^[^/?#]*:\/\/[^/?#]*[A-Z]|^file:\/\/localhost|\/\.{1,2}(?:[/?#]|$)/;
const SUSPECT = /(?:^|[/\\])\.{1,2}(?:[/\\?#]|$)|%(?:25|2e|2f|5c)|\\/i;

function withoutDotSegments(uri: string): string {
  const authority = START.exec(uri)?.[0] ?? '';
  const rest = uri.slice(authority.length);
  const pathEnd = rest.search(/[?#]/);
  const path = pathEnd < 0 ? rest : rest.slice(0, pathEnd);
  const kept: string[] = [];
  const segments = path.split('/');
  segments.forEach((segment, i) => {
    const isLast = i === segments.length - 1;
    if (segment === '..') {
      // The empty segment before the first slash stays.
      if (kept.length > 1 || (kept.length === 1 && kept[0] !== '')) kept.pop();
      if (isLast) kept.push('');
    } else if (segment !== '.') kept.push(segment);
    else if (isLast) kept.push('');
  });
  return authority + kept.join('/') + (pathEnd < 0 ? '' : rest.slice(pathEnd));
}
