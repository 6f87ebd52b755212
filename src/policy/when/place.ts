// Functions over paths and addresses for conditions. What can be read in two ways is an error, never a guess: a rule that allows and a rule
// that denies must both be safe with it, and an error denies the call.

/** Characters of a path or address. */
export const MAX_PLACE_CHARS = 8_192;

/** Is `path` the folder `root` or below it? Both `/` and `\` separate. Throws on what could mean another place than it says. */
export function pathWithin(path: string, root: string): boolean {
  const place = segments(path, 'path');
  const folder = segments(root, 'folder');
  if (place.start !== folder.start || place.names.length < folder.names.length) return false;
  return folder.names.every((name, i) => name === place.names[i]);
}

/** Start (`/`, `C:/`, `//` or nothing) and names. */
function segments(path: string, what: string): { start: string; names: string[] } {
  if (path.length > MAX_PLACE_CHARS) throw new Error(`the ${what} is longer than ${MAX_PLACE_CHARS} characters`);
  const plain = path.replaceAll('\\', '/');
  if (CONTROL.test(plain)) throw new Error(`the ${what} holds control characters`);
  if (/%(?:2e|2f|5c|25|00)/i.test(plain)) throw new Error(`the ${what} holds encoded separators`);
  if (/^[A-Za-z][A-Za-z0-9+.-]+:/.test(plain)) throw new Error(`the ${what} is a URI`);
  const start = /^(?:[A-Za-z]:\/?|\/{1,2})?/.exec(plain)?.[0] ?? '';
  const names = plain
    .slice(start.length)
    .split('/')
    .filter((name) => name !== '' && name !== '.');
  // A trailing dot or space is nothing on some systems, so `...` and `.. ` are `..` there.
  if (names.some((name) => /^\.{2,}\s*$|^\.\s+$|^\.\.\s/.test(name))) throw new Error(`the ${what} holds ".."`);
  if (names[0]?.startsWith('~')) throw new Error(`the ${what} starts with "~"`);
  // `C:x` is relative to wherever that drive stands.
  if (/^[A-Za-z]:$/.test(start)) throw new Error(`the ${what} is relative to a drive`);
  return { start: start.toLowerCase(), names };
}

/** The domain of one e-mail address or URL, in lower case, without a final dot. Throws on anything else. */
export function domainOf(address: string): string {
  if (address.length > MAX_PLACE_CHARS) throw new Error(`the address is longer than ${MAX_PLACE_CHARS} characters`);
  const text = address.trim();
  const url = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text);
  const domain = url ? hostOf(text) : mailDomain(text);
  const plain = domain.toLowerCase().replace(/\.$/, '');
  if (!DOMAIN.test(plain)) throw new Error('the address has no domain that can be compared');
  return plain;
}

/** Is the domain this one, or one below it? */
export function domainWithin(domain: string, parent: string): boolean {
  const [low, above] = [domain.toLowerCase().replace(/\.$/, ''), parent.toLowerCase().replace(/^\.|\.$/g, '')];
  if (!DOMAIN.test(low) || !DOMAIN.test(above)) throw new Error('this is no domain that can be compared');
  return low === above || low.endsWith(`.${above}`);
}

/** `name@domain`, or `Some Name <name@domain>`: exactly one address. */
function mailDomain(text: string): string {
  const named = /^[^<>@,;"]*<([^<>]*)>$/.exec(text);
  const mail = named ? (named[1] ?? '') : text;
  const found = /^[^\s@<>,;:"()[\]\\]+@([^\s@<>,;:"()\\]+)$/.exec(mail);
  if (!found?.[1]) throw new Error('this is not one e-mail address and no URL');
  return found[1];
}

/** What a browser would call: a URL that readers disagree about (user names, backslashes, blanks) is refused. */
function hostOf(text: string): string {
  if (/[\\\s]/.test(text) || CONTROL.test(text)) throw new Error('the URL holds blanks or backslashes');
  if (/^[^:]*:\/\/[^/?#]*@/.test(text)) throw new Error('the URL holds a user name');
  const authority = /^[^:]*:\/\/([^/?#]*)/.exec(text)?.[1] ?? '';
  const host = authority.replace(/:\d{1,5}$/, '');
  if (/[%:]/.test(host)) throw new Error('the host of the URL is not a name');
  return host;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
/** ASCII only: what looks alike in other letters is another domain, and must be written in its xn-- form. */
const DOMAIN = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*$/;
