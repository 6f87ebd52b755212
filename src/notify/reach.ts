// Where notifications may connect to: public addresses, private ones only where the subscription says so, reserved and forbidden ones never.
import { AddressGuard, type Resolve } from '../lib/address-guard.ts';

const NEVER = 'it is at an address that is never reached (metadata, link-local or reserved)';

export function reach(resolve: Resolve, allowPrivate: boolean): AddressGuard {
  const refusals = { forbidden: NEVER, reserved: NEVER };
  const inside = 'it is at a private address; set channel.allowPrivate if that is meant';
  return new AddressGuard(allowPrivate ? refusals : { ...refusals, private: inside }, resolve);
}
