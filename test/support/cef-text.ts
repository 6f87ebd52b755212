// A reader of CEF lines, written from the public description of the format. Knows nothing of the writer under test.

export interface CefEvent {
  vendor: string;
  product: string;
  version: string;
  signature: string;
  name: string;
  severity: number;
  extension: Record<string, string>;
}

export function parseCef(line: string): CefEvent {
  if (/[\r\n]/.test(line)) throw new Error('more than one line');
  if (!line.startsWith('CEF:0|')) throw new Error('no CEF');
  const fields: string[] = [];
  let at = 'CEF:0|'.length;
  let field = '';
  while (fields.length < 6) {
    const char = line[at++];
    if (char === undefined) throw new Error('a header that ends early');
    if (char === '\\') field += line[at++] ?? '';
    else if (char !== '|') field += char;
    else {
      fields.push(field);
      field = '';
    }
  }
  const [vendor = '', product = '', version = '', signature = '', name = '', severity = ''] = fields;
  if (!/^(?:\d|10)$/.test(severity)) throw new Error(`severity ${severity}`);
  return { vendor, product, version, signature, name, severity: Number(severity), extension: extensionOf(line.slice(at)) };
}

function extensionOf(text: string): Record<string, string> {
  const extension: Record<string, string> = {};
  // A key begins the text or follows a space; its = is the only kind of = that is not escaped.
  const starts = [...text.matchAll(/(?:^| )([A-Za-z0-9_.]+)(?<!\\)=/g)];
  for (const [index, start] of starts.entries()) {
    const from = start.index + start[0].length;
    const to = starts[index + 1]?.index ?? text.length;
    const key = start[1] ?? '';
    if (Object.hasOwn(extension, key)) throw new Error(`${key} twice`);
    extension[key] = text.slice(from, to).replace(/\\(.)/g, (_, char: string) => ({ n: '\n', r: '\r' })[char] ?? char);
  }
  return extension;
}
