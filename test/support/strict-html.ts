// A strict reader of the HTML that this project writes: every tag and attribute in a known form, properly nested, or it throws.
// Knows no script, no event attribute, no foreign link: what is not on its list is an error.

const TAGS = new Set('html head meta title style body main section h1 h2 h3 p div ul li table tr td a code pre strong'.split(' '));
const VOID = new Set(['meta']);
const ATTRIBUTES = new Set('lang charset http-equiv content name class id href data-statement'.split(' '));

export interface ReadPage {
  ids: string[];
  links: string[];
  /** Text of each element with a data-statement, with its class. */
  statements: { id: string; kind: string; text: string }[];
  text: string;
}

export function readStrictly(source: string): ReadPage {
  const page: ReadPage = { ids: [], links: [], statements: [], text: '' };
  const open: string[] = [];
  let statement: { id: string; kind: string; text: string; depth: number } | undefined;
  const start = '<!doctype html>\n';
  if (!source.startsWith(start)) throw new Error('no doctype');
  let at = start.length;
  while (at < source.length) {
    const next = source.indexOf('<', at);
    const text = source.slice(at, next < 0 ? source.length : next);
    if (open.at(-1) !== 'style') checkText(text);
    page.text += text;
    if (statement) statement.text += text;
    if (next < 0) break;
    const end = source.indexOf('>', next);
    const tag = source.slice(next + 1, end);
    at = end + 1;
    if (tag.startsWith('/')) {
      const last = open.pop();
      if (last !== tag.slice(1)) throw new Error(`</${tag.slice(1)}> closes <${last}>`);
      if (statement && open.length < statement.depth) {
        page.statements.push(statement);
        statement = undefined;
      }
      continue;
    }
    const [name = '', ...rest] = tag.split(' ');
    if (!TAGS.has(name)) throw new Error(`<${name}>`);
    const given = attributesOf(rest.join(' '));
    if (given.id !== undefined) page.ids.push(given.id);
    if (given.href !== undefined) page.links.push(given.href);
    if (!VOID.has(name)) open.push(name);
    const id = given['data-statement'];
    if (id !== undefined) statement = { id, kind: given.class?.split(' ').at(-1) ?? '', text: '', depth: open.length };
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)}> is open`);
  return page;
}

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  let rest = text;
  while (rest !== '') {
    const match = /^([a-z-]+)="([^"<>]*)"(?: |$)/.exec(rest);
    if (!match) throw new Error(`attributes ${rest}`);
    const [all, name = '', value = ''] = match;
    if (!ATTRIBUTES.has(name)) throw new Error(`attribute ${name}`);
    checkText(value);
    found[name] = value;
    rest = rest.slice(all.length);
  }
  return found;
}

function checkText(text: string): void {
  if (text.includes('>')) throw new Error(`> in ${JSON.stringify(text.slice(0, 100))}`);
  if (text.replaceAll(/&(?:amp|lt|gt|quot|#39|#96);/g, '').includes('&')) throw new Error(`& in ${JSON.stringify(text.slice(0, 100))}`);
}
