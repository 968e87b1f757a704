import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { JsonNumber, JsonObject, type JsonValue, stringifyJson } from '../../json-value.js';
import type { Column } from '../../model.js';
import type { BoundValue } from '../file-facts.js';
import { checkSamePartitions, tableColumns } from '../partition-columns.js';
import { checkNames, compareColumns } from '../table-columns.js';
import type { AddedFile, LakeTable, TableChange, TableFiles, TableShape } from '../table-model.js';
import {
  broken,
  commitPath,
  type DeltaMetaData,
  type DeltaState,
  LOG_FOLDER,
  type ReadParquet,
  readDeltaLog,
} from './delta-log.js';
import { checkDeltaNames, type DeltaField, toDeltaField, toTableColumn } from './delta-types.js';

const schemaSchema = z.looseObject({
  type: z.literal('struct'),
  fields: z.array(
    z.looseObject({
      name: z.string(),
      type: z.unknown(),
      nullable: z.boolean(),
      metadata: z.record(z.string(), z.unknown()),
    }),
  ),
});

/** Of writer version 7 these features ask nothing of a writer that only appends rows without invariants. */
const KNOWN_FEATURES: ReadonlySet<string> = new Set(['appendOnly', 'invariants']);

/**
 * Opens a table of Delta Lake (its PROTOCOL.md), made for readers of version 1 and writers of version 2.
 *
 * @param writer name and version of this program
 * @throws TableError `TABLE_FORMAT` when it cannot be continued
 */
export async function openDeltaTable(
  files: TableFiles,
  readParquet: ReadParquet,
  writer: string,
): Promise<LakeTable> {
  const state = await readDeltaLog(files, readParquet);
  if (state === null) return new DeltaTable(files, writer, null, []);
  checkProtocol(files, state);
  return new DeltaTable(files, writer, state, fieldsOf(files, state));
}

class DeltaTable implements LakeTable {
  readonly version: number | null;
  readonly #files: TableFiles;
  readonly #writer: string;
  readonly #state: DeltaState | null;
  readonly #fields: readonly DeltaField[];

  constructor(files: TableFiles, writer: string, state: DeltaState | null, fields: readonly DeltaField[]) {
    this.version = state?.version ?? null;
    this.#files = files;
    this.#writer = writer;
    this.#state = state;
    this.#fields = fields;
  }

  holds(exportId: string): boolean {
    return this.#state?.transactions.has(exportId) === true;
  }

  checkPartitions(partitionBy: readonly string[]): void {
    if (this.#state === null) return;
    checkSamePartitions(this.#files.name, this.#state.metaData.partitionColumns, partitionBy);
  }

  plan(shape: TableShape): readonly Column[] {
    this.#merge(shape);
    return shape.columns;
  }

  async append(change: TableChange): Promise<number | null> {
    const { exportId, partitionBy, files, time } = change;
    const metaData = this.#merge(change);
    const version = (this.version ?? -1) + 1;
    const actions = [
      toJson({ commitInfo: this.#commitInfo(version, change) }),
      ...(this.#state === null ? [toJson({ protocol: { minReaderVersion: 1, minWriterVersion: 2 } })] : []),
      ...(metaData === null ? [] : [toJson({ metaData })]),
      toJson({ txn: { appId: exportId, version: 0, lastUpdated: Date.now() } }),
      ...files.map((file) => addAction(file, partitionBy, time)),
    ];
    const text = actions.map((action) => `${action}\n`).join('');
    return (await this.#files.createText(commitPath(version), text)) ? version : null;
  }

  /** Readers list the log; a run that was killed may have made the commit a moment before. */
  announce(): Promise<void> {
    return this.#files.settle(LOG_FOLDER);
  }

  /** The metaData that the next commit must hold to take these columns; null for that of the table. */
  #merge(shape: TableShape): object | null {
    const { name } = this.#files;
    this.checkPartitions(shape.partitionBy);
    checkDeltaNames(shape.columns, name);
    const given = tableColumns(shape).map(toDeltaField);
    checkNames(given.map(toTableColumn), name);
    if (this.#state === null) return newMetaData(given, shape.partitionBy);
    const { added, relaxed } = compareColumns(
      this.#fields.map(toTableColumn),
      given.map(toTableColumn),
      name,
    );
    if (added.size === 0 && relaxed.size === 0) return null;
    const fields = [
      ...this.#fields.map((field) => (relaxed.has(field.name) ? { ...field, nullable: true } : field)),
      ...given.filter((field) => added.has(field.name)),
    ];
    return { ...this.#state.metaData, schemaString: schemaString(fields) };
  }

  #commitInfo(version: number, { files, partitionBy }: TableChange): object {
    return {
      timestamp: Date.now(),
      operation: version === 0 ? 'CREATE TABLE AS SELECT' : 'WRITE',
      operationParameters: { mode: 'Append', partitionBy: JSON.stringify(partitionBy) },
      isBlindAppend: true,
      operationMetrics: {
        numFiles: String(files.length),
        numOutputRows: String(files.reduce((sum, { rows }) => sum + rows, 0)),
        numOutputBytes: String(files.reduce((sum, { bytes }) => sum + bytes, 0)),
      },
      engineInfo: this.#writer,
    };
  }
}

function newMetaData(fields: readonly DeltaField[], partitionColumns: readonly string[]): object {
  return {
    id: randomUUID(),
    format: { provider: 'parquet', options: {} },
    schemaString: schemaString(fields),
    partitionColumns,
    configuration: {},
    createdTime: Date.now(),
  };
}

function schemaString(fields: readonly DeltaField[]): string {
  return JSON.stringify({ type: 'struct', fields });
}

/** @throws TableError `TABLE_FORMAT` */
function checkProtocol(files: TableFiles, { protocol, metaData }: DeltaState): void {
  const { minReaderVersion, minWriterVersion, readerFeatures, writerFeatures } = protocol;
  const unknown = [...(readerFeatures ?? []), ...(writerFeatures ?? [])].find(
    (feature) => !KNOWN_FEATURES.has(feature),
  );
  if (unknown !== undefined) throw broken(files, `the table uses the feature "${unknown}"`);
  // From version 3 for readers and 7 for writers on, features say what is needed.
  if (minReaderVersion !== 1 && minReaderVersion !== 3)
    throw broken(files, `the table needs readers of version ${minReaderVersion}`);
  if (minWriterVersion > 2 && minWriterVersion !== 7)
    throw broken(files, `the table needs writers of version ${minWriterVersion}`);
  if (metaData.format.provider !== 'parquet')
    throw broken(files, `the table holds ${metaData.format.provider} files`);
}

function fieldsOf(files: TableFiles, { metaData }: DeltaState): readonly DeltaField[] {
  const parsed = schemaSchema.safeParse(parseSchema(files, metaData));
  if (!parsed.success) throw broken(files, 'its schema is none of the format');
  const { fields } = parsed.data;
  const checked = fields.find(({ metadata }) => metadata['delta.invariants'] !== undefined);
  if (checked !== undefined) throw broken(files, `column "${checked.name}" has an invariant`);
  return fields;
}

function parseSchema(files: TableFiles, { schemaString: text }: DeltaMetaData): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw broken(files, 'its schema is not JSON', cause);
  }
}

function addAction(
  { path, bytes, rows, facts, partition }: AddedFile,
  partitionBy: readonly string[],
  modificationTime: number,
): string {
  const bounded = [...facts.columns].flatMap(([name, { bounds }]) =>
    // Delta keeps no bounds of booleans (PROTOCOL.md, "Per-file Statistics", and what its writers do).
    bounds === null || typeof bounds.min === 'boolean' ? [] : [{ name, ...bounds }],
  );
  const names = bounded.map(({ name }) => name);
  const stats = new JsonObject(
    ['numRecords', 'minValues', 'maxValues', 'nullCount'],
    [
      new JsonNumber(String(rows)),
      new JsonObject(
        names,
        bounded.map(({ min }) => boundJson(min)),
      ),
      new JsonObject(
        names,
        bounded.map(({ max }) => boundJson(max)),
      ),
      new JsonObject(
        [...facts.columns.keys()],
        [...facts.columns.values()].map(({ nulls }) => new JsonNumber(String(nulls))),
      ),
    ],
  );
  return toJson({
    add: {
      path: encodePath(path),
      // The protocol has empty text for null too ("Partition Value Serialization"), so it means null either way.
      partitionValues: Object.fromEntries(partitionBy.map((name, index) => [name, partition[index] || null])),
      size: bytes,
      modificationTime,
      dataChange: true,
      stats: stringifyJson(stats),
    },
  });
}

/** A path in the log is a relative URI (Delta protocol, "Add File"): a `%` in the name of a folder is written `%25`. */
function encodePath(path: string): string {
  return encodeURIComponent(path).replaceAll('%2F', '/').replaceAll('%3D', '=');
}

function boundJson(value: BoundValue): JsonValue {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return new JsonNumber(Object.is(value, -0) ? '-0.0' : String(value));
}

/** What a checkpoint holds as 64-bit integers (times, in milliseconds) is within what doubles hold. */
function toJson(action: object): string {
  return JSON.stringify(action, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value));
}
