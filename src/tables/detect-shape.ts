import { isJsonArray, JsonNumber, JsonObject, type JsonValue } from '../json-value.js';
import type { RecordShape } from '../model.js';
import { DOCUMENTED_SHAPES, ONE_PATH_LISTS } from './known-keys.js';

/**
 * The shape that all the sampled records of a list have; `json` when they differ or fit none.
 *
 * It is read from the records, not from the key or the algorithm: `betweenness` holds one-key objects for
 * betweenness (ges_03_0181) and edges for od_betweenness (ges_03_0183), `vertices` holds vertices or bare ids.
 */
export function detectShape(key: string, samples: readonly JsonValue[]): RecordShape {
  const first = samples[0];
  if (first === undefined) return DOCUMENTED_SHAPES[key] ?? 'json';
  if (ONE_PATH_LISTS.has(key) && samples.every(isScalar)) return 'path';
  const shapes = new Set(samples.map(shapeOf));
  shapes.delete('any-list');
  const [shape] = shapes;
  if (shapes.size === 0) return 'path';
  return shapes.size === 1 && shape !== undefined && shape !== 'any-list' ? shape : 'json';
}

function shapeOf(record: JsonValue): RecordShape | 'any-list' {
  if (isScalar(record)) return 'id';
  if (isJsonArray(record)) return shapeOfList(record);
  return record instanceof JsonObject ? shapeOfObject(record) : 'json';
}

function shapeOfList(list: readonly JsonValue[]): RecordShape | 'any-list' {
  if (list.length === 0) return 'any-list';
  if (list.every(isScalar)) return 'path';
  const isEdge = (item: JsonValue) =>
    item instanceof JsonObject && item.get('source') !== undefined && item.get('target') !== undefined;
  return list.every(isEdge) ? 'edge-circle' : 'json';
}

function shapeOfObject(record: JsonObject): RecordShape {
  const has = (key: string) => record.get(key) !== undefined;
  if (has('source') && has('target') && isJsonArray(record.get('paths'))) return 'path-group';
  const isElement = has('properties') && (has('id') || (has('source') && has('target')));
  if (isElement) return 'element';
  if (has('source') && has('target')) return 'object';
  if (has('id')) return has('label') || has('labels') ? 'element' : 'object';
  return shapeOfKeyed(record);
}

function shapeOfKeyed(record: JsonObject): RecordShape {
  if (record.keys.length === 0) return 'json';
  if (record.values.every((value) => value instanceof JsonObject)) {
    return record.keys.length === 1 ? 'keyed-object' : 'json';
  }
  // One key a record is what the pages show; several keys are told from the members of an object by being few
  // records' worth of the same kind of value, which no sample can prove, so only one-key records count.
  const value = record.values[0];
  if (record.keys.length !== 1 || value === undefined) return 'object';
  return isScalar(value) || (isJsonArray(value) && value.every(isScalar)) ? 'keyed' : 'json';
}

function isScalar(value: JsonValue): boolean {
  return (
    value === null || typeof value === 'string' || typeof value === 'boolean' || value instanceof JsonNumber
  );
}
