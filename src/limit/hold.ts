// What one call holds of its limits: places, reservations, and the rates it has already paid. Lives as long as the call, across judgements.
// Never gives back a reservation twice.
import type { QuotaItem } from './port.ts';
import type { CompiledLimit } from './rule.ts';

export interface Reservation {
  limit: CompiledLimit;
  item: QuotaItem;
}

export class Hold {
  /** By version of the limit and key: a rate is paid once, however often the call is judged. */
  readonly paid = new Set<string>();
  readonly reservations = new Map<string, Reservation>();
  #places: string[] = [];
  #releases: (() => Promise<void> | undefined)[] = [];

  hasPlace(id: string): boolean {
    return this.#places.includes(id);
  }

  /** `release` gives back all of them. */
  keepPlaces(items: readonly { key: string }[], release: () => Promise<void> | undefined): void {
    for (const { key } of items) this.#places.push(key);
    this.#releases.push(release);
  }

  /** Resolves when the places are free for the next call; waits for nothing when they are this process's own. Never rejects. */
  leavePlaces(): Promise<unknown> | undefined {
    if (this.#releases.length === 0) return undefined;
    const releases = this.#releases;
    this.#places = [];
    this.#releases = [];
    let left: Promise<void>[] | undefined;
    for (const release of releases) {
      const leaving = release();
      if (!leaving) continue;
      left ??= [];
      left.push(leaving);
    }
    return left && Promise.all(left);
  }

  /** Takes the reservations that the test picks out of the hold. */
  drop(test: (reservation: Reservation) => boolean): QuotaItem[] {
    const dropped: QuotaItem[] = [];
    for (const [id, reservation] of this.reservations) {
      if (!test(reservation)) continue;
      this.reservations.delete(id);
      dropped.push(reservation.item);
    }
    return dropped;
  }
}
