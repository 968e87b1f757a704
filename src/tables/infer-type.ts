import { isInt64 } from '../cell.js';
import { isJsonArray, JsonNumber, type JsonValue } from '../json-value.js';
import type { ColumnType, ScalarType } from '../model.js';

/**
 * The narrowest column type that holds every value; null when the values say nothing (none, or only nulls).
 * Numbers outside the signed 64-bit range, objects and mixtures give `json`, which holds anything.
 */
export function inferType(values: readonly JsonValue[]): ColumnType | null {
  let type: ColumnType | null = null;
  let sawEmptyList = false;
  for (const value of values) {
    if (isJsonArray(value) && value.every((item) => item === null)) {
      sawEmptyList = true;
      continue;
    }
    const found = typeOf(value);
    if (found !== null) type = type === null ? found : widen(type, found);
  }
  // An empty list fits every list, but no scalar.
  if (!sawEmptyList) return type;
  if (type === null) return 'list<string>';
  return type.startsWith('list<') ? type : 'json';
}

function typeOf(value: JsonValue): ColumnType | null {
  if (value === null) return null;
  if (isJsonArray(value)) {
    const element = inferType(value);
    return element !== null && isScalarType(element) ? `list<${element}>` : 'json';
  }
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  if (value instanceof JsonNumber) return typeOfNumber(value);
  return 'json';
}

function typeOfNumber(value: JsonNumber): ColumnType {
  if (!value.isInteger) return 'double';
  return isInt64(value.text) ? 'int64' : 'json';
}

/** The narrowest type that holds both. */
export function widen(a: ColumnType, b: ColumnType): ColumnType {
  if (a === b) return a;
  const pair = new Set([a, b]);
  if (pair.has('int64') && pair.has('double')) return 'double';
  if (pair.has('list<int64>') && pair.has('list<double>')) return 'list<double>';
  return 'json';
}

function isScalarType(type: ColumnType): type is ScalarType {
  return type !== 'json' && !type.startsWith('list<');
}
