// Keys of log rows in the embedded store: organization and sequence number in one integer, so that appends only ever touch the last page.
// Stays within the integers a double holds exactly: 2^14 organizations, 2^36 entries each, 8 payloads an entry.

export const SEQ_SPAN = 2 ** 36;
export const PAYLOAD_SPAN = 8;
/** Organizations one embedded store holds. */
export const MAX_ORGANIZATIONS = 2 ** 14 - 1;

export function entryKey(org: number, seq: number): number {
  return org * SEQ_SPAN + seq;
}

export function payloadKey(org: number, seq: number, place: number): number {
  return entryKey(org, seq) * PAYLOAD_SPAN + place;
}
