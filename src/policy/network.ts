// Networks in a rule: is the address a request came from within one of them? An IPv4 address in its IPv6 form is the IPv4 address.
import { BlockList, isIP } from 'node:net';

/** undefined: the text is no address, so nothing can be said. */
export function compileNetworks(networks: readonly string[]): (address: string) => boolean | undefined {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => {
    const plain = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1] ?? address.replace(/%.*$/, '');
    const family = isIP(plain);
    return family === 0 ? undefined : list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  };
}
