import { fitsType, listElementType } from '../../cell.js';
import { isJsonArray, JsonNumber, type JsonValue, stringifyJson } from '../../json-value.js';
import type { Column, ScalarType } from '../../model.js';
import type { LoadCell } from '../load-model.js';

type LoadScalar = Exclude<LoadCell, readonly unknown[]>;

/** A JSON value as the cell of a column; undefined where it does not fit the column. */
export function cellOfJson(value: JsonValue, column: Column): LoadCell | undefined {
  if (value === null) return column.nullable ? null : undefined;
  if (column.type === 'json') return stringifyJson(value);
  if (!fitsType(value, column.type)) return undefined;
  const element = listElementType(column.type);
  if (element === null) return scalarOf(value, column.type as ScalarType);
  return isJsonArray(value) ? value.map((item) => scalarOf(item, element)) : undefined;
}

function scalarOf(value: JsonValue, type: ScalarType): LoadScalar {
  if (value instanceof JsonNumber) return type === 'int64' ? BigInt(value.text) : Number(value.text);
  return value as LoadScalar;
}

/** The text of a CSV cell that is not null; undefined where it does not fit the column. */
export function cellOfText(
  text: string,
  column: Column,
  parseJson: (text: string) => JsonValue,
): LoadCell | undefined {
  switch (column.type) {
    case 'string':
    case 'json':
      return text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'int64':
      return /^-?\d+$/.test(text) ? BigInt(text) : undefined;
    case 'double':
      return text !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
    default:
      return text.startsWith('[') ? cellOfJson(parseJson(text), column) : undefined;
  }
}
