import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatManifest, type Manifest } from '../../src/manifest/manifest.js';
import type { Column, Compression, CsvOptions, Format, PartFile, Row } from '../../src/model.js';
import { partitionName } from '../../src/partition.js';
import { sinkFormats } from '../../src/sinks/sink-formats.js';
import { PLAIN_CSV } from '../sinks/table-fixtures.js';

interface MadeTable {
  readonly name: string;
  readonly columns: readonly Column[];
  /** One part file for each. */
  readonly parts: readonly (readonly Row[])[];
  /** A column that stands in the paths of the part files, with its value in each of them. */
  readonly partition?: { readonly column: Column; readonly values: readonly (string | null)[] };
}

export interface MadeExport {
  readonly format: Format;
  readonly compression?: Compression;
  readonly csv?: Partial<CsvOptions>;
  readonly jobId?: string;
  readonly tables: readonly MadeTable[];
}

/** A finished export of rows that no job gives, encoded by the sinks of the program. */
export async function makeExport(folder: string, made: MadeExport): Promise<Manifest> {
  const format = sinkFormats[made.format];
  const compression = made.compression ?? format.defaultCompression;
  const csv = { ...PLAIN_CSV, ...made.csv };
  const tables = [];
  let total = 0;
  for (const { name, columns, parts, partition } of made.tables) {
    const files: PartFile[] = [];
    let offset = 0;
    for (const rows of parts) {
      const chunks: Uint8Array[] = [];
      const write = async (pieces: readonly Uint8Array[]) => void chunks.push(Buffer.concat(pieces));
      const sink = await format.open({ columns, compression, csv, write });
      await sink.write(rows);
      await sink.endWindow();
      await sink.finish();
      const bytes = Buffer.concat(chunks);
      const value = partition?.values[files.length] ?? null;
      const below = partition === undefined ? name : `${name}/${partitionName(partition.column.name, value)}`;
      const path = `${below}/part-${String(files.length).padStart(5, '0')}${format.extension(compression)}`;
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
      files.push({
        path,
        rows: rows.length,
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        firstOffset: offset,
        endOffset: offset + rows.length,
        ...(partition === undefined ? {} : { partition: [value] }),
      });
      offset += rows.length;
    }
    total = Math.max(total, offset);
    tables.push({
      name,
      rows: offset,
      overflowRows: 0,
      engine: 'reference' as const,
      columns: partition === undefined ? [...columns] : [...columns, partition.column],
      ...(partition === undefined ? {} : { partitionBy: [partition.column.name] }),
      files,
    });
  }
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const manifest: Manifest = {
    formatVersion: 1,
    tool: { name: 'ges-export', version: 'test' },
    job: { id: made.jobId ?? 'made', status: 'success' },
    source: { endpoint: 'http://127.0.0.1', projectId: 'p', graph: 'g' },
    total,
    scalars: {},
    options: { format: made.format, compression, raw: false, ...(made.format === 'csv' ? csv : {}) },
    fingerprint: 'f',
    tables,
    completeness: {
      windows: 1,
      recordsDeclared: total,
      recordsRead: total,
      rowsDecoded: rows,
      rowsInFiles: rows,
    },
    warnings: [],
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T00:00:01.000Z',
  };
  await writeFile(join(folder, 'manifest.json'), formatManifest(manifest));
  await writeFile(join(folder, '_SUCCESS'), '');
  return manifest;
}
