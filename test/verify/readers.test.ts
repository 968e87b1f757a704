import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { parseText } from '../../src/decode/reference/parse-text.js';
import { openLocalFile } from '../../src/destination/local-file.js';
import { stringifyJson } from '../../src/json-value.js';
import type { Compression, CsvOptions, ExportedTable, Format } from '../../src/model.js';
import { sinkFormats } from '../../src/sinks/sink-formats.js';
import { checkData } from '../../src/verify/check-data.js';
import { checkSchemas } from '../../src/verify/check-schema.js';
import { fileLayout } from '../../src/verify/file-layout.js';
import { reopen } from '../../src/verify/open-file.js';
import { readRows } from '../../src/verify/read-rows.js';
import { storedValue } from '../../src/verify/stored-value.js';
import { test } from '../cli/export-test.js';
import { anyTable } from '../sinks/arbitrary-table.js';
import { encode } from '../sinks/part-in-memory.js';
import { PLAIN_CSV } from '../sinks/table-fixtures.js';

const DIALECTS: readonly CsvOptions[] = [
  PLAIN_CSV,
  { delimiter: ';', nullText: 'NULL', crlf: true, bom: true, escapeFormulas: true },
  { delimiter: '\t', nullText: '', crlf: false, bom: false, escapeFormulas: true },
];

const CASES = (
  [
    ['csv', 'none', 0],
    ['csv', 'gzip', 1],
    ['csv', 'none', 2],
    ['ndjson', 'none', 0],
    ['ndjson', 'gzip', 0],
    ['parquet', 'none', 0],
    ['parquet', 'snappy', 0],
    ['parquet', 'gzip', 0],
  ] as const
).map(([format, compression, dialect]): [Format, Compression, CsvOptions] => [
  format,
  compression,
  DIALECTS[dialect] ?? PLAIN_CSV,
]);

test.for(CASES)(
  'the readers of verify find in %s, %s, what was written',
  async ([format, compression, csv], { folder }) => {
    const sink = sinkFormats[format];
    const layout = fileLayout({ format, ...csv }, parseText);
    const path = `part-00000${sink.extension(compression)}`;
    await fc.assert(
      fc.asyncProperty(anyTable, async ({ columns, windows }) => {
        const bytes = await encode(sink, columns, windows, { compression, csv });
        await writeFile(join(folder, path), bytes);
        const rows = windows.flat();
        const file = {
          path,
          rows: rows.length,
          bytes: 0,
          sha256: '',
          firstOffset: 0,
          endOffset: rows.length,
        };
        const table: ExportedTable = {
          name: 't',
          rows: rows.length,
          overflowRows: 0,
          columns,
          files: [file],
        };
        const paths = new Set([path]);
        const openFile = (name: string) => openLocalFile(folder, name);

        expect(await checkSchemas(openFile, [table], layout, paths)).toEqual([]);
        const data = await checkData(openFile, [table], layout, paths);
        // Null and empty text are one thing in CSV of one column: a required column may then seem to hold nulls.
        const isAmbiguous = format === 'csv' && columns.length === 1 && csv.nullText === '';
        if (!isAmbiguous) expect(data.disagreements).toEqual([]);
        expect(data.cells).toBe(rows.length * columns.length);

        const found: string[][] = [];
        for await (const batch of readRows(await reopen(openFile, path), columns, layout)) {
          expect(batch.first).toBe(found.length);
          for (let index = 0; index < batch.count; index++) found.push(batch.cells(index).map(stringifyJson));
        }
        const stored = rows.map((row) =>
          row.map((cell, index) => {
            const column = columns[index];
            return column === undefined
              ? ''
              : stringifyJson(storedValue(cell, column, columns.length, layout));
          }),
        );
        expect(found).toEqual(stored);
      }),
      { numRuns: 120 },
    );
  },
);

test('text that lies across the pieces in which a file is read is put together again', async ({ folder }) => {
  const columns = [
    { name: 'id', type: 'int64', nullable: false },
    { name: 'text', type: 'string', nullable: true },
  ] as const;
  const layout = fileLayout({ format: 'csv' }, parseText);
  const path = 'part-00000.csv';
  const texts = Array.from({ length: 400 }, (_, row) => `"é${'"",\n😀'.repeat(row * 7)}"`);
  await writeFile(join(folder, path), `id,text\n${texts.map((text, row) => `${row},${text}\n`).join('')}`);
  const file = await reopen((name) => openLocalFile(folder, name), path);
  let rows = 0;
  for await (const batch of readRows(file, columns, layout)) {
    for (let index = 0; index < batch.count; index++) {
      expect(stringifyJson(batch.cells(index)[1] ?? null)).toBe(
        JSON.stringify(`é${'",\n😀'.repeat(rows * 7)}`),
      );
      rows++;
    }
  }
  expect(rows).toBe(400);
});

test.for([
  ['is cut in a row', 'a,b\n1,2\n3,', 'ends in the middle of a row'],
  ['is cut in quotes', 'a,b\n1,"2\n', 'ends in the middle of a row'],
  [
    'has text after quotes',
    'a,b\n"1"2,3\n',
    'has a cell that ends with neither the delimiter nor the line end',
  ],
  ['has a quote in a bare cell', 'a,b\n1"2,3\n', 'has a quote inside a cell without quotes, in row 1'],
  ['is not UTF-8', Buffer.from('a,b\n\xff,3\n', 'latin1'), 'is not UTF-8'],
] as const)('CSV that %s is no CSV of an export', async ([, content, message], { folder }) => {
  const path = 'part-00000.csv';
  await writeFile(join(folder, path), content);
  const columns = ['a', 'b'].map((name) => ({ name, type: 'string', nullable: true }) as const);
  const file = await reopen((name) => openLocalFile(folder, name), path);
  const read = async () => {
    for await (const _ of readRows(file, columns, fileLayout({ format: 'csv' }, parseText)));
  };
  await expect(read()).rejects.toThrow(message);
});
