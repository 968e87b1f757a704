import type { ColumnType } from '../../model.js';
import type { PartitionValue } from '../../partition.js';
import { isLess } from '../file-facts.js';
import { partitionBound } from '../partition-columns.js';
import type { AddedFile, TableShape } from '../table-model.js';
import type { AvroField, AvroRecord, AvroValue } from './avro.js';
import { encodeBound } from './encode-bound.js';
import type { IcebergField } from './iceberg-types.js';

/** How a table is partitioned (Iceberg spec, "Partition Specs"). */
export interface PartitionSpec {
  readonly 'spec-id': number;
  readonly fields: readonly {
    readonly name: string;
    readonly 'source-id': number;
    readonly 'field-id': number;
    readonly transform: string;
  }[];
}

/** Numbers of partition fields begin above this one. */
export const NO_PARTITION_ID = 999;

/** @param columns with their numbers */
export function newSpec({ columns, partitionBy }: TableShape): PartitionSpec {
  const fields = partitionBy.map((name, index) => ({
    name,
    'source-id': columns.find((column) => column.name === name)?.fieldIds?.[0] as number,
    'field-id': NO_PARTITION_ID + 1 + index,
    transform: 'identity',
  }));
  return { 'spec-id': 0, fields };
}

/** What a table is partitioned by: a name for a column as it is, `bucket[16](id)` for what this program writes none of. */
export function describeSpec(spec: PartitionSpec, fields: readonly IcebergField[]): readonly string[] {
  return spec.fields.map(({ 'source-id': id, transform }) => {
    const name = fields.find((field) => field.id === id)?.name ?? `column ${id}`;
    return transform === 'identity' ? name : `${transform}(${name})`;
  });
}

/** A field of a partition spec as manifests hold it. */
export interface TupleField {
  readonly type: ColumnType;
  readonly avro: AvroField;
}

const AVRO_TYPES: Partial<Readonly<Record<ColumnType, string>>> = {
  string: 'string',
  int64: 'long',
  boolean: 'boolean',
};

/** The fields of the partition tuple of a manifest (Iceberg spec, "Manifests", field 102). */
export function tupleFields(
  spec: PartitionSpec,
  { columns, partitionBy }: TableShape,
): readonly TupleField[] {
  const taken = new Set<string>();
  return spec.fields.map(({ name: own, 'field-id': id }, index) => {
    const type = columns.find(({ name }) => name === partitionBy[index])?.type as ColumnType;
    let name = avroName(own);
    while (taken.has(name)) name += '_';
    taken.add(name);
    const avro = {
      name,
      type: ['null', AVRO_TYPES[type] as string],
      default: null,
      'field-id': id,
      ...(name === own ? {} : { 'iceberg-field-name': own }),
    };
    return { type, avro };
  });
}

/** Avro knows names of letters, digits and `_` only; readers go by the number of a field (as Iceberg's Java library). */
function avroName(name: string): string {
  return name
    .replace(/[^A-Za-z0-9_]/g, (char) => `_x${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/^\d/, '_$&');
}

/** The partition of a file. */
export function tupleOf({ partition }: AddedFile, fields: readonly TupleField[]): AvroRecord {
  return Object.fromEntries(
    fields.map(({ type, avro }, index): [string, AvroValue] => [
      avro.name,
      partitionBound(type, partition[index] as PartitionValue),
    ]),
  );
}

/** What a manifest list says of the partitions of a manifest: a `field_summary` for each field of the spec. */
export function summariesOf(
  files: readonly AddedFile[],
  fields: readonly TupleField[],
): readonly AvroRecord[] | null {
  if (fields.length === 0) return null;
  return fields.map(({ type }, index) => {
    const values = files.map(({ partition }) => partitionBound(type, partition[index] as PartitionValue));
    const there = values.filter((value) => value !== null);
    const least = there.reduce((least, value) => (isLess(value, least) ? value : least), there[0] ?? '');
    const most = there.reduce((most, value) => (isLess(most, value) ? value : most), there[0] ?? '');
    return {
      contains_null: there.length < values.length,
      contains_nan: null,
      lower_bound: there.length === 0 ? null : encodeBound(least),
      upper_bound: there.length === 0 ? null : encodeBound(most),
    };
  });
}
