// Keyword `format` where it is asked to decide: official clients refuse structured content whose texts are not of their format, so what is put in the
// place of a value has to be. Formats nobody here knows decide nothing. Every check is linear in the text.
import type { Keyword } from './schema-keyword.ts';

/** Longest text that is looked at; a longer one is of no format here, UTF-16 code units. */
const MAX_CHARS = 4096;

const DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):?[0-5]\d)$/;
const EMAIL =
  /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?$/u;
const HOST = /^(?=.{1,253}\.?$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*\.?$/i;
const URI_TEXT = /^(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const IPV6 = /^(?=.*:)[0-9a-f:.]{2,45}$/i;
const UUID = /^(?:urn:uuid:)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

const FORMATS: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['date', (text) => DATE.test(text)],
  ['time', (text) => TIME.test(text)],
  ['date-time', isDateTime],
  ['iso-time', (text) => TIME.test(text)],
  ['iso-date-time', isDateTime],
  ['email', (text) => EMAIL.test(text)],
  ['idn-email', (text) => EMAIL.test(text)],
  ['hostname', (text) => HOST.test(text)],
  ['uri', isUri],
  ['iri', isUri],
  ['url', isUri],
  ['uri-reference', (text) => URI_TEXT.test(text)],
  ['ipv4', (text) => IPV4.test(text)],
  ['ipv6', (text) => IPV6.test(text)],
  ['uuid', (text) => UUID.test(text)],
]);

export const formatKeyword: Keyword = (value) => {
  const isOf = typeof value === 'string' ? FORMATS.get(value) : undefined;
  if (isOf === undefined) return undefined;
  return (found, run) =>
    typeof found !== 'string' || (found.length <= MAX_CHARS && isOf(found)) || run.fail(`must be of format ${String(value)}`);
};

function isDateTime(text: string): boolean {
  const [date, time, ...more] = text.split(/[Tt\s]/);
  return more.length === 0 && DATE.test(date ?? '') && TIME.test(time ?? '');
}

function isUri(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(text) && URI_TEXT.test(text);
}
