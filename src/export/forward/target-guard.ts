// Where a forward may connect to. An operator named the target, so private networks are allowed as for servers; what no log receiver lives at is
// not: link-local addresses (where clouds keep the credentials of a machine), multicast, broadcast, and the unspecified address.
import { AddressGuard } from '../../lib/address-guard.ts';

export const targetGuard = new AddressGuard({
  forbidden: 'the target has an address that no log is sent to (link-local, multicast or unspecified)',
});
