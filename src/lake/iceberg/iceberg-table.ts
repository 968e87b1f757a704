import { createHash, randomUUID } from 'node:crypto';
import { type JsonNumber, JsonObject, type JsonValue, stringifyJson } from '../../json-value.js';
import type { Column } from '../../model.js';
import { checkSamePartitions, tableColumns } from '../partition-columns.js';
import { type ColumnChanges, checkNames, compareColumns, conflict } from '../table-columns.js';
import type { AddedFile, LakeTable, TableChange, TableFiles, TableShape } from '../table-model.js';
import type { AvroRecord } from './avro.js';
import { countIds, type IcebergField, idsOf, toIcebergField, toTableColumn } from './iceberg-types.js';
import {
  decodeManifestList,
  encodeManifest,
  encodeManifestList,
  type ManifestFacts,
  manifestFile,
} from './manifest-files.js';
import { describeSpec, NO_PARTITION_ID, newSpec, type PartitionSpec, tupleFields } from './partition-spec.js';
import {
  broken,
  HINT_CHECKSUM_PATH,
  HINT_PATH,
  idText,
  itemsOf,
  METADATA_FOLDER,
  metadataPath,
  type ParseJson,
  readTableMetadata,
  type TableMetadata,
  toJsonValue,
  withMembers,
} from './table-metadata.js';

/** In the summary of a snapshot. */
const EXPORT_ID = 'ges-export.export-id';

/** Of the versions before, so many are named (`write.metadata.previous-versions-max` of Iceberg). */
const MAX_PREVIOUS_VERSIONS = 100;

/**
 * Opens a table of Apache Iceberg, version 2 of its spec, in the layout of tables without a catalog.
 *
 * @param location of the table as its metadata names it, such as `file:///data/ranks/pagerank`; no `/` at the end
 * @throws TableError `TABLE_FORMAT`, `TABLE_CONFLICT` when it cannot be continued
 */
export async function openIcebergTable(
  files: TableFiles,
  location: string,
  parseJson: ParseJson,
): Promise<LakeTable> {
  const metadata = await readTableMetadata(files, parseJson);
  if (metadata === null) return new IcebergTable(files, location, null);
  checkContinues(files, metadata, location);
  return new IcebergTable(files, metadata.known.location.replace(/\/+$/, ''), metadata);
}

class IcebergTable implements LakeTable {
  #version: number | null;
  readonly #files: TableFiles;
  readonly #location: string;
  readonly #metadata: TableMetadata | null;

  constructor(files: TableFiles, location: string, metadata: TableMetadata | null) {
    this.#version = metadata?.version ?? null;
    this.#files = files;
    this.#location = location;
    this.#metadata = metadata;
  }

  get version(): number | null {
    return this.#version;
  }

  holds(exportId: string): boolean {
    const snapshots = this.#metadata?.known.snapshots ?? [];
    return snapshots.some(({ summary }) => summary?.[EXPORT_ID] === exportId);
  }

  checkPartitions(partitionBy: readonly string[]): void {
    const { fields } = this.#schema;
    if (this.#metadata === null || fields === null) return;
    const spec = defaultSpec(this.#files, this.#metadata.known);
    checkSamePartitions(this.#files.name, describeSpec(spec, fields), partitionBy);
  }

  plan(shape: TableShape): readonly Column[] {
    const { name } = this.#files;
    const columns = tableColumns(shape);
    checkNames(columns.map(columnOf), name);
    this.checkPartitions(shape.partitionBy);
    const { fields, lastId } = this.#schema;
    if (fields !== null) this.#compare(fields, columns);
    const known = this.#knownIds();
    let last = lastId;
    const next = (column: Column) => Array.from({ length: countIds(column) }, () => ++last);
    return shape.columns.map((column) =>
      shape.partitionBy.includes(column.name)
        ? column
        : { ...column, fieldIds: known.get(column.name) ?? next(column) },
    );
  }

  async append(change: TableChange): Promise<number | null> {
    const version = (this.version ?? 0) + 1;
    const snapshotId = snapshotIdOf(change.exportId, version);
    this.checkPartitions(change.partitionBy);
    const columns = this.#numbered(change);
    const schemas = this.#mergeSchema(columns);
    const before = this.#metadata?.known['last-sequence-number'] ?? 0;
    const shape = { columns, partitionBy: change.partitionBy };
    const spec = this.#metadata === null ? newSpec(shape) : defaultSpec(this.#files, this.#metadata.known);
    const facts: ManifestFacts = {
      snapshotId,
      sequenceNumber: BigInt(before + 1),
      schema: schemas.current,
      spec,
      tuple: tupleFields(spec, shape),
    };
    const list = await this.#writeManifests(change, version, facts);
    const now = Math.max(Date.now(), this.#metadata?.known['last-updated-ms'] ?? 0);
    const snapshot = toJsonValue({
      'sequence-number': facts.sequenceNumber,
      'snapshot-id': snapshotId,
      ...(list.parent === null ? {} : { 'parent-snapshot-id': list.parent.id }),
      'timestamp-ms': now,
      summary: summaryOf(change, list.parent?.summary ?? null),
      'manifest-list': list.path,
      'schema-id': schemas.current['schema-id'],
    });
    const whole = withMembers(this.#metadata?.whole ?? newMetadata(this.#location, spec), {
      'last-sequence-number': toJsonValue(facts.sequenceNumber),
      'last-updated-ms': toJsonValue(now),
      'last-column-id': toJsonValue(schemas.lastId),
      'current-schema-id': toJsonValue(schemas.current['schema-id']),
      schemas: schemas.all,
      'current-snapshot-id': toJsonValue(snapshotId),
      refs: this.#refs(snapshotId),
      snapshots: this.#appended('snapshots', snapshot),
      'snapshot-log': this.#appended(
        'snapshot-log',
        toJsonValue({ 'timestamp-ms': now, 'snapshot-id': snapshotId }),
      ),
      'metadata-log': this.#metadataLog(),
    });
    const isMade = await this.#files.createText(metadataPath(version), `${stringifyJson(whole)}\n`);
    if (!isMade) return null;
    this.#version = version;
    return version;
  }

  async announce(): Promise<void> {
    if (this.version === null) return;
    await this.#files.remove(HINT_CHECKSUM_PATH);
    await this.#files.saveText(HINT_PATH, String(this.version));
  }

  get #schema(): { readonly fields: readonly IcebergField[] | null; readonly lastId: number } {
    if (this.#metadata === null) return { fields: null, lastId: 0 };
    const { known } = this.#metadata;
    return { fields: currentSchema(this.#files, known).fields, lastId: known['last-column-id'] };
  }

  /** The numbers of the columns that the table has, by name. */
  #knownIds(): ReadonlyMap<string, readonly number[]> {
    return new Map(this.#schema.fields?.map((field) => [field.name, idsOf(field)]));
  }

  /** As the table has the columns; those that no file holds get their numbers here, after those in the files. */
  #numbered(change: TableShape): readonly Column[] {
    const known = this.#knownIds();
    let last = Math.max(this.#schema.lastId, ...change.columns.flatMap(({ fieldIds }) => fieldIds ?? []));
    return tableColumns(change).map((column) =>
      change.partitionBy.includes(column.name)
        ? { ...column, fieldIds: known.get(column.name) ?? [++last] }
        : column,
    );
  }

  /** @throws TableError `TABLE_CONFLICT` */
  #compare(fields: readonly IcebergField[], columns: readonly Column[]): ColumnChanges {
    return compareColumns(fields.map(toTableColumn), columns.map(columnOf), this.#files.name);
  }

  /** The schemas of the next version; the files of the export name the columns by the IDs in it. */
  #mergeSchema(columns: readonly Column[]) {
    const { fields, lastId } = this.#schema;
    const given = columns.map(toIcebergField);
    const usedIds = given.flatMap(idsOf);
    if (this.#metadata === null || fields === null) {
      const current = { type: 'struct', 'schema-id': 0, fields: given };
      return { all: [toJsonValue(current)], current, lastId: Math.max(0, ...usedIds) };
    }
    const { known, whole } = this.#metadata;
    const { added, relaxed } = this.#compare(fields, columns);
    const numbers = this.#knownIds();
    for (const field of given) {
      const ids = numbers.get(field.name);
      const isRight =
        ids === undefined ? idsOf(field).every((id) => id > lastId) : String(ids) === String(idsOf(field));
      if (!isRight) {
        throw conflict(
          this.#files.name,
          `column "${field.name}" under a number that another export has taken meanwhile; --force exports again`,
        );
      }
    }
    const old = currentSchema(this.#files, known);
    const all = itemsOf(whole, 'schemas');
    if (added.size === 0 && relaxed.size === 0) return { all, current: old, lastId };
    const keys = old['identifier-field-ids'] ?? [];
    const key = fields.find((field) => relaxed.has(field.name) && keys.includes(field.id));
    if (key !== undefined) throw conflict(this.#files.name, `nulls in "${key.name}", a key of the table`);
    const current = {
      ...old,
      'schema-id': Math.max(...known.schemas.map((schema) => schema['schema-id'])) + 1,
      fields: [
        ...fields.map((field) => (relaxed.has(field.name) ? { ...field, required: false } : field)),
        ...given.filter((field) => added.has(field.name)),
      ],
    };
    return { all: [...all, toJsonValue(current)], current, lastId: Math.max(lastId, ...usedIds) };
  }

  /** The manifest of the files of the export, and a list of it and all manifests before. */
  async #writeManifests({ exportId, files }: TableChange, version: number, facts: ManifestFacts) {
    const manifests: AvroRecord[] = [];
    if (files.length > 0) {
      const path = `${METADATA_FOLDER}/${exportId}-v${version}-m0.avro`;
      const bytes = encodeManifest(files, this.#location, facts);
      await this.#files.saveText(path, bytes);
      manifests.push(manifestFile(`${this.#location}/${path}`, bytes.length, files, facts));
    }
    const parent = await this.#parent();
    const path = `${METADATA_FOLDER}/snap-${exportId}-v${version}.avro`;
    const all = [...manifests, ...(parent?.manifests ?? [])];
    await this.#files.saveText(path, encodeManifestList(all, parent?.id.text ?? null, facts));
    return { path: `${this.#location}/${path}`, parent };
  }

  /** The current snapshot, with its manifests; null where there is none. */
  async #parent() {
    if (this.#metadata === null) return null;
    const { known, whole } = this.#metadata;
    const current = whole.get('current-snapshot-id');
    const text = idText(current);
    if (text === null) return null;
    const index = itemsOf(whole, 'snapshots').findIndex(
      (one) => one instanceof JsonObject && idText(one.get('snapshot-id')) === text,
    );
    const snapshot = known.snapshots?.[index];
    if (snapshot === undefined) throw broken(this.#files, `the current snapshot ${text} is not in it`);
    const path = this.#inTable(snapshot['manifest-list']);
    const file = await this.#files.openFile(path);
    if (file === null) throw broken(this.#files, `the manifest list "${path}" is missing`);
    const pieces: Uint8Array[] = [];
    for await (const piece of file.read()) pieces.push(piece);
    try {
      const manifests = decodeManifestList(Buffer.concat(pieces));
      return { id: current as JsonNumber, manifests, summary: snapshot.summary ?? null };
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw broken(this.#files, `the manifest list "${path}" cannot be read: ${reason}`, cause);
    }
  }

  /** A file that the metadata names by its whole location, relative to the table. */
  #inTable(location: string | undefined): string {
    if (location === undefined) throw broken(this.#files, 'the current snapshot has no manifest list');
    const [base, path] = [bare(this.#location), bare(location)];
    const below = path.slice(base.length + 1);
    if (!path.startsWith(`${base}/`) || below.split('/').includes('..'))
      throw broken(this.#files, `"${location}" is not in the folder of the table`);
    return below;
  }

  #refs(snapshotId: bigint): JsonValue {
    const refs = this.#metadata?.whole.get('refs');
    const main = refs instanceof JsonObject ? refs.get('main') : undefined;
    const branch = main instanceof JsonObject ? main : new JsonObject(['type'], ['branch']);
    return withMembers(refs instanceof JsonObject ? refs : new JsonObject([], []), {
      main: withMembers(branch, { 'snapshot-id': toJsonValue(snapshotId) }),
    });
  }

  #appended(key: string, item: JsonValue): readonly JsonValue[] {
    return [...(this.#metadata === null ? [] : itemsOf(this.#metadata.whole, key)), item];
  }

  #metadataLog(): readonly JsonValue[] {
    if (this.#metadata === null) return [];
    const { known, whole, version } = this.#metadata;
    const entry = toJsonValue({
      'timestamp-ms': known['last-updated-ms'],
      'metadata-file': `${this.#location}/${metadataPath(version)}`,
    });
    return [...itemsOf(whole, 'metadata-log'), entry].slice(-MAX_PREVIOUS_VERSIONS);
  }
}

function newMetadata(location: string, spec: PartitionSpec): JsonObject {
  return toJsonValue({
    'format-version': 2,
    'table-uuid': randomUUID(),
    location,
    'default-spec-id': spec['spec-id'],
    'partition-specs': [spec],
    'last-partition-id': NO_PARTITION_ID + spec.fields.length,
    'default-sort-order-id': 0,
    'sort-orders': [{ 'order-id': 0, fields: [] }],
    properties: {},
  }) as JsonObject;
}

/** Any column as the table would have it, whatever its numbers. */
function columnOf(column: Column) {
  return toTableColumn(toIcebergField({ ...column, fieldIds: [0, 0] }));
}

function currentSchema(files: TableFiles, known: TableMetadata['known']) {
  const found = known.schemas.find((schema) => schema['schema-id'] === known['current-schema-id']);
  if (found === undefined) throw broken(files, 'the current schema is not in it');
  return found;
}

/** @throws TableError */
function checkContinues(files: TableFiles, { known }: TableMetadata, location: string): void {
  if (bare(known.location) !== bare(location)) {
    throw broken(
      files,
      `it was made at "${known.location}", and every file in it is named from there; moved tables cannot be continued`,
    );
  }
}

function defaultSpec(files: TableFiles, known: TableMetadata['known']): PartitionSpec {
  const spec = known['partition-specs'].find((one) => one['spec-id'] === known['default-spec-id']);
  if (spec === undefined) throw broken(files, 'the default partition spec is not in it');
  return spec;
}

/** A location without its scheme: `s3:`, `s3a:` and `obs:` name the same bucket. */
function bare(location: string): string {
  return location.replace(/^[a-z0-9]+:/i, '').replace(/^\/+|\/+$/g, '');
}

/** Positive, and within what doubles hold, so that readers in every language keep it. */
function snapshotIdOf(exportId: string, version: number): bigint {
  const hash = createHash('sha256').update(`${exportId}/${version}`).digest();
  return hash.readBigUInt64BE() >> 12n;
}

function summaryOf(
  { exportId, files }: TableChange,
  before: Readonly<Record<string, string>> | null,
): Readonly<Record<string, string>> {
  const sum = (of: (file: AddedFile) => number) => files.reduce((total, file) => total + of(file), 0);
  const added = {
    'data-files': files.length,
    records: sum(({ rows }) => rows),
    'files-size': sum(({ bytes }) => bytes),
  };
  const summary: Record<string, string> = { operation: 'append', [EXPORT_ID]: exportId };
  for (const [name, count] of Object.entries(added)) {
    summary[`added-${name}`] = String(count);
    // Writers may leave totals out; where they did, so does everything after them.
    const total = before === null ? '0' : before[`total-${name}`];
    if (total !== undefined) summary[`total-${name}`] = String(Number(total) + count);
  }
  for (const name of ['total-delete-files', 'total-position-deletes', 'total-equality-deletes']) {
    const total = before === null ? '0' : before[name];
    if (total !== undefined) summary[name] = total;
  }
  return summary;
}
