import type { Readable } from 'node:stream';
import { CsvScanner, type TextCell } from '../../csv-text.js';
import { ConfigError } from '../../errors.js';
import type { JsonValue } from '../../json-value.js';
import type { Column, CsvOptions, PartFile } from '../../model.js';
import type { LoadCell, LoadRow } from '../load-model.js';
import { cellOfText } from './cell-value.js';
import { damagedPart, misfit, wrongCellCount } from './damaged-part.js';

export interface CsvPart {
  readonly file: PartFile;
  readonly columns: readonly Column[];
  readonly csv: CsvOptions;
  readonly parseJson: (text: string) => JsonValue;
}

/** @throws VerifyError `VERIFY_FAILED`; ConfigError `CONFIG_CONFLICT` where the file does not say null apart from "" */
export async function* csvRows(stream: Readable, part: CsvPart): AsyncIterable<readonly LoadRow[]> {
  const scanner = new CsvScanner(part.csv, (problem) => damagedPart(part.file, problem));
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let isHeaderRead = false;
  let rows = 0;
  const rowsOf = (lines: TextCell[][]): readonly LoadRow[] => {
    if (!isHeaderRead && lines.length > 0) {
      isHeaderRead = true;
      lines.shift();
    }
    return lines.map((line) => rowOf(line, ++rows, part));
  };
  for await (const chunk of stream)
    yield rowsOf(scanner.take(decoder.decode(chunk as Buffer, { stream: true })));
  yield rowsOf(scanner.last());
  scanner.end();
  if (!isHeaderRead) throw damagedPart(part.file, 'ends in the middle of a row');
}

function rowOf(record: readonly TextCell[], rowNumber: number, part: CsvPart): LoadRow {
  const { columns, file } = part;
  if (record.length !== columns.length) throw wrongCellCount(file, rowNumber, record.length, columns.length);
  const row: LoadCell[] = [];
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i] as Column;
    const cell = record[i] as TextCell;
    const isNull = cell === null || isNullInOneColumn(cell, column, part);
    const value = isNull ? nullOf(column) : cellOfText(cell, column, part.parseJson);
    if (value === undefined) throw misfit(file, rowNumber, cell ?? part.csv.nullText, column);
    row.push(value);
  }
  return row;
}

function nullOf(column: Column): null | undefined {
  return column.nullable ? null : undefined;
}

/** In a table of one column the exports write null as `""` too, unless they have a null text. */
function isNullInOneColumn(cell: string, column: Column, part: CsvPart): boolean {
  if (cell !== '' || part.csv.nullText !== '' || part.columns.length > 1 || !column.nullable) return false;
  if (column.type !== 'string') return true;
  throw new ConfigError(
    'CONFIG_CONFLICT',
    `"${part.file.path}" does not tell null from empty text, because its one column was written without --null-text`,
  );
}
