import type { GesClient } from './client/ges-client.js';
import { createRowReader } from './decode/reference/row-reader.js';
import { VerifyError } from './errors.js';
import { planJob, sampleJob } from './job-sample.js';
import { checkLists, type OpenJob, openJob, recordsFor } from './job-source.js';
import { stringifyJson } from './json-value.js';
import type { Manifest } from './manifest/manifest.js';
import type { Column, DecodedBody, PartFile, RecordShape, Row, TablePlan, Window } from './model.js';
import { fillWindow } from './pager/read-pages.js';
import { storedColumns } from './partition.js';
import { partitionKey, RowDealer } from './row-dealer.js';
import { MAYBE_NO_ROW_SHAPES } from './tables/detect-shape.js';
import { withOverflow, withoutOverflow } from './tables/plan-tables.js';
import { compareRuns, type ExpectedRun } from './verify/compare-rows.js';
import type { Disagreement } from './verify/disagreement.js';
import type { FileLayout } from './verify/file-layout.js';
import { type OpenFile, reopen } from './verify/open-file.js';
import { randomWindows } from './verify/random-windows.js';

export interface RemoteReport {
  /** What the windows were drawn with; the same seed draws them again. */
  readonly seed: number;
  readonly windows: readonly Window[];
  /** Records read from the server, and rows that they gave. */
  readonly records: number;
  readonly rows: number;
  /** Tables of which rows were compared. A table beside the paged list of a job has no place in its offsets. */
  readonly tables: readonly string[];
  readonly disagreements: readonly Disagreement[];
}

export interface RemoteOptions {
  readonly windows: number;
  readonly seed: number;
  /** Only these files are compared. */
  readonly paths: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/**
 * Reads random windows of the result from the server and compares the rows that they give with the rows in the
 * files. A result that is not paged is compared as a whole.
 *
 * @throws GesExportError as an export does, when the server does not answer or the job is gone
 */
export async function compareWithServer(
  client: GesClient,
  openFile: OpenFile,
  manifest: Manifest,
  layout: FileLayout,
  { windows: count, seed, paths, signal }: RemoteOptions,
): Promise<RemoteReport> {
  const job = await openJob(client, manifest.job.id, { waitMs: 0, signal });
  const none = { seed, windows: [], records: 0, rows: 0, tables: [] };
  const otherResult = await findOtherResult(job, manifest, signal);
  if (otherResult !== null) return { ...none, disagreements: [remote(null, otherResult)] };

  const plans = await planLikeExport(client, job, manifest, signal);
  const windows = job.isPaged
    ? randomWindows(count, manifest.total, pageSizeOf(manifest), seed)
    : [{ offset: 0, limit: manifest.total }].filter(({ limit }) => limit > 0);
  const disagreements: Disagreement[] = [...plans.disagreements];
  const runs = new Map<ComparedTable, Map<PartFile, ExpectedRun[]>>();
  let records = 0;
  let rows = 0;
  for (const window of windows) {
    const bodies = await readWindow(job, window, manifest.total, signal);
    records += window.limit;
    for (const table of plans.tables) {
      const perFile = runs.get(table) ?? new Map<PartFile, ExpectedRun[]>();
      runs.set(table, perFile);
      const collected = collectRuns(table, window, bodies, { ...plans, paths, clean: client.clean }, perFile);
      rows += collected.rows;
      if (collected.unplaced > 0) {
        const message = `The server gives ${collected.unplaced} rows of table "${table.plan.name}", of the records [${window.offset}, ${window.offset + window.limit}), for whose partition there is no file`;
        disagreements.push(remote(null, message));
      }
    }
    for (const body of bodies) body.release();
  }
  for (const [{ plan, columns: all }, perFile] of runs) {
    const columns = storedColumns(all, plan.partitionBy);
    for (const [{ path }, expected] of perFile) {
      for (const problem of await compareRuns(await reopen(openFile, path), columns, layout, expected))
        disagreements.push(remote(path, `"${path}" ${problem}`));
    }
  }
  return { seed, windows, records, rows, tables: plans.tables.map(({ plan }) => plan.name), disagreements };
}

function remote(path: string | null, message: string): Disagreement {
  return { kind: 'remote', path, message };
}

async function findOtherResult(
  job: OpenJob,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<string | null> {
  if (job.total !== null && job.total !== manifest.total)
    return `The server declares ${job.total} records, the manifest ${manifest.total}`;
  const { fingerprint } = await sampleJob(job, pageSizeOf(manifest), signal);
  return fingerprint === manifest.fingerprint
    ? null
    : `The first records of job "${job.id}" are not those that were exported`;
}

function inOrderOf(plan: TablePlan, columns: readonly Column[]): TablePlan {
  const place = (name: string) => columns.findIndex((column) => column.name === name);
  return { ...plan, columns: plan.columns.toSorted((one, other) => place(one.name) - place(other.name)) };
}

/** A table of the manifest with the plan that gives its rows. */
interface ComparedTable {
  readonly plan: TablePlan;
  readonly columns: readonly Column[];
  readonly files: readonly PartFile[];
}

/** Plans the tables as the export did; a table that met a misfit on the way has `_overflow` since. */
async function planLikeExport(client: GesClient, job: OpenJob, manifest: Manifest, signal: AbortSignal) {
  const { options } = manifest;
  const wanted = {
    paths: options['paths'] === 'long' ? 'long' : 'list',
    raw: options['raw'] === true,
    pageSize: pageSizeOf(manifest),
  } as const;
  const { plans } = await planJob(client, job, undefined, wanted, signal);
  const all = options['strict'] === true ? plans.map(withoutOverflow) : plans;
  const tables: ComparedTable[] = [];
  const disagreements: Disagreement[] = [];
  for (const { name, columns, partitionBy, files } of manifest.tables) {
    // Members of an object have no order, and so have the columns that they become.
    const candidates = all
      .filter((plan) => plan.name === name)
      .flatMap((plan) => [plan, withOverflow(plan)])
      .map((plan) => inOrderOf(plan, columns));
    const found = candidates.find((candidate) => hasColumns(candidate, columns));
    const plan = found === undefined ? undefined : { ...found, partitionBy };
    if (plan === undefined) {
      const message = `The server's answers do not give table "${name}" the columns of the manifest any more`;
      disagreements.push(remote(null, message));
    } else if (!job.isPaged || plan.list === job.primary) tables.push({ plan, columns, files });
  }
  return { all, tables, disagreements };
}

function hasColumns(plan: TablePlan, columns: readonly Column[]): boolean {
  const texts = (list: readonly Column[]) =>
    list.map(({ name, type, nullable }) => JSON.stringify([name, type, nullable])).join();
  return texts(plan.columns) === texts(columns);
}

function pageSizeOf(manifest: Manifest): number {
  const { pageSize } = manifest.options;
  if (typeof pageSize === 'number' && pageSize >= 1) return pageSize;
  throw new VerifyError('VERIFY_FAILED', 'The options in the manifest name no page size');
}

async function readWindow(
  job: OpenJob,
  window: Window,
  total: number,
  signal: AbortSignal,
): Promise<readonly DecodedBody[]> {
  const fetch = (asked: Window) => job.fetchPage(asked, signal);
  if (!job.isPaged) return [(await fetch(window)).body];
  // A server that states no total states none here either; how many records there are is known by now.
  const withTotal = async (asked: Window) => {
    const answer = await fetch(asked);
    return { ...answer, total: job.total === null ? total : answer.total };
  };
  const page = await fillWindow(window, total, withTotal);
  return page.answers.map((answer) => answer.body);
}

/** These shapes give one row a record, whatever the record is. */
const ONE_ROW_SHAPES: ReadonlySet<RecordShape> = new Set(['id', 'path', 'element', 'object', 'json']);
interface Comparison {
  /** The tables of all lists. */
  readonly all: readonly TablePlan[];
  /** The part files that are there. */
  readonly paths: ReadonlySet<string>;
  /** Blots secrets out of a text. */
  readonly clean: GesClient['clean'];
}

/**
 * The rows of one window, as runs of the files that hold its records.
 *
 * @returns how many rows, and how many of the server's rows no file of the manifest can hold
 */
function collectRuns(
  { plan, files }: ComparedTable,
  window: Window,
  bodies: readonly DecodedBody[],
  { all, paths, clean }: Comparison,
  perFile: Map<PartFile, ExpectedRun[]>,
): { readonly rows: number; readonly unplaced: number } {
  const rowsOf = rowsByRecord(plan, window, bodies, all, clean);
  const dealer = plan.partitionBy === undefined ? null : new RowDealer(plan.columns, plan.partitionBy);
  let count = 0;
  for (const file of files) {
    const from = Math.max(window.offset, file.firstOffset);
    const to = Math.min(window.offset + window.limit, file.endOffset);
    if (from >= to || !paths.has(file.path)) continue;
    const inRange = rowsOf.slice(from - window.offset, to - window.offset).flat();
    const rows = dealer === null ? inRange : dealer.rowsOf(inRange, file.partition ?? []);
    const isOneEach =
      dealer === null &&
      (ONE_ROW_SHAPES.has(plan.shape) ||
        (!MAYBE_NO_ROW_SHAPES.has(plan.shape) && file.rows === file.endOffset - file.firstOffset));
    const isWhole = from === file.firstOffset;
    const firstRow = isWhole ? 0 : isOneEach ? from - file.firstOffset : null;
    const runs = perFile.get(file) ?? [];
    runs.push({ name: `records [${from}, ${to})`, firstRow, rows });
    perFile.set(file, runs);
    count += rows.length;
  }
  return { rows: count, unplaced: dealer === null ? 0 : countUnplaced(dealer, files, window, rowsOf) };
}

function countUnplaced(
  dealer: RowDealer,
  files: readonly PartFile[],
  { offset }: Window,
  rowsOf: readonly (readonly Row[])[],
): number {
  const filesOf = new Map<string, PartFile[]>();
  for (const file of files) {
    const key = partitionKey(file.partition ?? []);
    filesOf.set(key, [...(filesOf.get(key) ?? []), file]);
  }
  let count = 0;
  for (const [index, all] of rowsOf.entries()) {
    const at = offset + index;
    for (const { partition, rows } of dealer.deal(all)) {
      const candidates = filesOf.get(partitionKey(partition)) ?? [];
      if (!candidates.some((file) => file.firstOffset <= at && at < file.endOffset)) count += rows.length;
    }
  }
  return count;
}

function rowsByRecord(
  plan: TablePlan,
  window: Window,
  bodies: readonly DecodedBody[],
  plans: readonly TablePlan[],
  clean: GesClient['clean'],
): Row[][] {
  const reader = createRowReader(plan, (drift) => {
    throw new VerifyError(
      'VERIFY_FAILED',
      `Record ${drift.offset} of table "${plan.name}" has what fits no column now: ${clean(stringifyJson(drift.misfits)).slice(0, 200)}`,
    );
  });
  const rowsOf: Row[][] = [];
  for (const body of bodies) {
    checkLists(plans, body, window.offset);
    for (const records of recordsFor(plan, body)) {
      for (const record of records) {
        const rows: Row[] = [];
        reader.read(record, window.offset + rowsOf.length, rows);
        rowsOf.push(rows);
      }
    }
  }
  return rowsOf;
}
