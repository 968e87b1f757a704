import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { parquetMetadata, parquetRead, parquetSchema } from 'hyparquet';
import parquetjs from 'parquetjs-lite';
import { isJsonArray, JsonNumber, type JsonValue, stringifyJson } from '../../src/json-value.js';
import type { Column, Compression, Format, Row } from '../../src/model.js';
import { UNPACKERS } from '../decode/columnar/compare-engines.mjs';

/** What independent readers find in a part, in a form that shows every difference that matters. */
export type ReadCell = null | boolean | bigint | number | string | readonly ReadCell[];

export interface ReadTable {
  readonly names: readonly string[];
  readonly rows: readonly (readonly ReadCell[])[];
}

export async function readBack(
  format: Format,
  compression: Compression,
  columns: readonly Column[],
  bytes: Buffer,
): Promise<ReadTable> {
  if (format === 'parquet') return readParquet(bytes);
  const text = (compression === 'gzip' ? gunzipSync(bytes) : bytes).toString();
  return format === 'csv' ? readCsv(text) : readNdjson(text, columns.length);
}

/** What `readBack()` must give for these rows. */
export function expectedTable(format: Format, columns: readonly Column[], rows: readonly Row[]): ReadTable {
  const toCell = { csv: toCsvCell, ndjson: toNdjsonCell, parquet: toParquetCell }[format];
  return {
    names: columns.map((column) => (format === 'ndjson' ? column.name : inUtf8(column.name))),
    rows: rows.map((row) =>
      columns.map((column, index) => toCell(row[index] as JsonValue, column, columns.length)),
    ),
  };
}

/** A quoted cell is marked with `Q`: only so are null and empty text two things. */
export function readCsv(text: string, delimiter = ',', recordDelimiter = '\n'): ReadTable {
  const [names, ...rows] = parse(text, {
    delimiter,
    record_delimiter: recordDelimiter,
    bom: true,
    cast: (value, context) => (context.quoting ? `Q${value}` : value === '' ? null : value),
  }) as (string | null)[][];
  return { names: (names ?? []).map((name) => (name ?? '').replace(/^Q/, '')), rows };
}

function toCsvCell(cell: JsonValue, column: Column, columns: number): ReadCell {
  if (cell === null) return columns === 1 ? 'Q' : null;
  const text = typeof cell === 'string' && column.type === 'string' ? inUtf8(cell) : stringifyJson(cell);
  return text === '' || /[",\r\n]/.test(text) ? `Q${text}` : text;
}

/** Values as their JSON text, so that digits count. The parser of the platform splits the lines into members. */
function readNdjson(text: string, columns: number): ReadTable {
  if (text === '') return { names: [], rows: [] };
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('The last line does not end');
  const parsed = lines.map((line) => splitMembers(line));
  for (const { names } of parsed)
    if (names.length !== columns) throw new Error(`${names.length} members in a line`);
  return { names: parsed[0]?.names ?? [], rows: parsed.map((line) => line.values) };
}

function toNdjsonCell(cell: JsonValue): ReadCell {
  return stringifyJson(cell);
}

/** The members of an object in their order, each value as the text it has. */
function splitMembers(line: string): { names: string[]; values: string[] } {
  JSON.parse(line);
  const names: string[] = [];
  const values: string[] = [];
  let depth = 0;
  let start = 1;
  let isKey = true;
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i);
    if (char === '"') i = endOfString(line, i);
    else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    else if (char === ':' && depth === 1 && isKey) {
      names.push(JSON.parse(line.slice(start, i)) as string);
      start = i + 1;
      isKey = false;
    }
    if ((char === ',' && depth === 1) || depth === 0) {
      values.push(line.slice(start, i));
      start = i + 1;
      isKey = true;
    }
  }
  return { names, values };
}

function endOfString(line: string, start: number): number {
  let end = start + 1;
  while (line.charAt(end) !== '"') end += line.charAt(end) === '\\' ? 2 : 1;
  return end;
}

/** Reads with hyparquet. Numbers are `number` or `bigint` as their Parquet type, JSON is its text. */
export async function readParquet(bytes: Buffer): Promise<ReadTable> {
  const file = toArrayBuffer(bytes);
  const metadata = parquetMetadata(file);
  let rows: ReadCell[][] = [];
  await parquetRead({
    file,
    metadata,
    compressors: UNPACKERS,
    // Its own text decoder drops a byte order mark at the start of a text.
    parsers: { jsonFromBytes: toText, stringFromBytes: toText },
    onComplete: (read) => {
      rows = read.map((row) => row.map(withoutUndefined));
    },
  });
  return { names: parquetSchema(metadata).children.map((child) => child.element.name), rows };
}

export function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

function toText(bytes: Uint8Array | undefined): string | null {
  return bytes === undefined ? null : Buffer.from(bytes).toString();
}

function withoutUndefined(cell: unknown): ReadCell {
  if (Array.isArray(cell)) return cell.map(withoutUndefined);
  return (cell ?? null) as ReadCell;
}

/**
 * Reads with parquetjs-lite. It splits paths at commas and keeps columns in objects, so names must be plain;
 * it parses JSON, so JSON comes back as its text only if the platform prints it the same.
 */
export async function readParquetLite(bytes: Buffer, columns: readonly Column[]): Promise<ReadCell[][]> {
  const reader = await parquetjs.ParquetReader.openBuffer(bytes);
  const cursor = reader.getCursor();
  const rows: ReadCell[][] = [];
  for (let record = await cursor.next(); record !== null; record = await cursor.next()) {
    const cells = record;
    rows.push(columns.map((column) => fromLite(cells[column.name], column)));
  }
  await reader.close();
  return rows;
}

function fromLite(cell: unknown, column: Column): ReadCell {
  if (cell === undefined || cell === null) return null;
  if (column.type === 'json') return JSON.stringify(cell);
  if (!column.type.startsWith('list<')) return cell as ReadCell;
  const { list } = cell as { list?: { element?: ReadCell }[] };
  return (list ?? []).map((entry) => entry.element ?? null);
}

export function toParquetCell(cell: JsonValue, column: Column): ReadCell {
  if (cell === null) return null;
  if (column.type === 'json') return stringifyJson(cell);
  if (isJsonArray(cell))
    return cell.map((element) => toParquetScalar(element, column.type === 'list<int64>'));
  return toParquetScalar(cell, column.type === 'int64');
}

function toParquetScalar(cell: JsonValue, isInteger: boolean): ReadCell {
  if (cell instanceof JsonNumber) return isInteger ? BigInt(cell.text) : Number(cell.text);
  return typeof cell === 'string' ? inUtf8(cell) : (cell as ReadCell);
}

/** A lone surrogate becomes U+FFFD. */
function inUtf8(text: string): string {
  return Buffer.from(text).toString();
}
