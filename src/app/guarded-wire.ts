// The network as anchors see it: an address that an anchor may not be at is not connected to, whatever name led there. No redirects, bounded answers.
// INVARIANT: what a name resolves to is judged at the moment of connecting, by the address that is then used (guarded-wire.test.ts).
import { Agent, request } from 'undici';
import { ANSWER_TIMEOUT_MS, type AnchorAnswer, type AnchorRequest, type AnchorWire, MAX_ANSWER_BYTES } from '../anchor/wire.ts';
import { AddressGuard } from '../lib/address-guard.ts';

const NEVER = 'an anchor may not be at a link-local, multicast or unspecified address, nor where clouds hand out credentials';
const PRIVATE = 'an anchor may not be at a private address, unless the setting audit.anchorNetwork is any';

export class GuardedWire implements AnchorWire {
  readonly #guard: AddressGuard;
  readonly #agent: Agent;

  constructor({ allowPrivate }: { allowPrivate: boolean }) {
    this.#guard = new AddressGuard(allowPrivate ? { forbidden: NEVER } : { forbidden: NEVER, private: PRIVATE });
    this.#agent = new Agent({ connect: { lookup: this.#guard.lookup, timeout: ANSWER_TIMEOUT_MS }, maxResponseSize: MAX_ANSWER_BYTES });
  }

  async send({ method, url, headers, body }: AnchorRequest): Promise<AnchorAnswer> {
    this.#guard.checkLiteral(new URL(url).hostname);
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const answer = await request(url, { dispatcher: this.#agent, method, headers, signal, ...(body && { body }) });
    return { status: answer.statusCode, body: new Uint8Array(await answer.body.arrayBuffer()) };
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}
