// The network as anchors see it: an address that an anchor may not be at is not connected to, whatever name led there. No redirects, bounded answers.
// INVARIANT: what a name resolves to is judged at the moment of connecting, by the address that is then used (guarded-wire.test.ts).
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { ANSWER_TIMEOUT_MS, type AnchorAnswer, type AnchorRequest, type AnchorWire, MAX_ANSWER_BYTES } from '../anchor/wire.ts';
import { containsAny, type Network, parseAddress, parseNetwork } from '../lib/network.ts';

/** No place for an anchor, whatever the settings say: this host's other faces, and where clouds hand out credentials. */
const NEVER = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  'fe80::/10',
  'ff00::/8',
  '64:ff9b::/96',
  'fd00:ec2::254/128',
];
/** Only where the settings allow it. */
const PRIVATE = ['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '::1/128', 'fc00::/7'];

export class GuardedWire implements AnchorWire {
  readonly #refused: readonly Network[];
  readonly #agent: Agent;

  constructor({ allowPrivate }: { allowPrivate: boolean }) {
    this.#refused = [...NEVER, ...(allowPrivate ? [] : PRIVATE)].map(parseNetwork).filter((network) => network !== undefined);
    this.#agent = new Agent({ connect: { lookup: this.#lookup, timeout: ANSWER_TIMEOUT_MS }, maxResponseSize: MAX_ANSWER_BYTES });
  }

  async send({ method, url, headers, body }: AnchorRequest): Promise<AnchorAnswer> {
    const { hostname } = new URL(url);
    const literal = hostname.replace(/^\[|\]$/g, '');
    if (parseAddress(literal) && !this.#mayBe(literal)) throw refusal(literal);
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const answer = await request(url, { dispatcher: this.#agent, method, headers, signal, ...(body && { body }) });
    return { status: answer.statusCode, body: new Uint8Array(await answer.body.arrayBuffer()) };
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  #mayBe(text: string): boolean {
    const address = parseAddress(text);
    return address !== undefined && !containsAny(this.#refused, address);
  }

  readonly #lookup: LookupFunction = (hostname, options, done) => {
    systemLookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses = Array.isArray(found) ? found : [];
      const wrong = addresses.find(({ address }) => !this.#mayBe(address));
      const [first] = addresses;
      if (error || !first) done(error ?? new Error(`${hostname} has no address`), '', 0);
      else if (wrong) done(refusal(wrong.address), '', 0);
      else if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

function refusal(address: string): NodeJS.ErrnoException {
  return new Error(`an anchor may not be at ${address}; private addresses need the setting audit.anchorNetwork: any`);
}
