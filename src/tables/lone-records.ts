import { JsonObject, type JsonValue } from '../json-value.js';
import type { DecodedBody, RecordList } from '../model.js';
import { derivedList, withLists } from './derived-list.js';
import { DOCUMENTED_SHAPES, ONE_PATH_LISTS, ONE_VALUE_RESULTS } from './known-keys.js';

/** The levels of an answer that may hold lists; the top one is always looked at. */
const LEVELS = ['data', 'outputs'] as const;

/**
 * Lists that stand in an answer as something else: `null` where there is no record, one record without the brackets
 * around it, or one map of all vertices where the pages have a list of maps (ges_03_0077). Only members that the pages
 * document as lists are taken for such, and `errors` of Cypher (ges_03_0336); whatever else stands beside records is a
 * scalar.
 *
 * @param total of the result, null where the answer does not state it: one of many records has brackets around it, or a
 * server that gives the same one for every offset would look like one that cuts its pages to one record; of a map that
 * cannot be, for it names its vertices
 */
export function readLoneRecords(body: DecodedBody, total: number | null): DecodedBody {
  const found: RecordList[] = [];
  const envelope = takeFrom(body.envelope, 0);
  const lists = body.lists.map((list) => (list.isMap === true ? readMap(list, total) : list));
  const isSame = found.length === 0 && lists.every((list, index) => list === body.lists[index]);
  return isSame ? body : withLists(body, [...lists, ...found], envelope);

  function takeFrom(source: JsonObject, level: number): JsonObject {
    const keys: string[] = [];
    const values: JsonValue[] = [];
    source.keys.forEach((key, index) => {
      const value = source.values[index] as JsonValue;
      const isList = isListName(key) || (key === 'errors' && value === null);
      const records = isList && !isTaken(key) ? recordsOf(value, total) : null;
      if (records !== null) {
        found.push(derivedList(key, records, {}));
        return;
      }
      keys.push(key);
      values.push(key === LEVELS[level] && value instanceof JsonObject ? takeFrom(value, level + 1) : value);
    });
    return found.length === 0 ? source : new JsonObject(keys, values);
  }

  function isTaken(key: string): boolean {
    return [...body.lists, ...found].some((list) => list.key === key);
  }
}

/**
 * A map of vertices, one record each; or one record: by the total that the answer states, or by the members of an edge
 * score, which goes by the same name as that of a vertex (`betweenness`, ges_03_0183).
 */
function readMap(list: RecordList, total: number | null): RecordList {
  if (list.count > 1 && (total === 1 || isEdgeScore(list)))
    return derivedList(list.key, [joinMembers(list)], {});
  return { ...list, isMap: false };
}

const EDGE_SCORE_MEMBERS: ReadonlySet<string> = new Set(['source', 'target', 'index', 'betweenness']);

function isEdgeScore(list: RecordList): boolean {
  if (list.count > EDGE_SCORE_MEMBERS.size) return false;
  const { keys } = joinMembers(list);
  return (
    keys.includes('source') && keys.includes('target') && keys.every((key) => EDGE_SCORE_MEMBERS.has(key))
  );
}

/** The object that stands in place of the list. */
export function joinMembers(list: RecordList): JsonObject {
  const members = [...list.batches()].flat().filter((member) => member instanceof JsonObject);
  return new JsonObject(
    members.flatMap(({ keys }) => keys),
    members.flatMap(({ values }) => values),
  );
}

function isListName(key: string): boolean {
  return (DOCUMENTED_SHAPES.has(key) && !ONE_VALUE_RESULTS.has(key)) || ONE_PATH_LISTS.has(key);
}

function recordsOf(value: JsonValue, total: number | null): readonly JsonValue[] | null {
  if (value === null) return [];
  return value instanceof JsonObject && (total === null || total <= 1) ? [value] : null;
}
