// The memory of texts answers as a Set does, whatever the texts, also where they are many, long, foreign, or fall on one place.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RecentTexts } from './recent-texts.ts';

it('knows its newest texts again, and has forgotten what is twice as old', () => {
  const recent = new RecentTexts(10);
  for (let n = 0; n < 1_000; n++) {
    expect(recent.add(`t${n}`)).toBe(true);
    for (let back = 0; back < Math.min(10, n); back++) expect(recent.add(`t${n - back}`)).toBe(false);
  }
  expect(recent.add('t979')).toBe(true);
});

it('answers as a Set, for any texts', () => {
  const unit = fc.constantFrom('a', 'b', '\0', 'é', 'ÿ', 'Ā', '\ud800', '😀');
  const texts = fc.array(fc.oneof(fc.string({ unit, maxLength: 4 }), fc.string({ unit, minLength: 60, maxLength: 70 })), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(texts, (all) => {
      const [recent, known] = [new RecentTexts(1_000_000), new Set<string>()];
      for (const text of all) {
        expect(recent.add(text)).toBe(!known.has(text));
        known.add(text);
      }
    }),
    { numRuns: 500 },
  );
});

it('holds many, and none is taken for another', () => {
  const recent = new RecentTexts(1_000_000);
  const text = (n: number) => `call_${(n * 7_919).toString(36).padStart(26, '0')}`;
  let added = 0;
  for (let n = 0; n < 100_000; n++) if (recent.add(text(n))) added++;
  expect(added).toBe(100_000);
  let again = 0;
  for (let n = 0; n < 200_000; n++) if (recent.add(text(n))) again++;
  expect(again).toBe(100_000);
});

it('texts that fall on one place are told apart, however many there are', () => {
  // All multiples of the number of places: whatever the table makes of a code, these meet.
  const recent = new RecentTexts(1_000_000);
  const meeting = colliding(300);
  expect(new Set(meeting).size).toBe(300);
  for (const text of meeting) expect(recent.add(text)).toBe(true);
  for (const text of meeting) expect(recent.add(text)).toBe(false);
  for (let n = 0; n < 5_000; n++) expect(recent.add(`other ${n}`)).toBe(true);
  for (const text of meeting) expect(recent.add(text)).toBe(false);
});

/** FNV-1a, as somebody would who knows how codes are made: texts with one code before its bits are mixed. */
function colliding(count: number): string[] {
  const byCode = new Map<number, string[]>();
  for (let n = 0; ; n++) {
    const text = n.toString(36).padStart(8, '0');
    let code = text.length;
    for (let at = 0; at < text.length; at++) code = Math.imul(code ^ text.charCodeAt(at), 0x01000193);
    // The low bits decide the place.
    code = Math.imul(code ^ (code >>> 15), 0x2c1b3c6d);
    code = (code ^ (code >>> 13)) & 0x3ff;
    const same = byCode.get(code) ?? [];
    byCode.set(code, same);
    if (same.push(text) === count) return same;
  }
}
