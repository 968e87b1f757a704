import { expect, test } from 'vitest';
import { type Counts, proveCompleteness } from '../../src/manifest/completeness.js';

const COUNTS: Counts = {
  windows: 3,
  windowsPlanned: 3,
  recordsDeclared: 25,
  recordsRead: 25,
  tables: [
    { name: 'vertices', rows: 25, isRowARecord: true },
    { name: 'paths', rows: 40, isRowARecord: false },
  ],
  rowsInFiles: 65,
};

test('counts that agree are the proof that the manifest carries', () => {
  expect(proveCompleteness(COUNTS)).toEqual({
    windows: 3,
    recordsDeclared: 25,
    recordsRead: 25,
    rowsDecoded: 65,
    rowsInFiles: 65,
  });
});

test('without a total, what was read counts', () => {
  const counts = { ...COUNTS, windowsPlanned: null, recordsDeclared: null, windows: 7 };
  expect(proveCompleteness(counts)).toMatchObject({ recordsDeclared: 25, windows: 7 });
});

test.each<[Partial<Counts>, string]>([
  [{ recordsRead: 24 }, '24 records were read where the server declared 25'],
  [{ windows: 2 }, '2 windows were read where the result takes 3'],
  [{ windows: 4 }, '4 windows were read where the result takes 3'],
  [{ rowsInFiles: 64 }, '64 rows are in the files where the records gave 65'],
  [
    { tables: [{ name: 'vertices', rows: 24, isRowARecord: true }], rowsInFiles: 24 },
    '24 rows are in table "vertices" where the records are 25',
  ],
])('counts that disagree are an error with both numbers: %j', (change, message) => {
  expect(() => proveCompleteness({ ...COUNTS, ...change })).toThrow(
    expect.objectContaining({ code: 'VERIFY_FAILED', message }),
  );
});
