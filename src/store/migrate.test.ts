// Which schema changes are applied, and which databases are refused.
import { describe, expect, it } from 'vitest';
import { type Migration, pendingMigrations, readMigrations } from './migrate.ts';

const migration = (number: number): Migration => ({ number, name: `000${number}-x.sql`, sql: '', checksum: `sum${number}` });
const available = [migration(1), migration(2)];

describe('pendingMigrations', () => {
  it('gives what is not applied yet, in order', () => {
    expect(pendingMigrations(available, [])).toEqual(available);
    expect(pendingMigrations(available, [{ number: 1, checksum: 'sum1' }])).toEqual([migration(2)]);
    expect(pendingMigrations(available, available)).toEqual([]);
  });

  it('refuses a newer schema and a changed file', () => {
    expect(() => pendingMigrations(available, [{ number: 3, checksum: 'x' }])).toThrow(expect.objectContaining({ code: 'schema_newer' }));
    expect(() => pendingMigrations(available, [{ number: 1, checksum: 'x' }])).toThrow(expect.objectContaining({ code: 'schema_changed' }));
  });
});

describe('readMigrations', () => {
  it.each(['sqlite', 'postgres'] as const)('finds the files of %s, in order, each number once', (driver) => {
    const found = readMigrations(driver);
    expect(found.length).toBeGreaterThan(0);
    const numbers = found.map(({ number }) => number);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  });
});
