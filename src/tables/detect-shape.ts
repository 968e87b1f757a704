import { isJsonArray, JsonNumber, JsonObject, type JsonValue } from '../json-value.js';
import type { RecordShape } from '../model.js';
import { DOCUMENTED_SHAPES, isKeyedList, ONE_PATH_LISTS } from './known-keys.js';

/** Records of these may give no row; those of the others give one or more. */
export const MAYBE_NO_ROW_SHAPES: ReadonlySet<RecordShape> = new Set(['path-long', 'edge-circle']);

/**
 * The shape that most of the sampled records of a list have; `json` when there is none such. An odd record among
 * them goes to `_overflow`: a table that comes every night must not change its columns because of it.
 *
 * It is read from the records, not from the key or the algorithm: `betweenness` holds one-key objects for
 * betweenness (ges_03_0181) and edges for od_betweenness (ges_03_0183), `vertices` holds vertices or bare ids.
 */
export function detectShape(key: string, samples: readonly JsonValue[]): RecordShape {
  const first = samples[0];
  if (first === undefined) return DOCUMENTED_SHAPES.get(key) ?? 'json';
  if (ONE_PATH_LISTS.has(key) && samples.every(isScalar)) return 'path';
  const counts = new Map<RecordShape, number>();
  for (const record of samples) {
    const shape = shapeOf(key, record);
    if (shape !== 'any-list') counts.set(shape, (counts.get(shape) ?? 0) + 1);
  }
  if (counts.size === 0) return 'path';
  const known = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const [shape, count] = [...counts].reduce((best, next) => (next[1] > best[1] ? next : best));
  if (count * 2 > known) return shape;
  // A vertex or edge may come without its properties: it is one all the same.
  const elements = counts.has('element') ? (counts.get('element') ?? 0) + (counts.get('object') ?? 0) : 0;
  return elements * 2 > known ? 'element' : 'json';
}

function shapeOf(key: string, record: JsonValue): RecordShape | 'any-list' {
  if (isScalar(record)) return 'id';
  if (isJsonArray(record)) return shapeOfList(record);
  return record instanceof JsonObject ? shapeOfObject(key, record) : 'json';
}

function shapeOfList(list: readonly JsonValue[]): RecordShape | 'any-list' {
  if (list.length === 0) return 'any-list';
  if (list.every(isScalar)) return 'path';
  const isEdge = (item: JsonValue) =>
    item instanceof JsonObject && item.get('source') !== undefined && item.get('target') !== undefined;
  return list.every(isEdge) ? 'edge-circle' : 'json';
}

function shapeOfObject(key: string, record: JsonObject): RecordShape {
  // Vertices may have names such as "id".
  if (record.keys.length === 1 && isKeyedList(key)) return shapeOfKeyed(key, record);
  const has = (member: string) => record.get(member) !== undefined;
  if (has('source') && has('target') && isPathList(record.get('paths'))) return 'path-group';
  const isElement = has('properties') && (has('id') || (has('source') && has('target')));
  if (isElement) return 'element';
  if (has('source') && has('target')) return 'object';
  if (has('id')) return has('label') || has('labels') ? 'element' : 'object';
  // A query may select single members of its vertices (`select`, `by`, ges_03_0331).
  if (DOCUMENTED_SHAPES.get(key) === 'element' && record.keys.length > 0) return 'object';
  return shapeOfKeyed(key, record);
}

/** A pair without a path may have null for its list of them. */
function isPathList(paths: JsonValue | undefined): boolean {
  return paths === null || isJsonArray(paths);
}

/** The pages show one key a record; their format text also allows several (ges_03_0077), so known keys may have them. */
function shapeOfKeyed(key: string, record: JsonObject): RecordShape {
  const isMap =
    record.keys.length === 1 || (record.keys.length > 1 && DOCUMENTED_SHAPES.get(key) === 'keyed');
  if (!isMap) return 'json';
  if (record.values.every((value) => value instanceof JsonObject)) return 'keyed-object';
  const isValue = (value: JsonValue) => isScalar(value) || (isJsonArray(value) && value.every(isScalar));
  return record.values.every(isValue) ? 'keyed' : 'json';
}

function isScalar(value: JsonValue): boolean {
  return (
    value === null || typeof value === 'string' || typeof value === 'boolean' || value instanceof JsonNumber
  );
}
