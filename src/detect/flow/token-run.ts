// The pieces of a text that may be a key or the address of a page: long runs without a space, a quote or a mark that parts. One pass.
// INVARIANT: the same pieces as TOKEN_PATTERN finds (token-run.test.ts).

/** What is found, as a pattern; links before runs. */
export const TOKEN_PATTERN = /https?:\/\/[^\s"'<>)\]}]{1,2000}|[^\s"'<>=:,;(){}[\]]{10,512}/g;

const MIN_RUN_CHARS = 10;
const MAX_RUN_CHARS = 512;
const MAX_LINK_CHARS = 2_000;

/** Ends a run; ends a link. */
const RUN_END = 1;
const LINK_END = 2;
const ENDS = new Uint8Array(0x10000);
for (const space of '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff')
  ENDS[space.charCodeAt(0)] = RUN_END | LINK_END;
for (const mark of '"\'<>)]}') ENDS[mark.charCodeAt(0)] = RUN_END | LINK_END;
for (const mark of '=:,;({[') ENDS[mark.charCodeAt(0)] = RUN_END;

export function eachToken(text: string, visit: (token: string, index: number, isLink: boolean) => void): void {
  const { length } = text;
  for (let at = 0; at < length; ) {
    let end = at;
    while (end < length && ((ENDS[text.charCodeAt(end)] as number) & RUN_END) === 0) end++;
    const link = end < length && text.charCodeAt(end) === 0x3a ? linkStart(text, at, end) : -1;
    if (link >= 0 && (link === at || end - at < MIN_RUN_CHARS)) {
      const stop = linkEnd(text, end + 3);
      visit(text.slice(link, stop), link, true);
      at = stop;
    } else if (end - at >= MIN_RUN_CHARS) {
      const stop = Math.min(end, at + MAX_RUN_CHARS);
      visit(text.slice(at, stop), at, false);
      at = stop;
    } else at = end + 1;
  }
}

/** Where the "http" or "https" before a colon begins, not before `from`; -1 when no address goes on behind it. */
function linkStart(text: string, from: number, colon: number): number {
  if (!text.startsWith('//', colon + 1) || linkEnd(text, colon + 3) === colon + 3) return -1;
  if (colon - 5 >= from && text.startsWith('https', colon - 5)) return colon - 5;
  return colon - 4 >= from && text.startsWith('http', colon - 4) ? colon - 4 : -1;
}

function linkEnd(text: string, from: number): number {
  const limit = Math.min(text.length, from + MAX_LINK_CHARS);
  let end = from;
  while (end < limit && ((ENDS[text.charCodeAt(end)] as number) & LINK_END) === 0) end++;
  return end;
}
