// What DuckDB and parquetjs-lite read in a Parquet file, against what hyparquet reads. Plain JavaScript, see
// random-case.mjs.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import parquetjs from 'parquetjs-lite';
import { readParquetFile } from './compare-engines.mjs';

/** parquetjs-lite splits names at commas and keeps rows in objects; DuckDB's names do not tell cases apart. */
export function hasPlainNames({ columns }) {
  return columns.every(({ name }) => /^[a-z_][a-z0-9_]*$/.test(name) && name !== '__proto__');
}

/** @returns what a reader finds that hyparquet does not, null if nothing */
export async function compareReaders({ columns }, bytes) {
  const { rows, metadata } = await readParquetFile(bytes);
  const expected = rows.map((row) => columns.map((_, index) => shown(row[index])));
  const problem = difference('DuckDB', columns, await readWithDuckDb(columns, bytes, expected), expected);
  if (problem !== null) return problem;
  // parquetjs-lite has no zstd.
  const isZstd = metadata.row_groups.some((group) => group.columns[0].meta_data.codec === 'ZSTD');
  return isZstd
    ? null
    : difference('parquetjs-lite', columns, await readWithParquetjs(columns, bytes), expected);
}

function difference(reader, columns, rows, expected) {
  if (rows.length !== expected.length)
    return `${reader} reads ${rows.length} rows, hyparquet ${expected.length}`;
  for (const [index, row] of rows.entries()) {
    for (const [at, cell] of row.entries()) {
      // DuckDB's package for Node drops a byte order mark at the start of a text.
      if (cell === null || withoutMarks(cell) === withoutMarks(expected[index][at])) continue;
      return `${reader}, row ${index}, ${columns[at].name}: ${cell.slice(0, 200)} instead of ${String(expected[index][at]).slice(0, 200)}`;
    }
  }
  return null;
}

function withoutMarks(text) {
  return text.replaceAll('\ufeff', '');
}

function shown(cell) {
  if (cell === undefined || cell === null) return 'null';
  if (Array.isArray(cell)) return `[${cell.map(shown).join(',')}]`;
  if (typeof cell === 'object') return JSON.stringify(cell);
  return typeof cell === 'string' ? JSON.stringify(cell) : Object.is(cell, -0) ? '-0' : String(cell);
}

async function readWithParquetjs(columns, bytes) {
  const reader = await parquetjs.ParquetReader.openBuffer(bytes);
  const cursor = reader.getCursor();
  const rows = [];
  for (let record = await cursor.next(); record !== null; record = await cursor.next()) {
    const row = record;
    rows.push(
      columns.map(({ name, type }) => {
        const cell = row[name];
        // It parses JSON, and gives an empty list and no list alike.
        if (type === 'json') return null;
        if (!type.startsWith('list<')) return shown(cell);
        const list = cell?.list;
        return list === undefined ? null : shown(list.map(({ element }) => element ?? null));
      }),
    );
  }
  await reader.close();
  return rows;
}

async function readWithDuckDb(columns, bytes, expected) {
  const folder = await mkdtemp(join(tmpdir(), 'ges-export-readers-'));
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const path = join(folder, 'part.parquet');
    await writeFile(path, bytes);
    // It refuses JSON with an escape of half a surrogate pair, or with a number beyond all doubles.
    const names = columns.map(({ name, type }) => (type === 'json' ? 'NULL' : `"${name}"`));
    const result = await connection.runAndReadAll(`SELECT ${names.join(', ')} FROM read_parquet('${path}')`);
    const rows = result
      .getRows()
      .map((row) =>
        row.map((cell, index) => (columns[index].type === 'json' ? null : shown(cell?.items ?? cell))),
      );
    await checkSearch(connection, path, columns, expected);
    return rows;
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Statistics and dictionaries that lie make a reader skip rows that it is asked for. */
async function checkSearch(connection, path, columns, rows) {
  for (const [index, { name, type }] of columns.entries()) {
    if (!['string', 'int64'].includes(type) || rows.length === 0) continue;
    const wanted = rows[rows.length >> 1][index];
    if (wanted === 'null' || wanted === '""' || wanted.includes('\ufeff')) continue;
    const literal = type === 'string' ? `'${JSON.parse(wanted).replaceAll("'", "''")}'` : wanted;
    if (literal.includes('\0')) continue;
    const query = `SELECT count(*) FROM read_parquet('${path}') WHERE "${name}" = ${literal}`;
    const [[count]] = (await connection.runAndReadAll(query)).getRows();
    const expected = rows.filter((row) => row[index] === wanted).length;
    if (Number(count) !== expected)
      throw new Error(`DuckDB finds ${count} of ${expected} rows with ${wanted.slice(0, 100)} in ${name}`);
  }
}
