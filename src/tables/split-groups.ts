import { isJsonArray, JsonObject, type JsonValue } from '../json-value.js';
import type { RecordList } from '../model.js';
import { derivedList } from './derived-list.js';

/**
 * The groups of paths of a list (`batch_paths`, ges_03_0234), cut into one record a path, where that is what the
 * server counts: the page does not say, and the example of the exported file (ges_03_0528) counts 25 where it has
 * 20 paths. A pair without a path stays one record.
 *
 * @param declared `data_return_size`
 * @returns null when the list holds no groups, or as many groups as declared, or does not come to `declared` so
 */
export function splitGroups(list: RecordList, declared: number | null): RecordList | null {
  if (declared === null || declared === list.count) return null;
  const records: JsonValue[] = [];
  for (const batch of list.batches()) {
    for (const group of batch) {
      const given = group instanceof JsonObject ? group.get('paths') : undefined;
      const paths = given === null ? [] : given;
      if (!(group instanceof JsonObject) || !isJsonArray(paths)) return null;
      for (const path of paths.length === 0 ? [[]] : paths.map((one) => [one])) {
        records.push(withPaths(group, path));
      }
      if (records.length > declared) return null;
    }
  }
  return records.length === declared ? derivedList(list.key, records, { splitsGroups: true }) : null;
}

function withPaths(group: JsonObject, paths: readonly JsonValue[]): JsonObject {
  const index = group.keys.indexOf('paths');
  return new JsonObject(
    group.keys,
    group.values.map((value, at) => (at === index ? paths : value)),
  );
}
