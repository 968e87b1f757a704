import { PageError } from './errors.js';
import { JsonObject, type JsonValue } from './json-value.js';
import type { RecordList } from './model.js';
import { detectShape } from './tables/detect-shape.js';
import { firstRecord } from './tables/first-record.js';
import { resultLists } from './tables/plan-tables.js';

/** A list that answers had records in: what kind they are of, and where it was first seen. */
interface KnownList {
  readonly kind: string;
  readonly offset: number;
}

/**
 * Finds a list that goes by another name on other pages: two lists of the same kind of records that no answer holds
 * together. It would become two tables, each with half of the rows. Lists of different kinds may follow each other,
 * as vertices and edges do (ges_03_0380).
 */
export function createListNames(): { check(lists: readonly RecordList[], offset: number): void } {
  const known = new Map<string, KnownList>();
  const together = new Map<string, Set<string>>();
  return {
    /** @throws PageError `PAGE_INVALID` */
    check(lists, offset) {
      const results = resultLists(lists);
      const names = results.map((list) => list.key);
      for (const name of names) together.set(name, new Set([...(together.get(name) ?? []), ...names]));
      for (const list of results) {
        const first = firstRecord(list);
        if (first === undefined) continue;
        const kind = known.get(list.key)?.kind ?? kindOf(list.key, first);
        for (const [name, other] of known) {
          if (other.kind !== kind || together.get(list.key)?.has(name) === true) continue;
          throw new PageError(
            'PAGE_INVALID',
            `The records are in the list "${name}" at offset ${other.offset}, and in "${list.key}" at offset ${offset}: no answer has both, so it is not clear whether they are one list`,
            { retryable: false, details: { expected: name, actual: list.key } },
          );
        }
        if (!known.has(list.key)) known.set(list.key, { kind, offset });
      }
    },
  };
}

function kindOf(name: string, record: JsonValue): string {
  const shape = detectShape(name, [record]);
  return shape === 'element' && record instanceof JsonObject && record.get('id') !== undefined
    ? 'vertex'
    : shape;
}
