import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ResolvedExport } from './config/options.js';
import { parseText } from './decode/reference/parse-text.js';
import { below, usePlace } from './destination/open-place.js';
import { absolutePath } from './destination/output-folder.js';
import type { OutputPlace } from './destination/output-place.js';
import { isStoreAddress } from './destination/s3/s3-address.js';
import { documentsFolder, gatheredExport } from './destination/table-place.js';
import { ConfigError, GesExportError, TableError, VerifyError } from './errors.js';
import type { OnEvent } from './events.js';
import { checkNothingThere } from './export-start.js';
import { factsOf } from './lake/file-facts.js';
import type { AddedFile, LakeTable, TableShape } from './lake/table-model.js';
import type { Manifest } from './manifest/manifest.js';
import type { Column, ExportedTable, TableFormatName, TablePlan, Warning } from './model.js';
import { storedColumns, tableFolderOf } from './partition.js';
import { readForeignParquet } from './verify/foreign-parquet.js';
import { openParquet } from './verify/parquet-file.js';
import { FileProblem } from './verify/row-batch.js';
import { VERSION } from './version.js';

/** An export into tables, and what it runs with. */
export interface TableRun {
  readonly options: ResolvedExport;
  readonly signal: AbortSignal;
  readonly onEvent: OnEvent;
}

/**
 * Where the documents of an export lie: its own folder, or, for an export into tables, one below `--out` that the same
 * command finds again.
 *
 * @throws ConfigError `CONFIG_CONFLICT` where `--out` itself is such a folder
 */
export function exportFolder(options: ResolvedExport): string {
  const { out, tableFormat } = options;
  const whole = isStoreAddress(out) ? out : absolutePath(out).replaceAll('\\', '/');
  if (gatheredExport(whole.replace(/\/+$/, '')) !== null) {
    throw new ConfigError(
      'CONFIG_CONFLICT',
      `"${out}" belongs to an export that --table-format gathers with others: --out takes the folder above "_exports"`,
    );
  }
  return tableFormat === undefined ? out : below(out, documentsFolder(exportIdOf(options)));
}

/** The same for the same job of the same graph at the same address, with the same `key=value`. */
function exportIdOf({ endpoint, projectId, graph, jobId, fixedPartitions }: ResolvedExport): string {
  const fixed = fixedPartitions.map(({ key, value }) => [key, value]);
  const text = JSON.stringify([endpoint, projectId, graph, jobId, ...fixed]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/**
 * Plans the parts of an export into the folders of its tables, with the columns as the tables take them. Plans of exports
 * that stand alone stay as they are.
 *
 * @throws TableError `TABLE_CONFLICT`, `TABLE_FORMAT`; CheckpointError `OUTPUT_OCCUPIED`; SinkError; StoreError
 */
export async function planLakeTables(
  plans: readonly TablePlan[],
  run: TableRun,
): Promise<readonly TablePlan[]> {
  const format = run.options.tableFormat;
  if (format === undefined) return plans;
  const id = exportIdOf(run.options);
  await usePlace(run.options.out, run.options, checkNothingThere, run.signal);
  const planned: TablePlan[] = [];
  for (const plan of plans) {
    const folder = tableOf(plan.folder);
    const columns = await onTable(folder, run, async (place) => {
      await checkOtherFormats(place, format);
      return (await openTable(place, format)).plan(shapeOf(plan.columns, plan.partitionBy, run.options));
    });
    const numbered = plan.columns.map((column, index) => ({ ...column, ...columns[index] }));
    planned.push({ ...plan, folder: `${folder}/${id}`, columns: numbered });
  }
  return planned;
}

/**
 * The columns of an export as a table has them. What is one value throughout the export, `key=value`, is a column of
 * the table that no file holds.
 */
function shapeOf(
  columns: readonly Column[],
  partitionBy: readonly string[] | undefined,
  { fixedPartitions }: ResolvedExport,
): TableShape {
  const fixed = fixedPartitions.map(({ key }) => ({ name: key, type: 'string', nullable: true }) as const);
  return {
    columns: [...columns, ...fixed],
    partitionBy: [...fixed.map(({ name }) => name), ...(partitionBy ?? [])],
  };
}

/**
 * Says before a job is submitted what would stop its export into tables.
 *
 * @param options whose `jobId` does not count
 * @param table that the result is known to go to; what other tables there are, only the result tells
 * @throws as `planLakeTables`; ConfigError as `exportFolder`
 */
export async function checkLakeOutput(
  options: ResolvedExport,
  table: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const format = options.tableFormat;
  if (format === undefined) return;
  exportFolder(options);
  await usePlace(options.out, options, checkNothingThere, signal);
  await onTable(table, { options, signal }, async (place) => {
    await checkOtherFormats(place, format);
    const { partitionBy } = shapeOf([], options.partitionBy, options);
    const opened = await openTable(place, format);
    // Of the columns only the result tells which of them the table has.
    if (options.partitionBy.length === 0) opened.checkPartitions(partitionBy);
  });
}

/**
 * Makes sure that the parts of an export that goes on are still what the tables would take.
 *
 * @throws as `planLakeTables`
 */
export async function checkLakePlans(plans: readonly TablePlan[], run: TableRun): Promise<void> {
  const now = await planLakeTables(plans, run);
  for (const [index, { folder, columns }] of now.entries()) {
    const ids = (list: TablePlan['columns']) => JSON.stringify(list.map(({ fieldIds }) => fieldIds));
    if (ids(columns) === ids(plans[index]?.columns ?? [])) continue;
    throw new TableError(
      'TABLE_CONFLICT',
      `Table "${tableOf(folder)}" has got columns of another export since this one began`,
      { action: 'Give --force to begin again' },
    );
  }
}

/**
 * Commits a finished export to each of its tables that does not hold it yet.
 *
 * @param place of the export
 * @param isSealed whether its commits were made before: a log forgets old ones in time, so only a table that is not
 *   there at all is made anew
 * @throws TableError `TABLE_CONFLICT`, `TABLE_FORMAT`; CheckpointError `OUTPUT_LOCKED`; SinkError; StoreError
 */
export async function commitTables(
  place: OutputPlace,
  manifest: Manifest,
  run: TableRun,
  isSealed = false,
): Promise<void> {
  const format = run.options.tableFormat;
  if (format === undefined) return;
  const exportId = exportIdOf(run.options);
  for (const table of manifest.tables) {
    const folder = tableFolder(place, table);
    if (isSealed && (await onTable(folder, run, (found) => openTable(found, format))).version !== null)
      continue;
    const values = run.options.fixedPartitions.map(({ value }) => value);
    const files = await addedFiles(place, folder, table, values);
    const ids = files[0]?.facts.fieldIds;
    const numbered = table.columns.map((column) => ({ ...column, fieldIds: ids?.get(column.name) }));
    const shape = shapeOf(numbered, table.partitionBy, run.options);
    const time = Date.parse(manifest.finishedAt);
    await onTable(folder, run, async (tablePlace) => {
      const unlock = await lockTable(tablePlace, run.signal);
      try {
        const change = { exportId, ...shape, files: files.filter(({ rows }) => rows > 0), time };
        const version = await commit(() => openTable(tablePlace, format), change);
        if (version !== null) run.onEvent({ type: 'committed', table: table.name, format, version });
      } finally {
        await unlock();
      }
    });
  }
}

/** What a table format does not keep of an export. */
export function lakeWarnings(
  { tableFormat, fixedPartitions }: ResolvedExport,
  tables: readonly ExportedTable[],
): readonly Warning[] {
  if (tableFormat !== 'delta') return [];
  const isEverywhere = fixedPartitions.some(({ value }) => value === '');
  return tables
    .filter(({ files }) => isEverywhere || files.some(({ partition }) => partition?.includes('')))
    .map(({ name }) => ({
      code: 'EMPTY_PARTITION_IS_NULL',
      message: `Table "${name}" has a partition of empty text, and Delta Lake knows only that of null: readers find null there`,
    }));
}

/**
 * For `--force`: what a table holds cannot be made anew under its hands.
 *
 * @param place of the export
 * @throws TableError `TABLE_CONFLICT` where a table holds the export
 */
export async function checkNotCommitted(place: OutputPlace, run: TableRun): Promise<void> {
  const format = run.options.tableFormat;
  if (format === undefined) return;
  const exportId = exportIdOf(run.options);
  for (const folder of await place.listFolders()) {
    await onTable(tableOf(folder), run, async (table) => {
      if (!(await openTable(table, format)).holds(exportId)) return;
      throw new TableError(
        'TABLE_CONFLICT',
        `Table "${table.name}" holds the rows of job "${run.options.jobId}" already: --force cannot take them out`,
        { action: 'Delete them with an engine that writes the table, or choose another --out' },
      );
    });
  }
}

async function commit(
  open: () => Promise<LakeTable>,
  change: Parameters<LakeTable['append']>[0],
): Promise<number | null> {
  // Each round finds the export there, commits it, or has met another writer who was faster.
  for (let before: number | null | undefined; ; ) {
    const table = await open();
    if (table.version === before)
      throw new TableError(
        'TABLE_FORMAT',
        `Version ${before} is the last one, and the one after it is there`,
      );
    before = table.version;
    const version = table.holds(change.exportId) ? null : await table.append(change);
    if (version === null && !table.holds(change.exportId)) continue;
    await table.announce();
    return version;
  }
}

/** Most exports stand alone: what knows the formats is loaded for a table only. */
async function openTable(place: OutputPlace, format: TableFormatName): Promise<LakeTable> {
  if (format === 'delta') {
    const { openDeltaTable } = await import('./lake/delta/delta-table.js');
    return openDeltaTable(place, readForeignParquet, `ges-export/${VERSION}`);
  }
  const { openIcebergTable } = await import('./lake/iceberg/iceberg-table.js');
  const location = isStoreAddress(place.name)
    ? place.name
    : `file://${resolve(place.name)
        .replaceAll('\\', '/')
        .replace(/^(?!\/)/, '/')}`;
  return openIcebergTable(place, location, parseText);
}

/** One table is of one format. */
async function checkOtherFormats(place: OutputPlace, format: TableFormatName): Promise<void> {
  const [folder, other] = format === 'delta' ? ['metadata', 'Iceberg'] : ['_delta_log', 'Delta Lake'];
  const names = await place.listNames(folder as string);
  if (!names.some((name) => name.endsWith('.json'))) return;
  throw new TableError('TABLE_CONFLICT', `"${place.name}" is a table of ${other} already`);
}

/** @param fixed values that are the same throughout the export */
async function addedFiles(
  place: OutputPlace,
  folder: string,
  { columns, partitionBy, files }: Manifest['tables'][number],
  fixed: readonly string[],
): Promise<readonly AddedFile[]> {
  const stored = storedColumns(columns, partitionBy);
  const added: AddedFile[] = [];
  for (const { path, rows, bytes, partition: own } of files) {
    const name = place.describePart(path);
    const file = await place.openFile(path);
    if (file === null) throw new VerifyError('VERIFY_FAILED', `"${name}" is missing`);
    const { metadata } = await openParquet(file).catch((cause: unknown) => {
      if (!(cause instanceof FileProblem)) throw cause;
      throw new VerifyError('VERIFY_FAILED', `"${name}" ${cause.message}`, { cause });
    });
    const facts = factsOf(metadata, stored, name);
    const partition = own === undefined ? fixed : [...fixed, ...own];
    added.push({ path: path.slice(folder.length + 1), rows, bytes, facts, partition });
  }
  return added;
}

/** @throws VerifyError `VERIFY_FAILED` where the manifest names files that are not the export's own */
function tableFolder(place: OutputPlace, { name, files }: Manifest['tables'][number]): string {
  const folders = new Set(files.map(tableFolderOf));
  const [folder] = folders;
  if (folder !== undefined && folders.size === 1 && place.ownsFolder(folder)) return tableOf(folder);
  throw new VerifyError('VERIFY_FAILED', `The manifest of "${place.name}" names no files of table "${name}"`);
}

/** The folder of a table, in the folder of an export's parts, or in the path of one of them. */
function tableOf(path: string): string {
  return path.split('/')[0] ?? '';
}

function onTable<T>(
  folder: string,
  { options, signal }: Pick<TableRun, 'options' | 'signal'>,
  work: (place: OutputPlace) => Promise<T>,
): Promise<T> {
  return usePlace(below(options.out, folder), options, work, signal);
}

/** A commit takes moments: who finds the lock taken waits, longer than the lock of a dead process lives at a store. */
const LOCK_WAIT_MS = 120_000;
const LOCK_RETRY_MS = 250;

async function lockTable(place: OutputPlace, signal: AbortSignal): Promise<() => Promise<void>> {
  const deadline = Date.now() + LOCK_WAIT_MS;
  for (;;) {
    try {
      return await place.lock();
    } catch (error) {
      const isTaken = error instanceof GesExportError && error.code === 'OUTPUT_LOCKED';
      if (!isTaken || Date.now() >= deadline) throw error;
      await sleep(LOCK_RETRY_MS, undefined, { signal });
    }
  }
}
