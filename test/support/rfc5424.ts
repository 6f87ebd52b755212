// A strict reader of RFC 5424 messages and of octet-counting frames (RFC 6587 §3.4.1), written from the ABNF. Accepts nothing that is not in it.
// Knows nothing of the writer under test.

export interface SyslogMessage {
  pri: number;
  timestamp: string;
  hostname: string;
  appName: string;
  procId: string;
  msgId: string;
  /** By SD-ID, then by name. */
  data: Record<string, Record<string, string>>;
  message: string;
}

const HEADER =
  /^<(0|[1-9]\d{0,2})>([1-9]\d{0,2}) (-|\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:Z|[+-]\d{2}:\d{2})) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,48}) ([\x21-\x7e]{1,128}) ([\x21-\x7e]{1,32}) /;
const SD_NAME = /[^\s="\]\p{Cc}]{1,32}/uy;

export function parseSyslog(text: string): SyslogMessage {
  const head = HEADER.exec(text);
  if (!head) throw new Error(`not an RFC 5424 header: ${JSON.stringify(text.slice(0, 120))}`);
  const [whole, pri = '', version, timestamp = '', hostname = '', appName = '', procId = '', msgId = ''] = head;
  if (Number(pri) > 191 || version !== '1') throw new Error(`PRI ${pri}, version ${version}`);
  const reader = new Reader(text, whole.length);
  const data = reader.structuredData();
  const message = reader.rest();
  return { pri: Number(pri), timestamp, hostname, appName, procId, msgId, data, message };
}

class Reader {
  readonly #text: string;
  #at: number;
  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  structuredData(): SyslogMessage['data'] {
    const data: SyslogMessage['data'] = {};
    if (this.#take('-')) return data;
    if (this.#text[this.#at] !== '[') throw new Error('no structured data');
    while (this.#take('[')) {
      const id = this.#name();
      if (data[id]) throw new Error(`SD-ID ${id} twice`);
      const params: Record<string, string> = {};
      while (this.#take(' ')) {
        const name = this.#name();
        if (!this.#take('="')) throw new Error(`no value of ${name}`);
        if (Object.hasOwn(params, name)) throw new Error(`${name} twice`);
        params[name] = this.#value();
      }
      if (!this.#take(']'))
        throw new Error(`structured data ${id} is not closed at ${JSON.stringify(this.#text.slice(this.#at, this.#at + 40))}`);
      data[id] = params;
    }
    return data;
  }

  rest(): string {
    if (this.#at === this.#text.length) return '';
    if (!this.#take(' ')) throw new Error('no space before the message');
    const message = this.#text.slice(this.#at);
    return message.startsWith('\ufeff') ? message.slice(1) : message;
  }

  #value(): string {
    let value = '';
    for (;;) {
      const char = this.#text[this.#at++];
      if (char === undefined) throw new Error('a value without an end');
      if (char === '"') return value;
      if (char === ']') throw new Error('a bare ] in a value');
      if (char !== '\\') value += char;
      else {
        const next = this.#text[this.#at++] ?? '';
        // RFC 5424 §6.3.3: a backslash before anything else is just a backslash.
        value += ['"', '\\', ']'].includes(next) ? next : `\\${next}`;
      }
    }
  }

  #name(): string {
    SD_NAME.lastIndex = this.#at;
    const found = SD_NAME.exec(this.#text)?.[0];
    if (found === undefined || !/^[\x21-\x7e]+$/.test(found)) throw new Error(`no SD-NAME at ${this.#text.slice(this.#at, this.#at + 20)}`);
    this.#at += found.length;
    return found;
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}

/** Messages of a stream of octet-counting frames; `rest` is the beginning of one that is not whole yet. */
export function splitFrames(bytes: Buffer): { messages: string[]; rest: Buffer } {
  const messages: string[] = [];
  let at = 0;
  for (;;) {
    const space = bytes.indexOf(0x20, at);
    if (space < 0) break;
    const length = bytes.subarray(at, space).toString('latin1');
    if (!/^[1-9]\d{0,9}$/.test(length)) throw new Error(`not a frame length: ${JSON.stringify(length.slice(0, 40))}`);
    const end = space + 1 + Number(length);
    if (end > bytes.length) break;
    messages.push(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(space + 1, end)));
    at = end;
  }
  const rest = bytes.subarray(at);
  if (rest.length > 0 && !/^(?:$|[1-9]\d{0,9}(?: |$))/.test(rest.subarray(0, 12).toString('latin1')))
    throw new Error('bytes that are no frame');
  return { messages, rest };
}
