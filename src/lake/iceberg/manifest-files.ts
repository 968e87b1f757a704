import type { AddedFile } from '../table-model.js';
import { type AvroRecord, type AvroSchema, type AvroValue, decodeAvro, encodeAvro } from './avro.js';
import { encodeBound } from './encode-bound.js';
import { MANIFEST_FILE_FIELDS, MANIFEST_LIST_SCHEMA, manifestEntrySchema } from './manifest-schemas.js';
import { type PartitionSpec, summariesOf, type TupleField, tupleOf } from './partition-spec.js';

/** Of an entry: the snapshot has added the file. */
const ADDED = 1;

export interface ManifestFacts {
  readonly snapshotId: bigint;
  readonly sequenceNumber: bigint;
  readonly schema: { readonly 'schema-id': number };
  readonly spec: PartitionSpec;
  /** Of `spec`, in its order. */
  readonly tuple: readonly TupleField[];
}

/** A manifest of files that a snapshot adds. Their sequence number is the manifest's (Iceberg spec, "Sequence Number Inheritance"). */
export function encodeManifest(
  files: readonly AddedFile[],
  location: string,
  { snapshotId, schema, spec, tuple }: ManifestFacts,
): Buffer {
  const records = files.map((file) => ({
    status: ADDED,
    snapshot_id: snapshotId,
    sequence_number: null,
    file_sequence_number: null,
    data_file: dataFile(file, location, tuple),
  }));
  const metadata = new Map([
    ['schema', JSON.stringify(schema)],
    ['schema-id', String(schema['schema-id'])],
    ['partition-spec', JSON.stringify(spec.fields)],
    ['partition-spec-id', String(spec['spec-id'])],
    ['format-version', '2'],
    ['content', 'data'],
  ]);
  return encodeAvro({ schema: manifestEntrySchema(tuple.map(({ avro }) => avro)), metadata, records });
}

function dataFile(file: AddedFile, location: string, tuple: readonly TupleField[]): AvroRecord {
  const { path, rows, bytes, facts } = file;
  const columns = [...facts.columns].map(([name, column]) => ({
    id: facts.fieldIds.get(name)?.[0] as number,
    ...column,
  }));
  const bounded = columns.flatMap(({ id, bounds }) => (bounds === null ? [] : [{ id, ...bounds }]));
  return {
    content: 0,
    file_path: `${location}/${path}`,
    file_format: 'PARQUET',
    partition: tupleOf(file, tuple),
    record_count: BigInt(rows),
    file_size_in_bytes: BigInt(bytes),
    value_counts: columns.map(({ id, values }) => ({ key: id, value: BigInt(values) })),
    null_value_counts: columns.map(({ id, nulls }) => ({ key: id, value: BigInt(nulls) })),
    lower_bounds: bounded.map(({ id, min }) => ({ key: id, value: encodeBound(min) })),
    upper_bounds: bounded.map(({ id, max }) => ({ key: id, value: encodeBound(max) })),
  };
}

/** A line of a manifest list for a manifest that only adds files. */
export function manifestFile(
  path: string,
  length: number,
  files: readonly AddedFile[],
  { snapshotId, sequenceNumber, spec, tuple }: ManifestFacts,
): AvroRecord {
  return {
    manifest_path: path,
    manifest_length: BigInt(length),
    partition_spec_id: spec['spec-id'],
    content: 0,
    sequence_number: sequenceNumber,
    min_sequence_number: sequenceNumber,
    added_snapshot_id: snapshotId,
    added_files_count: files.length,
    existing_files_count: 0,
    deleted_files_count: 0,
    added_rows_count: BigInt(files.reduce((sum, { rows }) => sum + rows, 0)),
    existing_rows_count: 0n,
    deleted_rows_count: 0n,
    partitions: summariesOf(files, tuple),
    key_metadata: null,
  };
}

/** @param parent ID of the snapshot before, as text; null for the first one */
export function encodeManifestList(
  manifests: readonly AvroRecord[],
  parent: string | null,
  { snapshotId, sequenceNumber }: Pick<ManifestFacts, 'snapshotId' | 'sequenceNumber'>,
): Buffer {
  const metadata = new Map([
    ['snapshot-id', String(snapshotId)],
    ['parent-snapshot-id', parent ?? 'null'],
    ['sequence-number', String(sequenceNumber)],
    ['format-version', '2'],
  ]);
  return encodeAvro({ schema: MANIFEST_LIST_SCHEMA, metadata, records: manifests });
}

/**
 * The lines of a manifest list of any writer, by the field IDs of its schema: names differ between writers. What lists
 * of version 1 lack is 0 (Iceberg spec, "Manifest Lists", on reading version 1).
 *
 * @throws Error when it is no manifest list
 */
export function decodeManifestList(bytes: Buffer): readonly AvroRecord[] {
  const { schema, records } = decodeAvro(bytes);
  const names = namesById(schema);
  return records.map((record) => {
    const line: Record<string, AvroValue> = {};
    for (const { name, type, 'field-id': id } of MANIFEST_FILE_FIELDS) {
      const theirs = names.get(id as number);
      const value = theirs === undefined ? undefined : (record as AvroRecord)[theirs];
      if (value !== undefined) line[name] = value;
      else if (Array.isArray(type)) line[name] = null;
      else if (ADDED_BY_VERSION_2.has(name)) line[name] = 0;
      else throw new Error(`it has no field ${id} (${name})`);
    }
    return line;
  });
}

const ADDED_BY_VERSION_2: ReadonlySet<string> = new Set([
  'content',
  'sequence_number',
  'min_sequence_number',
]);

function namesById(schema: AvroSchema): ReadonlyMap<number, string> {
  const fields = typeof schema === 'object' && 'fields' in schema ? (schema.fields ?? []) : [];
  return new Map(
    fields.flatMap(({ name, 'field-id': id }) => (id === undefined ? [] : [[id, name] as const])),
  );
}
