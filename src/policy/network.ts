// Networks in a rule: is the address a request came from within one of them?
import { containsAny, type Network, parseAddress, parseNetwork } from '../lib/network.ts';

/** undefined: the text is no address, so nothing can be said. A text that is no network holds nobody (the schema keeps those out). */
export function compileNetworks(networks: readonly string[]): (address: string) => boolean | undefined {
  const parsed = networks.map(parseNetwork).filter((network): network is Network => network !== undefined);
  return (text) => {
    const address = parseAddress(text);
    return address && containsAny(parsed, address);
  };
}
