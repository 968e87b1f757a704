import type { Readable } from 'node:stream';
import { ConfigError, VerifyError } from '../../errors.js';
import type { JsonValue } from '../../json-value.js';
import type { Column, CsvOptions, PartFile } from '../../model.js';
import type { LoadCell, LoadRow } from '../load-model.js';
import { cellOfText } from './cell-value.js';
import { type CsvCell, CsvRecords } from './csv-records.js';

const BYTE_ORDER_MARK = '\uFEFF';

export interface CsvPart {
  readonly file: PartFile;
  readonly columns: readonly Column[];
  readonly csv: CsvOptions;
  readonly parseJson: (text: string) => JsonValue;
}

/** @throws VerifyError `VERIFY_FAILED`; ConfigError `CONFIG_CONFLICT` where the file does not say null apart from "" */
export async function* csvRows(stream: Readable, part: CsvPart): AsyncIterable<readonly LoadRow[]> {
  const records = new CsvRecords(part.csv.delimiter);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let isHeaderRead = false;
  let rows = 0;
  const read = (piece: string): readonly LoadRow[] => {
    const found = records.push(piece);
    if (!isHeaderRead && found.length > 0) {
      isHeaderRead = true;
      found.shift();
    }
    return found.map((record) => rowOf(record, ++rows, part));
  };
  let isFirst = true;
  for await (const chunk of stream) {
    let piece = decoder.decode(chunk as Buffer, { stream: true });
    // A header that is quoted must begin with its quote.
    if (isFirst && piece.startsWith(BYTE_ORDER_MARK)) piece = piece.slice(1);
    isFirst = isFirst && piece === '';
    yield read(piece);
  }
  if (!records.isWhole || !isHeaderRead)
    throw new VerifyError('VERIFY_FAILED', `"${part.file.path}" ends in the middle of a row`);
}

function rowOf(record: readonly CsvCell[], rowNumber: number, part: CsvPart): LoadRow {
  const { columns, file } = part;
  if (record.length !== columns.length) {
    throw new VerifyError(
      'VERIFY_FAILED',
      `"${file.path}", row ${rowNumber} has ${record.length} cells, not ${columns.length}`,
    );
  }
  const row: LoadCell[] = [];
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i] as Column;
    const cell = record[i] as CsvCell;
    const value = isNull(cell, column, part) ? nullOf(column) : cellOfText(cell.text, column, part.parseJson);
    if (value === undefined) {
      throw new VerifyError(
        'VERIFY_FAILED',
        `"${file.path}", row ${rowNumber}: "${cell.text.slice(0, 60)}" is no ${column.type} for column "${column.name}"`,
      );
    }
    row.push(value);
  }
  return row;
}

function nullOf(column: Column): null | undefined {
  return column.nullable ? null : undefined;
}

/** In a table of one column the exports write null as `""` too, unless they have a null text. */
function isNull(cell: CsvCell, column: Column, part: CsvPart): boolean {
  const { nullText } = part.csv;
  if (!cell.isQuoted) return cell.text === nullText;
  if (cell.text !== '' || nullText !== '' || part.columns.length > 1 || !column.nullable) return false;
  if (column.type !== 'string') return true;
  throw new ConfigError(
    'CONFIG_CONFLICT',
    `"${part.file.path}" does not tell null from empty text, because its one column was written without --null-text`,
  );
}
