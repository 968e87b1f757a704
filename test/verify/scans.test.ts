import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CsvScanner } from '../../src/csv-text.js';
import { parseText } from '../../src/decode/reference/parse-text.js';
import type { Column, StoredFile } from '../../src/model.js';
import { sinkFormats } from '../../src/sinks/sink-formats.js';
import { type FileLayout, fileLayout } from '../../src/verify/file-layout.js';
import { readBlocks } from '../../src/verify/read-blocks.js';
import { readRows } from '../../src/verify/read-rows.js';
import { FileProblem } from '../../src/verify/row-batch.js';
import { RowJudge } from '../../src/verify/row-judge.js';
import { scanRows } from '../../src/verify/scan-rows.js';
import { runColumnar } from '../decode/columnar/compare-engines.mjs';
import { engines } from '../decode/columnar/engines.js';
import { Random, randomCase } from '../decode/columnar/random-case.mjs';
import { PLAIN_CSV } from '../sinks/table-fixtures.js';

/** Says how many rows were not plainly right. */
class CountingJudge extends RowJudge {
  judged = 0;

  override judge(...given: Parameters<RowJudge['judge']>): void {
    this.judged++;
    super.judge(...given);
  }
}

function inMemory(path: string, bytes: Buffer, random: Random): StoredFile {
  async function* read(start = 0, end = bytes.length) {
    for (let at = start; at < end; ) {
      const next = Math.min(end, at + (random.chance(0.5) ? random.between(1, 50) : 100_000));
      yield Buffer.from(bytes.subarray(at, next));
      at = next;
    }
  }
  return { path, isFile: true, localPath: null, bytes: bytes.length, read, scan: () => read() };
}

interface Findings {
  readonly judged: number;
  /** Why it cannot be read to its end; null where it can. What was found before that depends on the pieces. */
  readonly fileProblem: string | null;
  readonly all: unknown;
}

async function findingsOf(
  columns: readonly Column[],
  read: (judge: RowJudge) => Promise<void>,
): Promise<Findings> {
  const nulls = columns.map(() => 0);
  const judge = new CountingJudge(columns, nulls);
  try {
    await read(judge);
    judge.end();
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    return { judged: judge.judged, fileProblem: error.message, all: null };
  }
  const { rows, problems, judged } = judge;
  return { judged, fileProblem: null, all: { rows, problems, nulls } };
}

const scanned = (file: StoredFile, columns: readonly Column[], layout: FileLayout) =>
  findingsOf(columns, (judge) => scanRows(file, columns, layout, judge));

/** Every cell read and judged. */
const readWithCare = (file: StoredFile, columns: readonly Column[], layout: FileLayout) =>
  findingsOf(columns, async (judge) => {
    for await (const batch of readRows(file, columns, layout)) {
      judge.problems.push(...batch.problems);
      for (let index = 0; index < batch.count; index++) judge.judge(() => batch.cells(index));
    }
  });

const PIECES = [
  ...[
    '"',
    '""',
    ',',
    ';',
    '\n',
    '\r\n',
    '\r',
    '\t',
    '\0',
    '{',
    '}',
    '[',
    ']',
    '[1',
    ':',
    '\\',
    '\\u12',
    'null',
  ],
  ...[
    'true',
    'x',
    '1',
    '-',
    '01',
    '1.5',
    '1e400',
    '9223372036854775808',
    '9007199254740993',
    '\uFEFF',
    'é',
    ' ',
  ],
].map((text) => Buffer.from(text));

/** A changed byte, a cut, or a piece of text where something else was. */
function changed(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  const piece = random.chance(0.4)
    ? Buffer.from([random.below(256)])
    : random.chance(0.05)
      ? Buffer.alloc(0)
      : random.pick(PIECES);
  const taken = random.chance(0.02) ? bytes.length : random.pick([0, 1, 1, piece.length, random.below(9)]);
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + taken)]);
}

const seeds = fc.noShrink(fc.integer({ min: 0, max: 2 ** 31 - 1 }));

test.for<['small' | 'large', number, number]>([
  ['small', 60, 15],
  ['large', 2, 3],
])(
  'a scan finds in %s files what reading every cell finds, and reads none where all is right',
  async ([size, numRuns, damages]) => {
    let passed = 0;
    let found = 0;
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const random = new Random(seed);
        const given = randomCase(seed, size);
        const { tables, files, error } = await runColumnar(engines, given);
        if (error !== null) return;
        const layout = fileLayout({ format: given.format, ...given.csv }, parseText);
        const path = `part-00000${sinkFormats[given.format].extension(given.compression)}`;
        // Of many partitions two are enough.
        for (const [index, { columns }] of tables.slice(0, 2).entries()) {
          const whole = files[index] ?? Buffer.alloc(0);
          const stored = (bytes: Buffer) => inMemory(path, bytes, random);
          const scan = await scanned(stored(whole), columns, layout);
          const read = await readWithCare(stored(whole), columns, layout);
          expect({ ...scan, judged: 0 }).toEqual({ ...read, judged: 0 });
          if (scan.judged === 0 && read.judged > 0) passed++;
          for (let time = 0; time < damages; time++) {
            const bytes = changed(whole, random);
            const byScan = await scanned(stored(bytes), columns, layout);
            const byReading = await readWithCare(stored(bytes), columns, layout);
            expect({ ...byScan, judged: 0 }).toEqual({ ...byReading, judged: 0 });
            if (byScan.fileProblem !== null || byScan.judged > 0) found++;
          }
        }
      }),
      { numRuns },
    );
    // Of few large ones there may be none.
    if (size === 'large') return;
    expect(passed, 'files in which all is plainly right').toBeGreaterThan(numRuns / 3);
    expect(found, 'damages that were seen').toBeGreaterThan(numRuns / 3);
  },
);

test('a row that never ends is looked at for about its length, in the words of one that ends too late', async () => {
  const piece = Buffer.from('a line in quotes\n'.repeat(256));
  const unclosed = Buffer.concat([Buffer.from('id\n"'), ...Array.from({ length: 2000 }, () => piece)]);
  async function* read() {
    for (let at = 0; at < unclosed.length; at += piece.length)
      yield Buffer.from(unclosed.subarray(at, at + piece.length));
  }
  const file = {
    path: 'part-00000.csv',
    isFile: true,
    localPath: null,
    bytes: unclosed.length,
    read,
    scan: read,
  };
  let looked = 0;
  const reading = readBlocks(file, (_, end) => {
    looked += end;
    return 0;
  });
  await expect(reading).rejects.toThrow('ends in the middle of a row');
  expect(looked).toBeLessThan(unclosed.length * 4);
  expect(looked).toBeGreaterThan(unclosed.length / 2);
  const layout = fileLayout({ format: 'csv', ...PLAIN_CSV }, parseText);
  const columns = [{ name: 'id', type: 'string', nullable: false }] as const;
  for (const judging of [scanned, readWithCare])
    expect(await judging(file, columns, layout)).toMatchObject({
      fileProblem: 'ends in the middle of a row',
    });
});

test('text of a row that never ends costs no more in many pieces than in few', () => {
  const text = `"${'x'.repeat(24 * 1024 * 1024)}`;
  const timeOf = (size: number) => {
    const scanner = new CsvScanner(PLAIN_CSV, (problem) => new Error(problem));
    const start = performance.now();
    for (let at = 0; at < text.length; at += size)
      expect(scanner.take(text.slice(at, at + size))).toEqual([]);
    expect(scanner.last()).toEqual([]);
    expect(() => scanner.end()).toThrow('ends in the middle of a row');
    return performance.now() - start;
  };
  const few = timeOf(text.length / 4);
  // A look at all of it for each piece would take a thousand times as long.
  expect(timeOf(8 * 1024)).toBeLessThan(100 * few + 2000);
});
