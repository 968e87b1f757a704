import { VerifyError } from '../../errors.js';
import type { JsonValue } from '../../json-value.js';
import type { Column, PartFile } from '../../model.js';
import { columnPlaces, storedColumns } from '../../partition.js';
import type { LoadCell, LoadPart, LoadRow, LoadSource } from '../load-model.js';
import { cellOfText } from './cell-value.js';
import { checkedStream, checkWholeFile, type OpenStored, openStored } from './checked-stream.js';
import { csvRows } from './csv-rows.js';
import { ndjsonRow, ndjsonRows } from './ndjson-rows.js';
import { type PartParquet, parquetColumns, parquetRows } from './parquet-columns.js';

/** The table that a part file is of, as the manifest tells. */
export interface PartTable {
  readonly columns: readonly Column[];
  readonly partitionBy?: readonly string[] | undefined;
}

/** @param parseJson reads one JSON text without loss; throws on what is no JSON */
export function openPart(
  open: OpenStored,
  file: PartFile,
  table: PartTable,
  source: LoadSource,
  parseJson: (text: string) => JsonValue,
  parquet: PartParquet,
): LoadPart {
  const columns = storedColumns(table.columns, table.partitionBy);
  const ndjson = { file, columns, raw: source.raw, parseJson };
  const stored = () => {
    if (source.format === 'parquet') return parquetRows(open, file, columns, parquet.readColumns);
    const stream = checkedStream(open, file);
    return source.format === 'csv'
      ? csvRows(stream, { file, columns, csv: source.csv, parseJson })
      : ndjsonRows(stream, ndjson);
  };
  const isPartitioned = table.partitionBy !== undefined;
  return {
    file,
    rows: () => (isPartitioned ? filled(stored(), file, table, parseJson) : stored()),
    text: () => (source.format === 'parquet' || isPartitioned ? null : checkedStream(open, file)),
    columns: (toText) =>
      source.format === 'parquet' && !isPartitioned
        ? parquetColumns(open, file, columns, parquet.readColumns, toText)
        : null,
    lineRow: (line, number) => ndjsonRow(line, number, ndjson),
    async checkedPath() {
      const found = await openStored(open, file);
      if (found.localPath === null) return null;
      await checkWholeFile(found, file);
      if (source.format === 'parquet') await parquet.checkForm(found, columns);
      return found.localPath;
    },
  };
}

/** Puts the cells that the path of a file holds back between those in the file. */
async function* filled(
  batches: AsyncIterable<readonly LoadRow[]>,
  file: PartFile,
  { columns, partitionBy = [] }: PartTable,
  parseJson: (text: string) => JsonValue,
): AsyncIterable<readonly LoadRow[]> {
  const places = columnPlaces(columns, partitionBy);
  const cells = columns.map((column, index): LoadCell => {
    const place = places[index];
    if (place === undefined || 'stored' in place) return null;
    return partitionCell(file, column, place.partition, parseJson);
  });
  for await (const rows of batches) {
    yield rows.map((row) =>
      places.map((place, index) => ('stored' in place ? row[place.stored] : cells[index]) as LoadCell),
    );
  }
}

/** @throws VerifyError `VERIFY_FAILED` */
function partitionCell(
  { path, partition, rows }: PartFile,
  column: Column,
  index: number,
  parseJson: (text: string) => JsonValue,
): LoadCell {
  const value = partition?.[index];
  if (value === null && (column.nullable || rows === 0)) return null;
  const cell = typeof value === 'string' ? cellOfText(value, column, parseJson) : undefined;
  if (cell !== undefined) return cell;
  throw new VerifyError(
    'VERIFY_FAILED',
    `"${path}": the manifest gives no ${column.type} for the partition column "${column.name}"`,
  );
}
