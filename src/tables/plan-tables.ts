import { canonicalJson, JsonNumber, JsonObject, type JsonValue } from '../json-value.js';
import type { DecodedBody, RecordShape, TablePlan } from '../model.js';
import { detectShape } from './detect-shape.js';
import type { GraphSchema } from './graph-schema.js';
import {
  DOCUMENTED_SHAPES,
  ENVELOPE_FIELDS,
  JOB_FIELDS,
  ONE_PATH_LISTS,
  ONE_VALUE_RESULTS,
  SCALAR_LISTS,
  SCALAR_ROW_NAMES,
} from './known-keys.js';
import { type ListSample, OVERFLOW_COLUMN, planColumns } from './plan-columns.js';
import { hashedFolderName, safeFolderName } from './safe-folder-name.js';

export interface PlanOptions {
  /** `long`: one row a vertex of a path, instead of one row a path with a list. */
  readonly paths: 'list' | 'long';
  /** Pass records through as they came: one table of one JSON column for each list. */
  readonly raw: boolean;
}

/** The lists of an answer that hold the result, rather than repeat what was asked. */
export function isResultList(key: string): boolean {
  return !SCALAR_LISTS.has(key);
}

export function resultLists<List extends { readonly key: string }>(lists: readonly List[]): List[] {
  return lists.filter(({ key }) => isResultList(key));
}

/**
 * The list whose elements `offset` and `limit` count: one that holds as many as the server declares, where an answer
 * has several (filtered-query, ges_03_0175), else the shortest with records in it, for a small answer was asked for; never
 * by their order, for members of an object have none. Null: there is no list.
 */
export function primaryList(
  lists: readonly { readonly key: string; readonly count: number }[],
  declared: number | null,
): string | null {
  const results = resultLists(lists);
  const exact = results.filter((list) => list.count === declared);
  const [primary] = (exact.length > 0 ? exact : results).toSorted(
    (one, other) =>
      Number(one.count === 0) - Number(other.count === 0) ||
      one.count - other.count ||
      (one.key < other.key ? -1 : 1),
  );
  return primary?.key ?? null;
}

/** `path` of shortest_path and its kin: a list of vertices that is one record. */
export function isWholeListRecord(key: string, first: JsonValue | undefined): boolean {
  return ONE_PATH_LISTS.has(key) && !Array.isArray(first);
}

/**
 * The scalars of an answer: what stands beside the record lists in `data.outputs` and `data`, but for the fields
 * of paging; or at the top level, where the result itself stands there. Lists that repeat what was asked
 * (`sources`) count as one scalar each.
 */
export function readScalars({ envelope, lists }: Pick<DecodedBody, 'envelope' | 'lists'>): JsonObject {
  const keys: string[] = [];
  const values: JsonValue[] = [];
  const take = (source: JsonObject, skip: (key: string) => boolean) => {
    source.keys.forEach((key, index) => {
      if (ENVELOPE_FIELDS.has(key) || skip(key)) return;
      const value = source.values[index] as JsonValue;
      // A member may stand on both levels; where it says something else there, it keeps a name of its own.
      const before = keys.indexOf(key);
      if (before >= 0 && canonicalJson(values[before] as JsonValue) === canonicalJson(value)) return;
      keys.push(before < 0 ? key : `data.${key}`);
      values.push(value);
    });
  };
  const data = envelope.get('data');
  if (data instanceof JsonObject) {
    const outputs = data.get('outputs');
    if (outputs instanceof JsonObject) take(outputs, () => false);
    take(data, (key) => key === 'outputs' && (outputs instanceof JsonObject || outputs === null));
  } else if (lists.length > 0 || envelope.keys.some((key) => ONE_VALUE_RESULTS.has(key))) {
    take(envelope, (key) => JOB_FIELDS.has(key));
  }
  for (const list of lists) {
    if (isResultList(list.key)) continue;
    keys.push(list.key);
    values.push([...list.batches()].flat());
  }
  return new JsonObject(keys, values);
}

/**
 * Whether scalars without any list are a result: how long a job ran is none. Where the answer declares that it has no
 * record, its list is left out because it is empty, and what stands beside it is no row, but for the value of a
 * one-value algorithm, or a count above 0 that was asked for without its list.
 *
 * @param total `data_total_size`, or `data_return_size` without it; the answers of one-value algorithms have none (ges_03_0076)
 */
export function holdsScalarRow(scalars: JsonObject, total: number | null): boolean {
  if (total !== 0) return scalars.keys.some((key) => key !== 'runtime');
  return SCALAR_ROW_NAMES.some((key) => {
    const value = scalars.get(key) ?? null;
    const isNothing = value instanceof JsonNumber && Number(value.text) === 0;
    return value !== null && (ONE_VALUE_RESULTS.has(key) || !isNothing);
  });
}

/**
 * The tables that a job gives: one for each result list, but for an empty one that no page of the API names beside
 * others; or one row of scalars where there is no list, or none where there is nothing at all (a job that has a status
 * only).
 *
 * @param samples records of every list, spread over the result
 */
export function planTables(
  samples: readonly ListSample[],
  scalars: JsonObject,
  schema: GraphSchema | null,
  options: PlanOptions,
): readonly TablePlan[] {
  const results = resultLists(samples);
  const telling = results.filter(({ key, records, members }) => {
    const isDocumented = DOCUMENTED_SHAPES.has(key) || ONE_PATH_LISTS.has(key);
    return records.length > 0 || members !== undefined || isDocumented;
  });
  const lists = telling.length > 0 ? telling : results;
  if (lists.length === 0) return holdsScalarRow(scalars, null) ? [planScalars(scalars, options)] : [];
  const plans = lists.map((sample) => planList(sample, schema, options));
  return separateFolders(
    plans.filter((plan) => plan.name === UNKNOWN_TABLE).length > 1 ? plans.map(nameAfterList) : plans,
  );
}

/** Names that differ only in case are one folder on some disks: the second gets one of its own. */
function separateFolders(plans: readonly TablePlan[]): readonly TablePlan[] {
  const taken = new Set<string>();
  return plans.map((plan, index) => {
    const isTaken = taken.has(plan.folder.toLowerCase());
    taken.add(plan.folder.toLowerCase());
    return isTaken ? { ...plan, folder: `${hashedFolderName(plan.name)}_${index}` } : plan;
  });
}

/** The table of a list whose records have no documented shape. */
const UNKNOWN_TABLE = 'records';

function nameAfterList(plan: TablePlan): TablePlan {
  return { ...plan, name: plan.list, folder: safeFolderName(plan.list) };
}

function planList(sample: ListSample, schema: GraphSchema | null, options: PlanOptions): TablePlan {
  const isWhole = isWholeListRecord(sample.key, sample.records[0]);
  const records = isWhole && sample.records.length > 0 ? [sample.records] : sample.records;
  const shape = options.raw ? 'json' : shapeOfList(sample, isWhole, records, options);
  const name = shape === 'json' && !options.raw ? UNKNOWN_TABLE : sample.key;
  return {
    name,
    folder: safeFolderName(name),
    feed: isWhole ? 'whole-list' : 'elements',
    list: sample.key,
    shape,
    columns: planColumns(shape, { ...sample, records }, schema),
  };
}

function shapeOfList(
  { key, members }: ListSample,
  isWhole: boolean,
  records: readonly JsonValue[],
  options: PlanOptions,
): RecordShape {
  if (members !== undefined) return 'object';
  const shape = isWhole ? 'path' : detectShape(key, records);
  return shape === 'path' && options.paths === 'long' ? 'path-long' : shape;
}

/** Members that say what was asked rather than what came out; the table is named after what came out. */
const QUESTION_MEMBERS: ReadonlySet<string> = new Set(['source', 'target', 'runtime', 'k', 'n']);

function planScalars(scalars: JsonObject, { raw }: PlanOptions): TablePlan {
  const shape = raw ? 'json' : 'object';
  const documented = SCALAR_ROW_NAMES.find((key) => scalars.keys.includes(key));
  const name = documented ?? scalars.keys.find((key) => !QUESTION_MEMBERS.has(key)) ?? 'scalars';
  return {
    name,
    folder: safeFolderName(name),
    feed: 'scalars',
    list: '',
    shape,
    columns: planColumns(shape, { key: name, records: [scalars], isWhole: true }, null),
  };
}

/**
 * The same table with the column `_overflow`, for rows that turned out not to fit. A record of a wholly other
 * kind leaves every other cell empty but its number in the result, so none of them is required any more.
 */
export function withOverflow(plan: TablePlan): TablePlan {
  const columns = plan.columns.map((column) =>
    column.source === 'key' || column.source === 'position' ? { ...column, nullable: true } : column,
  );
  return { ...plan, columns: [...columns, OVERFLOW_COLUMN] };
}

/** The same table without `_overflow`: whatever does not fit is an error then (`--strict`). */
export function withoutOverflow(plan: TablePlan): TablePlan {
  return { ...plan, columns: plan.columns.filter((column) => column.source !== 'overflow') };
}
