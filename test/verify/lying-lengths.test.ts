import { expect, test } from 'vitest';
import { parseText } from '../../src/decode/reference/parse-text.js';
import type { StoredFile } from '../../src/model.js';
import { sinkFormats } from '../../src/sinks/sink-formats.js';
import { countParquetRows } from '../../src/verify/count-rows.js';
import { fileLayout } from '../../src/verify/file-layout.js';
import { RowJudge } from '../../src/verify/row-judge.js';
import { scanRows } from '../../src/verify/scan-rows.js';
import { encode } from '../sinks/part-in-memory.js';
import { PLAIN_CSV } from '../sinks/table-fixtures.js';

// A length that is damaged may say two milliards of what is not there: a reader that believes it takes all memory.

const COLUMNS = [{ name: 'n', type: 'int64', nullable: true }] as const;
const ROWS = 400;

function stored(bytes: Buffer): StoredFile {
  async function* read(start = 0, end = bytes.length) {
    yield Buffer.from(bytes.subarray(start, end));
  }
  return {
    path: 'part-00000.parquet',
    isFile: true,
    localPath: null,
    bytes: bytes.length,
    read,
    scan: () => read(),
  };
}

function parquet(): Promise<Buffer> {
  const rows = Array.from({ length: ROWS }, (_, row) => [row % 2 === 0 ? null : 7n]);
  return encode(
    sinkFormats.parquet,
    COLUMNS,
    [rows.map(([cell]) => [cell === null ? null : parseText(String(cell))])],
    { compression: 'none', csv: PLAIN_CSV },
  );
}

/** Reads every cell. */
async function readCells(bytes: Buffer): Promise<RowJudge> {
  const judge = new RowJudge(COLUMNS, [0]);
  await scanRows(stored(bytes), COLUMNS, fileLayout({ format: 'parquet' }, parseText), judge);
  judge.end();
  return judge;
}

/** An unsigned number of Thrift or of a run: 2^31 - 1 in five bytes. */
const HUGE = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07]);

test('the file is right before it is damaged', async () => {
  const { rows, problems } = await readCells(await parquet());
  expect([rows, problems]).toEqual([ROWS, []]);
});

test('a run of levels that is longer than its page is refused', async () => {
  const bytes = await parquet();
  // Levels that change from row to row: their length, then groups of eight in a byte each.
  const levels = bytes.indexOf(Buffer.alloc(20, 0xaa));
  expect(levels).toBeGreaterThan(0);
  const header = levels - (bytes[levels - 2] === undefined || (bytes[levels - 2] as number) < 0x80 ? 1 : 2);
  Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f, 0x00]).copy(bytes, header);
  await expect(readCells(bytes)).rejects.toThrow('cannot be read: column "n" is not stored as exports do it');
});

test('a page that counts more entries than its column is refused', async () => {
  const bytes = await parquet();
  // parquet.thrift, DataPageHeader.num_values: field 1, I32, in zigzag, where a page begins.
  const count = bytes.indexOf(Buffer.from([0x15, 0xa0, 0x06]), 4);
  expect(count).toBeGreaterThan(0);
  bytes[count + 2] = 0x7f;
  await expect(readCells(bytes)).rejects.toThrow('cannot be read: column "n" is not stored as exports do it');
});

/** A file whose footer is these bytes. */
function withFooter(footer: Buffer): Buffer {
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(footer.length);
  tail.write('PAR1', 4, 'latin1');
  return Buffer.concat([Buffer.from('PAR1'), footer, tail]);
}

test.for<[string, Buffer]>([
  // parquet.thrift, FileMetaData: version, then the schema, a list of structs.
  ['a list of two milliards', Buffer.concat([Buffer.from([0x15, 0x02, 0x19, 0xfc]), HUGE])],
  ['text of two milliards of bytes', Buffer.concat([Buffer.from([0x15, 0x02, 0x18]), HUGE])],
  ['a number of a million digits', Buffer.concat([Buffer.from([0x16]), Buffer.alloc(1 << 20, 0xff)])],
  ['structs in structs without end', Buffer.alloc(1 << 20, 0x1c)],
  ['lists in lists without end', Buffer.concat([Buffer.from([0x19]), Buffer.alloc(1 << 20, 0x19)])],
  ['nothing', Buffer.alloc(0)],
])('a footer with %s is no footer', async ([, footer]) => {
  const bytes = withFooter(footer);
  await expect(countParquetRows(stored(bytes))).rejects.toThrow('has no readable Parquet footer');
  await expect(readCells(bytes)).rejects.toThrow('has no readable Parquet footer');
});

test('a footer that says to be longer than the file is no footer', async () => {
  const bytes = await parquet();
  bytes.writeUInt32LE(0xffff_ffff, bytes.length - 8);
  await expect(countParquetRows(stored(bytes))).rejects.toThrow('has no readable Parquet footer');
});
