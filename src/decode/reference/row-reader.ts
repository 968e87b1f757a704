import { fitsType } from '../../cell.js';
import { isJsonArray, JsonNumber, JsonObject, type JsonValue } from '../../json-value.js';
import type { PlannedColumn, RecordShape, Row, TablePlan } from '../../model.js';

/** Something of a record has no column, and the table has no `_overflow`. */
export interface Drift {
  readonly table: string;
  /** Offset of the record in the result. */
  readonly offset: number;
  /** What did not fit, by wire name. */
  readonly misfits: JsonObject;
}

export interface RowReader {
  /** Rows in which `_overflow` holds something, so far. */
  readonly overflowRows: number;
  /** Appends the rows of one record. */
  read(record: JsonValue, offset: number, rows: Row[]): void;
}

/**
 * Turns the records of one table into rows, as its plan says.
 *
 * A value or a member that does not fit goes to `_overflow` whole, under its wire name; where the table has no
 * such column, `onDrift` is called and must throw.
 */
export function createRowReader(plan: TablePlan, onDrift: (drift: Drift) => never): RowReader {
  const overflowIndex = plan.columns.findIndex((column) => column.source === 'overflow');
  const readRecord = RECORD_READERS[plan.shape];
  const draft = new RowDraft(layoutOf(plan.columns));
  let target: Row[] = [];
  let overflowRows = 0;

  function emit(): void {
    const misfits = draft.takeMisfits();
    if (misfits !== null) {
      if (overflowIndex < 0) onDrift({ table: plan.name, offset: draft.offset, misfits });
      draft.cells[overflowIndex] = misfits;
      overflowRows++;
    }
    target.push(draft.cells);
    draft.clear();
  }

  return {
    get overflowRows() {
      return overflowRows;
    },
    read(record, offset, rows) {
      target = rows;
      draft.offset = offset;
      draft.clear();
      readRecord(record, draft, emit);
    },
  };
}

interface Layout {
  readonly columns: readonly PlannedColumn[];
  readonly offset: number;
  readonly position: number;
  readonly key: number;
  readonly value: number;
  readonly record: number;
  readonly members: ReadonlyMap<string, number>;
  readonly properties: ReadonlyMap<string, number>;
}

function layoutOf(columns: readonly PlannedColumn[]): Layout {
  const indexOf = (source: PlannedColumn['source']) =>
    columns.findIndex((column) => column.source === source);
  const named = (source: PlannedColumn['source']) =>
    new Map(
      columns.flatMap((column, index) =>
        column.source === source && column.member !== undefined ? [[column.member, index] as const] : [],
      ),
    );
  return {
    columns,
    offset: indexOf('record-offset'),
    position: indexOf('position'),
    key: indexOf('key'),
    value: indexOf('value'),
    record: indexOf('record'),
    members: named('member'),
    properties: named('property'),
  };
}

/** The row that is being filled. */
class RowDraft {
  cells: JsonValue[] = [];
  offset = 0;
  readonly layout: Layout;
  #misfitKeys: string[] = [];
  #misfitValues: JsonValue[] = [];

  constructor(layout: Layout) {
    this.layout = layout;
  }

  clear(): void {
    this.cells = new Array<JsonValue>(this.layout.columns.length).fill(null);
    const { offset } = this.layout;
    if (offset >= 0) this.cells[offset] = new JsonNumber(String(this.offset));
  }

  takeMisfits(): JsonObject | null {
    if (this.#misfitKeys.length === 0) return null;
    const misfits = new JsonObject(this.#misfitKeys, this.#misfitValues);
    this.#misfitKeys = [];
    this.#misfitValues = [];
    return misfits;
  }

  misfit(name: string, value: JsonValue): void {
    this.#misfitKeys.push(name);
    this.#misfitValues.push(value);
  }

  /** False when the column does not exist, is filled already or does not hold such a value. */
  put(index: number, value: JsonValue): boolean {
    const column = this.layout.columns[index];
    if (column === undefined || this.cells[index] !== null) return false;
    if (value !== null && !fitsType(value, column.type)) return false;
    this.cells[index] = value;
    return value !== null || column.nullable;
  }

  putNumber(index: number, value: number): void {
    if (index >= 0) this.cells[index] = new JsonNumber(String(value));
  }

  /** `skip`: a member that is read elsewhere; should it come twice, only its first value is. */
  putMembers(object: JsonObject, skip?: string): void {
    const skipped = skip === undefined ? -1 : object.keys.indexOf(skip);
    for (let i = 0; i < object.keys.length; i++) {
      if (i === skipped) continue;
      const name = object.keys[i] as string;
      const value = object.values[i] as JsonValue;
      if (!this.put(this.layout.members.get(name) ?? -1, value)) this.misfit(name, value);
    }
  }

  /** Properties come as arrays, also when they are single (ges_03_0023); Cypher gives plain values (ges_03_0336). */
  putProperties(properties: JsonValue): void {
    if (properties === null) return;
    if (!(properties instanceof JsonObject)) {
      this.misfit('properties', properties);
      return;
    }
    const misfitKeys: string[] = [];
    const misfitValues: JsonValue[] = [];
    for (let i = 0; i < properties.keys.length; i++) {
      const name = properties.keys[i] as string;
      const value = properties.values[i] as JsonValue;
      const index = this.layout.properties.get(name) ?? -1;
      if (this.put(index, this.#flatten(index, value))) continue;
      misfitKeys.push(name);
      misfitValues.push(value);
    }
    if (misfitKeys.length > 0) this.misfit('properties', new JsonObject(misfitKeys, misfitValues));
  }

  #flatten(index: number, value: JsonValue): JsonValue {
    const column = this.layout.columns[index];
    if (column === undefined) return value;
    if (column.type.startsWith('list<')) return isJsonArray(value) || value === null ? value : [value];
    if (!isJsonArray(value) || value.length > 1) return value;
    return value[0] ?? null;
  }
}

type ReadRecord = (record: JsonValue, draft: RowDraft, emit: () => void) => void;

const RECORD_READERS: Readonly<Record<RecordShape, ReadRecord>> = {
  keyed(record, draft, emit) {
    eachEntry(record, draft, emit, (value) => {
      if (!draft.put(draft.layout.value, value)) {
        draft.misfit(draft.layout.columns[draft.layout.value]?.name ?? 'value', value);
      }
    });
  },

  'keyed-object'(record, draft, emit) {
    eachEntry(record, draft, emit, (value) => {
      if (value instanceof JsonObject) draft.putMembers(value);
      else draft.misfit('value', value);
    });
  },

  id(record, draft, emit) {
    if (!draft.put(draft.layout.key, record)) draft.misfit('record', record);
    emit();
  },

  path(record, draft, emit) {
    if (!draft.put(draft.layout.value, record)) draft.misfit('record', record);
    emit();
  },

  'path-long'(record, draft, emit) {
    eachElement(record, draft, emit, (element) => {
      if (!draft.put(draft.layout.value, element)) draft.misfit('vertex_id', element);
    });
  },

  'path-group'(record, draft, emit) {
    const given = record instanceof JsonObject ? record.get('paths') : undefined;
    const paths = given === null ? [] : given;
    if (!(record instanceof JsonObject) || !isJsonArray(paths)) {
      draft.misfit('record', record);
      emit();
      return;
    }
    // A pair without a path keeps its row: the pair itself is a result.
    for (const [position, path] of (paths.length === 0 ? [null] : paths).entries()) {
      draft.putMembers(record, 'paths');
      if (path !== null) draft.putNumber(draft.layout.position, position);
      if (!draft.put(draft.layout.value, path)) draft.misfit('path', path);
      emit();
    }
  },

  'edge-circle'(record, draft, emit) {
    eachElement(record, draft, emit, (element) => {
      if (element instanceof JsonObject) draft.putMembers(element);
      else draft.misfit('element', element);
    });
  },

  element(record, draft, emit) {
    if (!(record instanceof JsonObject)) draft.misfit('record', record);
    else {
      draft.putMembers(record, 'properties');
      draft.putProperties(record.get('properties') ?? null);
    }
    emit();
  },

  object(record, draft, emit) {
    if (record instanceof JsonObject) draft.putMembers(record);
    else draft.misfit('record', record);
    emit();
  },

  json(record, draft, emit) {
    draft.cells[draft.layout.record] = record;
    emit();
  },
};

/** One row a key: the pages show one key a record, the format text allows several (ges_03_0077). */
function eachEntry(
  record: JsonValue,
  draft: RowDraft,
  emit: () => void,
  fill: (value: JsonValue) => void,
): void {
  if (!(record instanceof JsonObject) || record.keys.length === 0) {
    draft.misfit('record', record);
    emit();
    return;
  }
  for (let i = 0; i < record.keys.length; i++) {
    const key = record.keys[i] as string;
    if (!draft.put(draft.layout.key, key)) draft.misfit('vertex_id', key);
    fill(record.values[i] as JsonValue);
    emit();
  }
}

function eachElement(
  record: JsonValue,
  draft: RowDraft,
  emit: () => void,
  fill: (element: JsonValue) => void,
): void {
  if (!isJsonArray(record)) {
    draft.misfit('record', record);
    emit();
    return;
  }
  for (const [position, element] of record.entries()) {
    draft.putNumber(draft.layout.position, position);
    fill(element);
    emit();
  }
}
