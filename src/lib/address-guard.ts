// Where the gateway may connect to, for every target that somebody wrote into an object or a setting: names are resolved here, every address they
// lead to is looked at, and the connection goes to an address that was looked at and to no other. INVARIANT: no connection to an address of a
// refused class, whatever the name resolves to and whenever (address-guard.test.ts, test/scenario/attack-notify.test.ts).
import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { type AddressClass, addressClass } from './address-class.ts';

/** Addresses of one name that are looked at. */
const MAX_ADDRESSES = 64;

export interface Resolved {
  address: string;
  family: number;
}

export type Resolve = (host: string) => Promise<Resolved[]>;

export const systemResolve: Resolve = (host) => systemLookup(host, { all: true });

/** Why each refused class is refused, in words for the operator; a class without words is reached. */
export type Refusals = Readonly<Partial<Record<AddressClass, string>>>;

/** Told to operators; never holds the host or the address. */
export class AddressRefused extends Error {
  readonly code = 'ERR_ADDRESS_REFUSED';
}

export class AddressGuard {
  readonly #refusals: Refusals;
  readonly #resolve: Resolve;

  constructor(refusals: Refusals, resolve: Resolve = systemResolve) {
    this.#refusals = refusals;
    this.#resolve = resolve;
  }

  /** Addresses that may be connected to. Rejects with AddressRefused when any address of the host may not. */
  async addressesOf(host: string): Promise<Resolved[]> {
    const name = bare(host);
    const family = isIP(name);
    const found = family === 0 ? besideOwnLink(await this.#resolve(name)).slice(0, MAX_ADDRESSES) : [{ address: name, family }];
    if (found.length === 0) throw new AddressRefused('the name has no address');
    for (const { address } of found) this.#check(address);
    return found;
  }

  /** Throws AddressRefused when the host is an address that may not be connected to. A name is looked at by `lookup`, when it is connected to. */
  checkLiteral(host: string): void {
    if (isIP(bare(host)) !== 0) this.#check(bare(host));
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
    const words = this.#refusals[addressClass(address)];
    if (words !== undefined) throw new AddressRefused(words);
  }
}

/**
 * Without what many systems give beside the address of a host nearby, this machine's own name included: the one on its link (RFC 4291 §2.5.6), which
 * leads nowhere without a zone. A name that has no other address keeps it, and is judged by it.
 */
function besideOwnLink(found: Resolved[]): Resolved[] {
  const others = found.filter(({ address }) => !/^fe[89ab][0-9a-f]:/i.test(address));
  return others.length > 0 ? others : found;
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
