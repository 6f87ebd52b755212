// Which schema changes are applied, and which databases are refused.
import { describe, expect, it } from 'vitest';
import { type Migration, pendingMigrations, readMigrations, refuseOlderSchema } from './migrate.ts';

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

describe('refuseOlderSchema', () => {
  it('lets a database through that has every change, and refuses one that is behind, with what to do', () => {
    const all = readMigrations('sqlite');
    expect(() => refuseOlderSchema('sqlite', all)).not.toThrow();
    expect(() => refuseOlderSchema('sqlite', all.slice(0, -1))).toThrow(
      expect.objectContaining({ code: 'schema_older', message: expect.stringContaining('sallyport serve') }),
    );
  });
});

/** Schema changes that databases hold: first half of their checksums. New ones are added here when they are merged; none is ever edited. */
const WRITTEN: Readonly<Record<string, string>> = {
  'sqlite/0001-initial.sql': '116bfdc33231c42c',
  'sqlite/0002-risk-history.sql': '85d97dbf68315898',
  'sqlite/0003-definition.sql': '9cfa9d223696cc74',
  'sqlite/0004-limits.sql': 'd102d59e9ebb8412',
  'sqlite/0005-token-use.sql': '09d41dd707cf2640',
  'sqlite/0006-checkpoint.sql': '046c3b4b55bb8c26',
  'sqlite/0007-approval.sql': 'e9771f4c86e80bcf',
  'sqlite/0008-notify.sql': 'fe9d286a01c4523a',
  'sqlite/0009-review.sql': '1005aba13a9d2df7',
  'sqlite/0010-held-answer.sql': 'b2ae88626a9df921',
  'sqlite/0011-erasure.sql': 'df59192b57851be6',
  'sqlite/0012-forward.sql': '9136bbd37cd316d0',
  'sqlite/0015-passkey.sql': 'fc6e8742f82cc92e',
  'sqlite/0018-deleted-object.sql': '397bc56ced18a748',
  'sqlite/0020-used-ticket.sql': 'dc0ce70f142fadc7',
  'sqlite/0022-flow-read.sql': '1978ee1742178cf4',
  'sqlite/0023-flow-source.sql': 'b7805689f0065fec',
  'sqlite/0024-ticket-evidence.sql': '0109c901a371c89d',
  'postgres/0001-initial.sql': '8de452430ebd09d2',
  'postgres/0002-risk-history.sql': 'd4b9a058517ec4b5',
  'postgres/0003-definition.sql': '151d10d2df410026',
  'postgres/0004-limits.sql': '3a2b8c3c1096f47c',
  'postgres/0005-token-use.sql': '79fd84132d508463',
  'postgres/0006-checkpoint.sql': '407fcaa453648de8',
  'postgres/0007-approval.sql': 'e1e84436b3767e8b',
  'postgres/0008-notify.sql': '7e224654379b553c',
  'postgres/0009-review.sql': '6ed698e439ea21d8',
  'postgres/0010-held-answer.sql': 'f5aa25435dd420c3',
  'postgres/0011-erasure.sql': 'e37fa58fdc17c276',
  'postgres/0012-forward.sql': 'd94d342611c3186f',
  'postgres/0014-place.sql': 'cebdb2da8c9d4d39',
  'postgres/0015-passkey.sql': 'c7788193de3546d9',
  'postgres/0018-deleted-object.sql': '397bc56ced18a748',
  'postgres/0020-used-ticket.sql': '0b474f197a663816',
  'postgres/0021-used-ticket-before.sql': 'ad0fec5ed4420c5b',
  'postgres/0022-flow-read.sql': 'e8d8a1a07fe915c2',
  'postgres/0023-flow-source.sql': '81fe28d5391c166c',
  'postgres/0024-ticket-evidence.sql': '2f15579277f42772',
};

describe('schema changes that databases were built with', () => {
  it.each(Object.entries(WRITTEN))('%s reads as it did', (path, checksum) => {
    const [driver, name] = path.split('/') as ['sqlite' | 'postgres', string];
    expect(
      readMigrations(driver)
        .find((one) => one.name === name)
        ?.checksum.slice(0, 16),
    ).toBe(checksum);
  });
});
