import { isJsonArray, JsonNumber, type JsonValue } from './json-value.js';
import type { ColumnType, ScalarType } from './model.js';

/** Whether a value other than null can stand in a column of that type without losing anything. */
export function fitsType(value: JsonValue, type: ColumnType): boolean {
  if (type === 'json') return true;
  const element = listElementType(type);
  if (element === null) return fitsScalar(value, type as ScalarType);
  return isJsonArray(value) && value.every((item) => item === null || fitsScalar(item, element));
}

/** `T` of `list<T>`; null for any other type. */
export function listElementType(type: ColumnType): ScalarType | null {
  return type.startsWith('list<') ? (type.slice(5, -1) as ScalarType) : null;
}

function fitsScalar(value: JsonValue, type: ScalarType): boolean {
  switch (type) {
    case 'string':
      // Half of a surrogate pair has no UTF-8 form: two texts would become one.
      return typeof value === 'string' && value.isWellFormed();
    case 'boolean':
      return typeof value === 'boolean';
    case 'int64':
      return value instanceof JsonNumber && value.isInteger && isInt64(value.text);
    case 'double':
      return value instanceof JsonNumber && isDouble(value);
  }
}

/** Whether the text of an integer lies within the signed 64-bit range (GES `long`, ges_01_0044). */
export function isInt64(text: string): boolean {
  if (text.length <= 18) return true;
  if (text.length > 20) return false;
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value;
}

/**
 * A fraction is meant to be rounded to the nearest double; an integer is not, so it must be one that a double
 * holds exactly. Neither may overflow to infinity.
 */
function isDouble(number: JsonNumber): boolean {
  const value = Number(number.text);
  if (!Number.isFinite(value)) return false;
  if (number.text.length <= 15 || !number.isInteger) return true;
  return BigInt(number.text) === BigInt(value);
}
