// Where a call may come from: source networks of organization, class and token, compiled once per token. Each of them must hold the address.
// Never lets an address through that cannot be read.
import { containsAny, type Network, parseAddress, parseNetwork } from '../lib/network.ts';

export type SourceCheck = (remoteAddress: string) => boolean;

/** undefined when nothing narrows it: then nothing is looked at. */
export function compileSource(...lists: readonly (readonly string[] | undefined)[]): SourceCheck | undefined {
  const compiled = lists.flatMap((list) => (list === undefined ? [] : [compileAll(list)]));
  if (compiled.length === 0) return undefined;
  return (remoteAddress) => {
    const address = parseAddress(remoteAddress);
    return address !== undefined && compiled.every((networks) => containsAny(networks, address));
  };
}

/** What is no network (the schema keeps it out) holds nobody. */
export function compileAll(list: readonly string[]): Network[] {
  return list.flatMap((text) => parseNetwork(text) ?? []);
}
