// Where notifications may connect to: names are resolved here, every address they lead to is looked at, and the connection goes to an address that
// was looked at and to no other. INVARIANT: no connection to metadata services or link-local addresses, and none to private ones that the
// subscription does not allow, whatever the name resolves to and whenever (test/scenario/attack-notify.test.ts).
import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { addressClass } from '../lib/address-class.ts';

/** Addresses of one name that are looked at. */
const MAX_ADDRESSES = 64;

export interface Resolved {
  address: string;
  family: number;
}

export type Resolve = (host: string) => Promise<Resolved[]>;

export const systemResolve: Resolve = (host) => systemLookup(host, { all: true });

/** Told to operators; `host` comes from the setting. */
export class AddressRefused extends Error {
  readonly code = 'ERR_ADDRESS_REFUSED';
}

export class AddressGuard {
  readonly #resolve: Resolve;
  readonly #allowPrivate: boolean;

  constructor(resolve: Resolve, allowPrivate: boolean) {
    this.#resolve = resolve;
    this.#allowPrivate = allowPrivate;
  }

  /** Addresses that may be connected to. Rejects with AddressRefused when any address of the host may not. */
  async addressesOf(host: string): Promise<Resolved[]> {
    const name = bare(host);
    const family = isIP(name);
    const found = family === 0 ? (await this.#resolve(name)).slice(0, MAX_ADDRESSES) : [{ address: name, family }];
    if (found.length === 0) throw new AddressRefused('the name has no address');
    for (const { address } of found) this.#check(address);
    return found;
  }

  /** Rejects with AddressRefused when the host is an address that may not be connected to. A name is looked at by `lookup`, when it is connected to. */
  async checkLiteral(host: string): Promise<void> {
    if (isIP(bare(host)) !== 0) await this.addressesOf(host);
  }

  /** For connections that resolve a name themselves. An address instead of a name never gets here: `checkLiteral` comes first. */
  readonly lookup: LookupFunction = (host, options, done) => {
    const all = typeof options === 'object' && options.all === true;
    this.addressesOf(host).then(
      (found) => (all ? done(null, found) : done(null, found[0]?.address ?? '', found[0]?.family ?? 4)),
      (error: unknown) => done(error as NodeJS.ErrnoException, all ? [] : ''),
    );
  };

  #check(address: string): void {
    const kind = addressClass(address);
    if (kind === 'public' || (kind === 'private' && this.#allowPrivate)) return;
    if (kind === 'private') throw new AddressRefused('it is at a private address; set channel.allowPrivate if that is meant');
    throw new AddressRefused('it is at an address that is never reached (metadata, link-local or reserved)');
  }
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
