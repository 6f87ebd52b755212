// Which URLs and addresses the gateway may talk to. These checks are for servers that an operator registered: private addresses are allowed on
// purpose, those where clouds hand out the credentials of a machine are not. Never weaken them for a URL that a server or an agent named.
import { AddressGuard, type Resolve } from '../lib/address-guard.ts';

/** Characters of a server URL. */
export const MAX_URL_LENGTH = 4096;

/** http or https, no user name or password in the URL, bounded. `problem` is for the operator and does not quote the URL (it may carry a secret). */
export function checkServerUrl(text: string): { url: URL; problem?: undefined } | { url?: undefined; problem: string } {
  if (text.length > MAX_URL_LENGTH) return { problem: `the url is longer than ${MAX_URL_LENGTH} characters` };
  const url = URL.parse(text);
  if (url === null) return { problem: 'the url cannot be read; write it like https://host.example/mcp' };
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return { problem: `the url uses ${url.protocol} but must use http: or https:` };
  if (url.username !== '' || url.password !== '') {
    return { problem: 'the url carries a user name or password; put the credential into a header that refers to a secret' };
  }
  return { url };
}

/** By address, whatever name leads there. */
export function serverGuard(resolve?: Resolve): AddressGuard {
  return new AddressGuard({ forbidden: NEVER }, resolve);
}

const NEVER = 'no server is looked for at link-local or multicast addresses, nor where clouds hand out the credentials of a machine';

/** The unspecified address, which servers print as theirs and which leads to this machine. */
const THIS_MACHINE = new Set(['0.0.0.0', '[::]']);

/** What is wrong with the address that a URL names outright. A name is looked at when it is connected to. */
export function addressProblem(guard: AddressGuard, { hostname }: URL): string | undefined {
  if (THIS_MACHINE.has(hostname)) return undefined;
  try {
    guard.checkLiteral(hostname);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
