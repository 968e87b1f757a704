import { fitsType } from '../cell.js';
import { SinkError } from '../errors.js';
import { type JsonValue, stringifyJson } from '../json-value.js';
import type { Column, Row } from '../model.js';

const SHOWN_CHARS = 60;

/**
 * Checks that a row has one cell for each column and that every cell is what `ColumnType` says, so that
 * encoders need no checks of their own and every format refuses the same rows.
 *
 * @param rowNumber counts from 1 within the part file; used in the message
 * @throws SinkError ROW_TYPE_MISMATCH
 */
export function checkRow(row: Row, columns: readonly Column[], rowNumber: number): void {
  if (row.length !== columns.length) {
    throw new SinkError(
      'ROW_TYPE_MISMATCH',
      `Row ${rowNumber} has ${row.length} cells: expected ${columns.length}`,
      {
        details: { row: rowNumber },
      },
    );
  }
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i] as Column;
    const cell = row[i];
    if (!fits(cell, column)) throw mismatch(cell, column, rowNumber);
  }
}

function fits(cell: JsonValue | undefined, column: Column): boolean {
  if (cell === undefined) return false;
  return cell === null ? column.nullable : fitsType(cell, column.type);
}

function mismatch(cell: JsonValue | undefined, column: Column, rowNumber: number): SinkError {
  const expected = `${column.type}${column.nullable ? ' or null' : ''}`;
  return new SinkError(
    'ROW_TYPE_MISMATCH',
    `Row ${rowNumber}, column ${JSON.stringify(column.name)}: expected ${expected}, got ${show(cell)}`,
    { details: { row: rowNumber, column: column.name, type: column.type } },
  );
}

function show(cell: JsonValue | undefined): string {
  if (cell === undefined) return 'nothing';
  const text = stringifyJson(cell);
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text;
}
