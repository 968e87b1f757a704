import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect } from 'vitest';
import type { Format } from '../../src/model.js';
import { sinkFormats } from '../../src/sinks/sink-formats.js';
import { UNPACKERS } from '../decode/columnar/compare-engines.mjs';
import { toArrayBuffer } from '../sinks/read-back.js';
import { hashParts, test } from './export-test.js';

const KINDS = [
  ['csv', 'none', 'csv'],
  ['csv', 'gzip', 'csv.gz'],
  ['ndjson', 'none', 'ndjson'],
  ['ndjson', 'gzip', 'ndjson.gz'],
  ...sinkFormats.parquet.compressions.map((name) => ['parquet', name, 'parquet'] as const),
] as const;

type Cells = readonly (string | null)[];

/** Rows as texts, by readers that know nothing of this product; numbers as the platform prints them. */
async function readRows(format: Format, bytes: Buffer, names: readonly string[]): Promise<Cells[]> {
  if (format === 'csv') {
    const cast = (value: string, { quoting }: { quoting: boolean }) =>
      value === '' && !quoting ? null : plainText(value);
    return parse(bytes, { from_line: 2, cast }) as Cells[];
  }
  const objects =
    format === 'ndjson'
      ? bytes
          .toString()
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, unknown>)
      : await parquetReadObjects({
          file: toArrayBuffer(bytes),
          compressors: UNPACKERS,
        });
  return objects.map((row) =>
    names.map((name) => {
      const cell = row[name];
      return cell === null || cell === undefined ? null : plainText(cell);
    }),
  );
}

function plainText(cell: unknown): string {
  const text = typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
  const isNumber = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(text) && Number.isFinite(Number(text));
  return isNumber && !/^-?\d{16,}$/.test(text) ? String(Number(text)) : text;
}

describe.each([
  ['pagerank', 305, ['vertex_id', 'pagerank']],
  [
    'vertices',
    305,
    ['id', 'label', 'name', 'city', 'state', 'country', 'latitude', 'longitude', '_overflow'],
  ],
  ['edges', 5366, ['source', 'target', 'index', 'label', 'count', 'startTime', 'endTime', '_overflow']],
])('%s', (jobId, total, names) => {
  test('holds the same values in every format and compression', async ({ folder, openGraph }) => {
    const graph = await openGraph();
    const tables: Cells[][] = [];
    for (const [format, compression, extension] of KINDS) {
      const out = join(folder, `${format}-${compression}`);
      const manifest = await graph.export(jobId, out, '--format', format, '--compression', compression);
      expect(manifest).toMatchObject({ total, options: { format, compression } });
      expect(manifest.tables).toMatchObject([{ name: jobId, rows: total, overflowRows: 0 }]);
      expect(manifest.tables[0]?.columns.map((column) => column.name)).toEqual(names);
      const path = `${jobId}/part-00000.${extension}`;
      expect(Object.keys(await hashParts(out))).toEqual([path]);
      const bytes = await readFile(join(out, path));
      const isGzipFile = extension.endsWith('.gz');
      tables.push(await readRows(format, isGzipFile ? gunzipSync(bytes) : bytes, names));
    }
    expect(tables[0]).toHaveLength(total);
    for (const [index, table] of tables.entries()) expect(table, KINDS[index]?.join()).toEqual(tables[0]);
    // The rows are the server's, in its order.
    const served = await fetch(
      `${graph.simulator.endpoint}/ges/v1.0/${graph.simulator.projectId}/graphs/${graph.simulator.graph}/jobs/${jobId}/status?offset=0&limit=100000`,
      { headers: { 'X-Auth-Token': graph.simulator.token } },
    );
    const { data } = (await served.json()) as { data: { outputs: Record<string, unknown[]> } };
    const records = data.outputs[jobId] as Record<string, unknown>[];
    expect(tables[0]?.map((row) => row[0])).toEqual(
      records.map((record) => plainText(record['id'] ?? record['source'] ?? Object.keys(record)[0])),
    );
  });
});

test('the most central airport comes first, with all its digits', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  await graph.export('pagerank', folder);
  const text = await readFile(join(folder, 'pagerank/part-00000.csv'), 'utf8');
  const [header, first] = text.split('\n');
  expect(header).toBe('vertex_id,pagerank');
  expect(first).toMatch(/^ATL,0\.0359414973\d+$/);
});
