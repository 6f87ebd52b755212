// Which organization a token belongs to (of an agent, or of an operator), over all organizations: one look-up by hash, however many there are.
// INVARIANT: a hash that two organizations claim belongs to neither (token-directory.test.ts): nobody can say whose call it would be.

export class TokenDirectory {
  readonly #owners = new Map<string, string | ReadonlySet<string>>();
  readonly #hashes = new Map<string, readonly string[]>();

  get size(): number {
    return this.#owners.size;
  }

  /** The organization has these tokens now, and no others. Returns the hashes that another organization claims, too. */
  replace(org: string, hashes: Iterable<string>): string[] {
    for (const hash of this.#hashes.get(org) ?? []) this.#leave(hash, org);
    const own = [...new Set(hashes)];
    this.#hashes.set(org, own);
    return own.filter((hash) => this.#join(hash, org));
  }

  has(hash: string): boolean {
    return this.#owners.has(hash);
  }

  /** undefined: nobody's, or claimed by several. */
  ownerOf(hash: string): string | undefined {
    const owner = this.#owners.get(hash);
    return typeof owner === 'string' ? owner : undefined;
  }

  /** True when others claim it. */
  #join(hash: string, org: string): boolean {
    const before = this.#owners.get(hash);
    if (before === undefined) {
      this.#owners.set(hash, org);
      return false;
    }
    this.#owners.set(hash, new Set([...(typeof before === 'string' ? [before] : before), org]));
    return true;
  }

  #leave(hash: string, org: string): void {
    const before = this.#owners.get(hash);
    if (before === undefined || typeof before === 'string') {
      this.#owners.delete(hash);
      return;
    }
    const left = [...before].filter((other) => other !== org);
    const [only] = left;
    this.#owners.set(hash, left.length === 1 && only !== undefined ? only : new Set(left));
  }
}
