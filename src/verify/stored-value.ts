import { toUSVString } from 'node:util';
import { listElementType } from '../cell.js';
import { isJsonArray, JsonNumber, type JsonValue } from '../json-value.js';
import type { Column, ScalarType } from '../model.js';
import type { FileLayout } from './file-layout.js';
import { doubleText } from './parquet-rows.js';

/**
 * What a cell is once it has been in a file: a Parquet DOUBLE keeps no digits, CSV may put `'` before a formula and cannot tell null from empty text in a table of one column.
 */
export function storedValue(cell: JsonValue, column: Column, width: number, layout: FileLayout): JsonValue {
  if (cell === null || column.type === 'json' || layout.format === 'ndjson') return cell;
  if (layout.format === 'csv') {
    if (typeof cell !== 'string') return cell;
    const isNull = cell === '' && width === 1 && layout.csv.nullText === '';
    return isNull ? null : storedText(cell, layout);
  }
  const element = listElementType(column.type);
  if (element !== null && isJsonArray(cell)) return cell.map((item) => inParquet(item, element));
  return inParquet(cell, column.type as ScalarType);
}

/** Characters with which a spreadsheet begins a formula, or skips to one. */
const FORMULA_START = /^[=+\-@\t\r]/;

/** Text as a CSV cell or a column name holds it. */
export function storedText(text: string, { format, csv }: FileLayout): string {
  if (format === 'ndjson') return text;
  const wellFormed = toUSVString(text);
  return format === 'csv' && csv.escapeFormulas && FORMULA_START.test(wellFormed)
    ? `'${wellFormed}`
    : wellFormed;
}

function inParquet(cell: JsonValue, type: ScalarType): JsonValue {
  if (!(cell instanceof JsonNumber)) return cell;
  return new JsonNumber(type === 'int64' ? String(BigInt(cell.text)) : doubleText(Number(cell.text)));
}
