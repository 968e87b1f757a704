import { fitsType } from '../cell.js';
import { isJsonArray, JsonObject, type JsonValue } from '../json-value.js';
import { type ColumnType, OVERFLOW_NAME, type PlannedColumn, type RecordShape } from '../model.js';
import { type GraphSchema, propertiesOf } from './graph-schema.js';
import { inferType } from './infer-type.js';
import { DOCUMENTED_MEMBERS, DOCUMENTED_VALUE_TYPES } from './known-keys.js';

export const OVERFLOW_COLUMN: PlannedColumn = {
  name: OVERFLOW_NAME,
  type: 'json',
  nullable: true,
  source: 'overflow',
};

export interface ListSample {
  readonly key: string;
  readonly records: readonly JsonValue[];
  /** Whether the samples are the whole list. */
  readonly isWhole: boolean;
  /** As in `RecordList`. */
  readonly members?: readonly string[] | undefined;
  readonly splitsGroups?: boolean | undefined;
}

/**
 * The columns that rows of one shape get. `schema` is the graph's own metadata, null where it does not answer.
 * Column names are unique: a property that is named like a member of its vertex or edge gets `properties.`
 * before its name.
 */
export function planColumns(
  shape: RecordShape,
  sample: ListSample,
  schema: GraphSchema | null,
): readonly PlannedColumn[] {
  const { key, records } = sample;
  switch (shape) {
    case 'keyed':
      return [
        keyColumn('vertex_id', 'string'),
        valueColumn(
          key === 'vertex_id' ? 'value' : key,
          typeFor(
            key,
            objects(records).flatMap((record) => [...record.values]),
          ),
        ),
      ];
    case 'keyed-object':
      return unique([
        keyColumn('vertex_id', 'string'),
        ...(records.length === 0
          ? documentedColumns(key)
          : memberColumns(
              objects(records)
                .flatMap((record) => [...record.values])
                .filter(isObject),
            )),
      ]);
    case 'id':
      return [keyColumn('vertex_id', inferType(records) ?? 'string')];
    case 'path':
      return [offsetColumn('path_id'), valueColumn('vertices', listType(records))];
    case 'path-long':
      return [
        offsetColumn('path_id'),
        { name: 'position', type: 'int64', nullable: false, source: 'position' },
        valueColumn('vertex_id', inferType(records.filter(isJsonArray).flat()) ?? 'string'),
      ];
    case 'path-group':
      return planPathGroup(objects(records), sample.splitsGroups === true);
    case 'edge-circle':
      return unique([
        offsetColumn(key === 'circles' ? 'circle_id' : 'path_id'),
        { name: 'position', type: 'int64', nullable: false, source: 'position' },
        ...memberColumns(records.filter(isJsonArray).flat().filter(isObject)),
      ]);
    case 'element':
      return planElement(sample, schema);
    case 'object':
      return unique(
        records.length === 0 && sample.members === undefined
          ? documentedColumns(key)
          : memberColumns(objects(records), sample.members),
      );
    case 'json':
      return [{ name: 'record', type: 'json', nullable: true, source: 'record' }];
  }
}

/** `path_id` counts within its pair; where the server counts paths, and may cut a pair in two, over the whole result. */
function planPathGroup(groups: readonly JsonObject[], isSplit: boolean): PlannedColumn[] {
  const paths = groups.flatMap((group) => {
    const list = group.get('paths');
    return isJsonArray(list) ? list : [];
  });
  return [
    memberColumn('source', inferType(groups.map((group) => group.get('source') ?? null)) ?? 'string'),
    memberColumn('target', inferType(groups.map((group) => group.get('target') ?? null)) ?? 'string'),
    isSplit
      ? offsetColumn('path_id')
      : { name: 'path_id', type: 'int64', nullable: true, source: 'position' },
    valueColumn('vertices', listType(paths)),
  ];
}

/** Vertices and edges: their own members first, in the order of the pages, then one column a property. */
function planElement(sample: ListSample, schema: GraphSchema | null): readonly PlannedColumn[] {
  const elements = objects(sample.records);
  const isEdge =
    elements.length > 0
      ? elements.some((element) => element.get('source') !== undefined)
      : sample.key === 'edges';
  const ownMembers = isEdge ? ['source', 'target', 'index', 'label'] : ['id', 'label'];
  const seen = memberNames(elements).filter((name) => name !== 'properties');
  // The database edition's edges have no index; without any sample the documented members stand.
  const base = elements.length > 0 ? ownMembers.filter((name) => seen.includes(name)) : ownMembers;
  const extra = seen.filter((name) => !ownMembers.includes(name));
  const members = [...base, ...extra].map((name) =>
    memberColumn(name, inferType(elements.map((element) => element.get(name) ?? null)) ?? 'string'),
  );

  const labels = new Set(elements.flatMap((element) => labelsOf(element)));
  const types =
    schema === null
      ? new Map<string, ColumnType>()
      : propertiesOf(schema, isEdge ? 'edge' : 'vertex', labels, sample.isWhole && elements.length > 0);
  const samples = propertySamples(elements);
  const names = [...types.keys(), ...[...samples.keys()].filter((name) => !types.has(name))];
  const properties = names.slice(0, MAX_COLUMNS).map((name): PlannedColumn => {
    const type = propertyType(types.get(name), samples.get(name) ?? []);
    return { name, type, nullable: true, source: 'property', member: name };
  });
  return [...unique([...members, ...properties]), OVERFLOW_COLUMN];
}

/**
 * The schema's type, unless most samples do not fit it: then the samples alone decide, because a column whose
 * values all go to `_overflow` helps nobody. REST answers hold every property as an array (ges_03_0023);
 * it stays a list where the schema says list or set, or where a sample holds several values.
 */
function propertyType(fromSchema: ColumnType | undefined, values: readonly JsonValue[]): ColumnType {
  const holdsSeveral = values.some((value) => isJsonArray(value) && value.length > 1);
  const isList = holdsSeveral || fromSchema?.startsWith('list<') === true;
  const seen = isList ? values : values.flatMap((value) => (isJsonArray(value) ? value : [value]));
  const isMeantSingle = fromSchema?.startsWith('list<') === false;
  if (fromSchema !== undefined && !(holdsSeveral && isMeantSingle)) {
    if (mostFit(values, (value) => fitsProperty(value, fromSchema))) return fromSchema;
  }
  const inferred = inferType(seen);
  if (inferred === null) return fromSchema ?? 'string';
  return inferred;
}

function fitsProperty(value: JsonValue, type: ColumnType): boolean {
  if (value === null) return true;
  if (type.startsWith('list<')) return fitsType(isJsonArray(value) ? value : [value], type);
  if (!isJsonArray(value)) return fitsType(value, type);
  const [only] = value;
  return value.length <= 1 && (only === undefined || only === null || fitsType(only, type));
}

function propertySamples(elements: readonly JsonObject[]): Map<string, JsonValue[]> {
  const samples = new Map<string, JsonValue[]>();
  for (const element of elements) {
    const properties = element.get('properties');
    if (!(properties instanceof JsonObject)) continue;
    properties.keys.forEach((name, index) => {
      const values = samples.get(name);
      const value = properties.values[index] as JsonValue;
      if (values === undefined) samples.set(name, [value]);
      else values.push(value);
    });
  }
  return samples;
}

function labelsOf(element: JsonObject): string[] {
  const label = element.get('label') ?? element.get('labels');
  if (typeof label === 'string') return [label];
  return isJsonArray(label) ? label.filter((name) => typeof name === 'string') : [];
}

function documentedColumns(key: string): PlannedColumn[] {
  const members = Object.hasOwn(DOCUMENTED_MEMBERS, key) ? Object.entries(DOCUMENTED_MEMBERS[key] ?? {}) : [];
  return members.map(([name, type]) => memberColumn(name, type));
}

/** @param given the names that a query gave its columns, in order; they say nothing about types */
function memberColumns(records: readonly JsonObject[], given?: readonly string[]): PlannedColumn[] {
  return [...new Set([...(given ?? []), ...memberNames(records)])].map((name) => {
    const values = records.map((record) => record.get(name) ?? null);
    return memberColumn(name, given === undefined ? typeFor(name, values) : (inferType(values) ?? 'string'));
  });
}

/** More columns than this no table of a graph has; what a record holds beyond them fits no column. */
const MAX_COLUMNS = 1000;

function memberNames(records: readonly JsonObject[]): string[] {
  const names = new Set<string>();
  for (const record of records) {
    for (const key of record.keys) if (names.size < MAX_COLUMNS) names.add(key);
  }
  return [...names];
}

/** True when a type holds more than half of the values, or there is none that it does not hold. */
function mostFit(values: readonly JsonValue[], fits: (value: JsonValue) => boolean): boolean {
  const misfits = values.filter((value) => !fits(value)).length;
  return misfits * 2 < Math.max(values.length, 1);
}

/** The documented type where most samples fit it, else what the samples show. */
function typeFor(key: string, values: readonly JsonValue[]): ColumnType {
  const documented: ColumnType | undefined = Object.hasOwn(DOCUMENTED_VALUE_TYPES, key)
    ? DOCUMENTED_VALUE_TYPES[key]
    : undefined;
  if (documented !== undefined && mostFit(values, (value) => value === null || fitsType(value, documented)))
    return documented;
  return inferType(values) ?? 'string';
}

function listType(records: readonly JsonValue[]): ColumnType {
  const type = inferType(records.filter(isJsonArray).filter((list) => list.length > 0));
  return type ?? 'list<string>';
}

function keyColumn(name: string, type: ColumnType): PlannedColumn {
  return { name, type, nullable: false, source: 'key' };
}

function valueColumn(name: string, type: ColumnType): PlannedColumn {
  return { name, type, nullable: true, source: 'value' };
}

function memberColumn(name: string, type: ColumnType): PlannedColumn {
  return { name, type, nullable: true, source: 'member', member: name };
}

function offsetColumn(name: string): PlannedColumn {
  return { name, type: 'int64', nullable: false, source: 'record-offset' };
}

function unique(columns: readonly PlannedColumn[]): PlannedColumn[] {
  const taken = new Set<string>([OVERFLOW_COLUMN.name]);
  return columns.map((column) => {
    let name = column.name;
    if (taken.has(name)) name = column.source === 'property' ? `properties.${name}` : `member.${name}`;
    while (taken.has(name)) name = `${name}_`;
    taken.add(name);
    return { ...column, name };
  });
}

function objects(records: readonly JsonValue[]): JsonObject[] {
  return records.filter(isObject);
}

function isObject(value: JsonValue): value is JsonObject {
  return value instanceof JsonObject;
}
