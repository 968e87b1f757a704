import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect } from 'vitest';
import type { StoredFile } from '../../src/model.js';
import { readForeignParquet } from '../../src/verify/foreign-parquet.js';
import { test } from '../cli/export-test.js';

// A length that is damaged may say two milliards of what is not there: a reader that believes it takes all memory.

const COLUMNS = ['protocol', 'metaData', 'txn'];

function stored(bytes: Buffer): StoredFile {
  async function* read(start = 0, end = bytes.length) {
    yield Buffer.from(bytes.subarray(start, end));
  }
  return {
    path: '0.checkpoint.parquet',
    isFile: true,
    localPath: null,
    bytes: bytes.length,
    read,
    scan: () => read(),
  };
}

/** A checkpoint of a Delta table as DuckDB writes Parquet: structs, lists, and far more files than anything else. */
async function checkpoint(path: string, options: string, files: number): Promise<Buffer> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE actions (protocol STRUCT(minReaderVersion INTEGER, readerFeatures VARCHAR[]),
    metaData STRUCT(id VARCHAR, partitionColumns VARCHAR[]), txn STRUCT(appId VARCHAR, version BIGINT),
    add STRUCT(path VARCHAR, isNew BOOLEAN))`);
  await connection.run(`INSERT INTO actions VALUES ({'minReaderVersion': 1, 'readerFeatures': ['f']}, NULL, NULL, NULL),
    (NULL, {'id': 'table', 'partitionColumns': ['a', 'b']}, NULL, NULL)`);
  await connection.run(`INSERT INTO actions SELECT NULL, NULL,
    CASE WHEN i % 5 = 0 THEN {'appId': 'app ' || (i % 3), 'version': i} END,
    CASE WHEN i % 5 <> 0 THEN {'path': 'p' || i, 'isNew': true} END FROM range(${files}) rows(i)`);
  await connection.run(`COPY actions TO '${path}' (FORMAT PARQUET, ${options})`);
  connection.closeSync();
  instance.closeSync();
  return await readFile(path);
}

const WRITTEN = [
  "CODEC 'SNAPPY', PARQUET_VERSION V1",
  "CODEC 'UNCOMPRESSED', PARQUET_VERSION V1",
  "CODEC 'GZIP', PARQUET_VERSION V2",
  "CODEC 'UNCOMPRESSED', PARQUET_VERSION V2",
];

test.for(WRITTEN)('a checkpoint of another program is read (%s)', async (options, { folder }) => {
  const rows = await readForeignParquet(
    stored(await checkpoint(join(folder, 'c.parquet'), options, 5000)),
    COLUMNS,
  );
  expect(rows).toHaveLength(1002);
  expect(rows.slice(0, 3)).toEqual([
    { protocol: { minReaderVersion: 1, readerFeatures: ['f'] } },
    { metaData: { id: 'table', partitionColumns: ['a', 'b'] } },
    { txn: { appId: 'app 0', version: 0n } },
  ]);
  expect(rows.at(-1)).toEqual({ txn: { appId: 'app 0', version: 4995n } });
});

/** A run of two milliards, and a size of two milliards. */
const HUGE = [Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f]), Buffer.from([0x80, 0x80, 0x80, 0x80, 0x08])];

test.for(WRITTEN)('whatever such a file claims, it costs no memory (%s)', async (options, { folder }) => {
  const bytes = await checkpoint(join(folder, 'c.parquet'), options, 20);
  let refused = 0;
  for (let at = 4; at < bytes.length - 8; at++) {
    for (const huge of HUGE) {
      const damaged = Buffer.from(bytes);
      huge.copy(damaged, at);
      const rows = await readForeignParquet(stored(damaged), COLUMNS).catch((error: unknown) => error);
      if (!(rows instanceof Error)) continue;
      expect(rows.message).not.toMatch(/\n/);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(bytes.length / 4);
  expect(process.memoryUsage().rss).toBeLessThan(2 * 1024 ** 3);
});
