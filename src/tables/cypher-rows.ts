import { isJsonArray, JsonObject, type JsonValue } from '../json-value.js';
import type { DecodedBody, RecordList } from '../model.js';
import { derivedList, withLists } from './derived-list.js';
import { firstRecord } from './first-record.js';

/**
 * Brings the answer of an asynchronous Cypher or GQL job into the form of every other result: a list of records,
 * here objects whose members are named by `columns`.
 *
 * The body of such a job is documented nowhere. Both conceivable ones are read: `results[]` of `{columns, data}`
 * as the synchronous answer has it (ges_03_0336, ges_03_0474), and `columns` beside `data` in `data.outputs`. One
 * statement keeps the name `results`; several give `results_1`, `results_2`. What else a result says (`stats`,
 * `plan`) becomes a scalar. Any other answer comes back as it was.
 */
export function readCypherRows(body: DecodedBody): DecodedBody {
  return readStatements(body) ?? readColumns(body) ?? body;
}

function readStatements(body: DecodedBody): DecodedBody | null {
  const list = body.lists.find((candidate) => candidate.key === 'results');
  if (list === undefined || !isStatement(firstRecord(list))) return null;
  const statements = [...list.batches()].flat();
  if (!statements.every(isStatement)) return null;
  const lists: RecordList[] = [];
  const keys: string[] = [];
  const values: JsonValue[] = [];
  statements.forEach((statement, index) => {
    const name = statements.length === 1 ? list.key : `${list.key}_${index + 1}`;
    const columns = namesOf(statement.get('columns'));
    const rows = statement.get('data');
    const data = isJsonArray(rows) ? rows : [];
    lists.push(
      derivedList(
        name,
        data.map((element) => recordOf(columns, element)),
        { members: columns },
      ),
    );
    statement.keys.forEach((key, at) => {
      if (key === 'columns' || key === 'data') return;
      keys.push(statements.length === 1 ? key : `${name}.${key}`);
      values.push(statement.values[at] as JsonValue);
    });
  });
  return withLists(
    body,
    body.lists.flatMap((candidate) => (candidate === list ? lists : [candidate])),
    withScalars(body.envelope, keys, values),
  );
}

function readColumns(body: DecodedBody): DecodedBody | null {
  const named = body.lists.find((list) => list.key === 'columns');
  if (named === undefined) return null;
  const [names] = named.batches();
  if (names !== undefined && !names.every((name) => typeof name === 'string')) return null;
  const rows = body.lists.find((list) => list.key === ROWS);
  if (rows === undefined) return hasNoRows(body) ? withoutRows(body, namesOf(names)) : null;
  const first = firstRecord(rows);
  if (first !== undefined && !isRow(first)) return null;
  const columns = namesOf(names);
  const list: RecordList = {
    key: rows.key,
    count: rows.count,
    members: columns,
    *batches() {
      for (const batch of rows.batches()) yield batch.map((element) => recordOf(columns, element));
    },
    digest: (from, to) => rows.digest(from, to),
    mark: rows.mark,
  };
  return withLists(
    body,
    body.lists.filter((other) => other !== named).map((other) => (other === rows ? list : other)),
  );
}

/** The member that holds the rows beside `columns`. */
const ROWS = 'data';

/** Beside `columns`, `data` may be null or missing where there is no row, as in a statement. */
function hasNoRows({ lists }: DecodedBody): boolean {
  return lists.every(({ key, count }) => key === 'columns' || (key === 'errors' && count === 0));
}

function withoutRows(body: DecodedBody, members: readonly string[]): DecodedBody {
  const envelope = withoutNull(body.envelope, 0);
  return withLists(body, [derivedList(ROWS, [], { members })], envelope);
}

/** The answer without a `data` that is null, on the levels where lists stand. */
function withoutNull(source: JsonObject, level: number): JsonObject {
  const kept = source.keys.flatMap((key, index) => {
    const value = source.values[index] as JsonValue;
    if (key === ROWS && value === null) return [];
    const isLevel = key === ['data', 'outputs'][level] && value instanceof JsonObject;
    return [[key, isLevel ? withoutNull(value, level + 1) : value] as const];
  });
  return new JsonObject(
    kept.map(([key]) => key),
    kept.map(([, value]) => value),
  );
}

/** `data` may be missing where there is no row. */
function isStatement(value: JsonValue | undefined): value is JsonObject {
  if (!(value instanceof JsonObject) || !isJsonArray(value.get('columns'))) return false;
  const data = value.get('data') ?? null;
  return data === null || isJsonArray(data);
}

/** `{row, meta}`, `{graph}` where `resultDataContents` asks for it, or the bare cells. */
function isRow(value: JsonValue): boolean {
  if (isJsonArray(value)) return true;
  return value instanceof JsonObject && (value.get('row') !== undefined || value.get('graph') !== undefined);
}

function namesOf(columns: JsonValue | undefined): string[] {
  return isJsonArray(columns) ? columns.map(String) : [];
}

/**
 * The cells by column name, then what stands beside `row`: `meta` holds the ids and labels of vertices and edges,
 * which their own cells lack. A `meta` without anything in it is left out.
 */
function recordOf(columns: readonly string[], element: JsonValue): JsonValue {
  const row = element instanceof JsonObject ? element.get('row') : element;
  if (!(element instanceof JsonObject) && !isJsonArray(element)) return element;
  const cells = isJsonArray(row) ? row : [];
  const keys = cells.map((_, index) => columns[index] ?? `column_${index + 1}`);
  const values = [...cells];
  if (element instanceof JsonObject) {
    element.keys.forEach((key, index) => {
      const value = element.values[index] as JsonValue;
      if ((key === 'row' && isJsonArray(row)) || holdsNothing(value)) return;
      keys.push(freeName(key, columns));
      values.push(value);
    });
  }
  return new JsonObject(keys, values);
}

function holdsNothing(value: JsonValue): boolean {
  return value === null || (isJsonArray(value) && value.every((item) => item === null));
}

function freeName(name: string, taken: readonly string[]): string {
  return taken.includes(name) ? freeName(`${name}_`, taken) : name;
}

/** Puts scalars where `readScalars` looks for them. */
function withScalars(
  envelope: JsonObject,
  keys: readonly string[],
  values: readonly JsonValue[],
): JsonObject {
  if (keys.length === 0) return envelope;
  const data = envelope.get('data');
  const before = data instanceof JsonObject ? data : new JsonObject([], []);
  const others = envelope.keys.flatMap((key, index) =>
    key === 'data' ? [] : [[key, envelope.values[index] as JsonValue] as const],
  );
  return new JsonObject(
    ['data', ...others.map(([key]) => key)],
    [
      new JsonObject([...before.keys, ...keys], [...before.values, ...values]),
      ...others.map(([, value]) => value),
    ],
  );
}
