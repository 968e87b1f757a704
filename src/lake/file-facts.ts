import type { FileMetaData } from 'hyparquet';
import { TableError } from '../errors.js';
import type { Column } from '../model.js';

/** The value of a bound: text, int64, double, boolean. */
export type BoundValue = string | bigint | number | boolean;

/** What the footer of a Parquet file says of a column without lists. */
export interface ColumnFacts {
  /** Nulls included. */
  readonly values: number;
  readonly nulls: number;
  /** Exact; null without values, for JSON, and for long text. */
  readonly bounds: { readonly min: BoundValue; readonly max: BoundValue } | null;
}

export interface FileFacts {
  /** By name; lists are left out. */
  readonly columns: ReadonlyMap<string, ColumnFacts>;
  /** `field_id` of each column, and of its elements; empty where the file has none. */
  readonly fieldIds: ReadonlyMap<string, readonly number[]>;
}

/**
 * Reads what a table keeps of a file from its footer.
 *
 * @param path for the message
 * @throws TableError `TABLE_FORMAT` when the footer does not have the columns
 */
export function factsOf(metadata: FileMetaData, columns: readonly Column[], path: string): FileFacts {
  const leaves = metadata.row_groups.map(({ columns: chunks }) => chunks);
  const found = new Map<string, ColumnFacts>();
  const fieldIds = new Map<string, readonly number[]>();
  const ids = topLevelIds(metadata);
  if (ids.length !== columns.length) {
    throw new TableError('TABLE_FORMAT', `"${path}" has ${ids.length} columns, not ${columns.length}`);
  }
  for (const [index, { name, type }] of columns.entries()) {
    fieldIds.set(name, ids[index] as readonly number[]);
    if (type.startsWith('list<')) continue;
    let values = 0;
    let nulls = 0;
    let bounds: { min: BoundValue; max: BoundValue } | null = null;
    let isBounded = type !== 'json';
    for (const chunks of leaves) {
      const facts = chunks[index]?.meta_data;
      const statistics = facts?.statistics;
      if (facts === undefined || statistics?.null_count === undefined)
        throw new TableError('TABLE_FORMAT', `"${path}" does not count the nulls of column "${name}"`);
      const [entries, empty] = [Number(facts.num_values), Number(statistics.null_count)];
      values += entries;
      nulls += empty;
      const { min_value: min, max_value: max } = statistics;
      if (isBound(min) && isBound(max)) bounds = bounds === null ? { min, max } : join(bounds, min, max);
      else if (entries > empty) isBounded = false;
    }
    found.set(name, { values, nulls, bounds: isBounded ? bounds : null });
  }
  return { columns: found, fieldIds };
}

function isBound(value: unknown): value is BoundValue {
  return ['string', 'bigint', 'number', 'boolean'].includes(typeof value);
}

function join(
  bounds: { readonly min: BoundValue; readonly max: BoundValue },
  min: BoundValue,
  max: BoundValue,
): { min: BoundValue; max: BoundValue } {
  return {
    min: isLess(min, bounds.min) ? min : bounds.min,
    max: isLess(bounds.max, max) ? max : bounds.max,
  };
}

/** Text by its UTF-8 bytes, as both formats order it; JavaScript orders it by UTF-16. Zeros are signed. */
export function isLess(a: BoundValue, b: BoundValue): boolean {
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(String(b))) < 0;
  return a < b || (a === 0 && b === 0 && Object.is(a, -0) && !Object.is(b, -0));
}

/** The schema of a footer is a tree, written down from its root: the ids of each column and of its elements. */
function topLevelIds({ schema }: FileMetaData): (readonly number[])[] {
  const columns: (readonly number[])[] = [];
  for (let at = 1; at < schema.length; ) {
    const end = endOf(schema, at);
    columns.push(schema.slice(at, end).flatMap(({ field_id }) => field_id ?? []));
    at = end;
  }
  return columns;
}

function endOf(schema: FileMetaData['schema'], at: number): number {
  let end = at + 1;
  for (let child = schema[at]?.num_children ?? 0; child > 0; child--) end = endOf(schema, end);
  return end;
}
