// IP addresses and networks in CIDR form, version 4 and 6. An IPv4-mapped IPv6 address is the IPv4 address it holds, everywhere.
// Never guesses: what is no address or no network has no value, and whoever asks must refuse then.
import { isIPv4, isIPv6 } from 'node:net';

/** 4 or 16 bytes. */
export type Address = Uint8Array;

export interface Network {
  readonly bytes: Address;
  /** Leading bits that count. */
  readonly prefix: number;
}

/** undefined for what is no IP address. A zone (`%eth0`) is left out; an IPv4-mapped address becomes its IPv4 address. */
export function parseAddress(text: string): Address | undefined {
  const bare = withoutZone(text);
  if (isIPv4(bare)) return v4Bytes(bare);
  if (!isIPv6(bare)) return undefined;
  const bytes = v6Bytes(bare);
  return isMapped(bytes) ? bytes.slice(12) : bytes;
}

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. undefined for anything else, and when bits after the prefix are set. */
export function parseNetwork(text: string): Network | undefined {
  const match = /^([0-9a-fA-F:.]{2,45})(?:\/(\d{1,3}))?$/.exec(text);
  const [, address = '', length] = match ?? [];
  const isV4 = isIPv4(address);
  if (!isV4 && !isIPv6(address)) return undefined;
  const whole = isV4 ? v4Bytes(address) : v6Bytes(address);
  const prefix = length === undefined ? whole.length * 8 : Number(length);
  if (prefix > whole.length * 8 || (length !== undefined && String(prefix) !== length)) return undefined;
  if (!isClearAfter(whole, prefix)) return undefined;
  // A network of IPv4-mapped addresses is a network of IPv4 addresses, as every such address is one.
  if (!isV4 && prefix >= MAPPED_BITS && isMapped(whole)) return { bytes: whole.slice(12), prefix: prefix - MAPPED_BITS };
  return { bytes: whole, prefix };
}

/** An IPv6 network holds no IPv4 address, whatever its prefix. */
export function contains(network: Network, address: Address): boolean {
  const { bytes, prefix } = network;
  if (bytes.length !== address.length) return false;
  const whole = prefix >> 3;
  for (let i = 0; i < whole; i++) if (bytes[i] !== address[i]) return false;
  const rest = prefix & 7;
  return rest === 0 || ((bytes[whole] ?? 0) ^ (address[whole] ?? 0)) >> (8 - rest) === 0;
}

export function containsAny(networks: readonly Network[], address: Address): boolean {
  for (const network of networks) if (contains(network, address)) return true;
  return false;
}

const MAPPED_BITS = 96;

function withoutZone(text: string): string {
  const at = text.indexOf('%');
  return at < 0 ? text : text.slice(0, at);
}

function v4Bytes(text: string): Address {
  return Uint8Array.from(text.split('.'), Number);
}

/** Of a text that `isIPv6` accepts. */
function v6Bytes(text: string): Address {
  const [head = '', tail] = text.split('::');
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  const zeros = new Array<number>(16 - left.length - right.length).fill(0);
  return Uint8Array.from([...left, ...zeros, ...right]);
}

function groupsOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return [...v4Bytes(group)];
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}

function isMapped(bytes: Address): boolean {
  for (let i = 0; i < 10; i++) if (bytes[i] !== 0) return false;
  return bytes[10] === 255 && bytes[11] === 255;
}

function isClearAfter(bytes: Address, prefix: number): boolean {
  for (let bit = prefix; bit < bytes.length * 8; bit++) if (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) return false;
  return true;
}
