import { buildManifest } from './build-manifest.js';
import { type Checkpoint, checkSample, formatCheckpoint } from './checkpoint/checkpoint-file.js';
import type { GesClient } from './client/ges-client.js';
import {
  checkLakePlans,
  checkNotCommitted,
  commitTables,
  exportFolder,
  lakeWarnings,
  planLakeTables,
} from './commit-table.js';
import { type ExportOptions, type ResolvedExport, resolveExport, WORKER_BYTES } from './config/options.js';
import { connect, MAX_ANSWER_BYTES } from './connect.js';
import { openPlace, usePlace } from './destination/open-place.js';
import type { OutputPlace } from './destination/output-place.js';
import { createStreamPart } from './destination/stdout-part.js';
import { type Engine, engineFor, openEngine } from './engines.js';
import { ConfigError } from './errors.js';
import type { OnEvent } from './events.js';
import { identityOf, newCheckpoint } from './export-identity.js';
import { checkFoldersFree, checkNothingThere, findStart, restartAt } from './export-start.js';
import { FileThread } from './file-thread.js';
import { type FileWork, workHere } from './file-work.js';
import {
  bothSamples,
  digestOf,
  type FirstSample,
  type JobSample,
  planJob,
  SampleGuard,
  sampleEverywhere,
  sampleJob,
} from './job-sample.js';
import { type OpenJob, openJob, type WaitOptions } from './job-source.js';
import { formatManifest, MANIFEST_NAME, type Manifest, SUCCESS_NAME } from './manifest/manifest.js';
import type { TablePlan, Window } from './model.js';
import { readPages } from './pager/read-pages.js';
import { withPartitions } from './partition-plans.js';
import { finishRemoval, tidyBeside } from './sibling-exports.js';
import { sinkFormats } from './sinks/sink-formats.js';
import { DriftFound, type TableOutput, TableWriter } from './table-writer.js';
import { withGraphHeaders } from './tables/graph-headers.js';
import { withOverflow, withoutOverflow } from './tables/plan-tables.js';
import { limitTime } from './time-limit.js';
import { markUnfinished } from './unfinished.js';
import { verifyFiles } from './verify/verify-files.js';
import { exportWarnings, ScalarWatch } from './warnings.js';

export interface ExportHooks {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: OnEvent | undefined;
}

/**
 * Exports the result of one job: `options → client → pager → decode → sink → part file → checkpoint → manifest`.
 *
 * The same call goes on where an interrupted one stopped, and gives the same bytes. A finished export of the same
 * result with the same options is left as it is.
 *
 * @returns the manifest; for `out: '-'` the same account, saved nowhere
 * @throws GesExportError with a code of `ERROR_CODES`; the signal's reason on abort
 *
 * @example
 * const manifest = await exportJob({ endpoint, projectId, graph, token, jobId, out: 'ranks', format: 'parquet' });
 */
export async function exportJob(options: ExportOptions, hooks: ExportHooks = {}): Promise<Manifest> {
  const resolved = resolveExport(options);
  return await exportSource(resolved, hooks, (client, waiting) => openJob(client, resolved.jobId, waiting));
}

type OpenSource = (client: GesClient, waiting: WaitOptions) => Promise<OpenJob>;

/** Exports whatever `open` opens, with everything that an export promises. @throws as `exportJob` */
export async function exportSource(
  resolved: ResolvedExport,
  hooks: ExportHooks,
  open: OpenSource,
): Promise<Manifest> {
  const limit = limitTime(hooks.signal, resolved.maxDuration ?? null);
  const run: Start = { options: resolved, onEvent: hooks.onEvent ?? (() => {}), signal: limit.signal };
  try {
    await checkFormat(resolved);
    return resolved.out === '-' ? await exportOnce(run, open, null) : await exportMarked(run, open);
  } finally {
    limit.dispose();
  }
}

/** Opens the place, and marks there what is left of an export whose result is lost. */
async function exportMarked(run: Start, open: OpenSource): Promise<Manifest> {
  const { options, signal, onEvent } = run;
  const place = await openPlace(exportFolder(options), options, signal);
  try {
    return await exportOnce(run, open, place);
  } catch (error) {
    const note = await markUnfinished(place, options.jobId, error);
    if (note !== null) onEvent({ type: 'warning', code: 'UNFINISHED', message: note });
    throw error;
  } finally {
    await place.close();
  }
}

/** @param place null: to standard output */
async function exportOnce(run: Start, open: OpenSource, place: OutputPlace | null): Promise<Manifest> {
  const { options: resolved } = run;
  const client = connect(resolved, resolved.concurrency, ({ error, attempt, delayMs }) =>
    run.onEvent({ type: 'retry', code: error.code, message: error.message, attempt, delayMs }),
  );
  try {
    const job = await open(client, {
      waitMs: resolved.wait,
      signal: run.signal,
      onStatus: (status) => run.onEvent({ type: 'waiting', jobId: resolved.jobId, status }),
    });
    const known = { ...run, clean: client.clean };
    return place === null
      ? await exportToStream(client, job, known)
      : await exportToPlace(client, job, known, place);
  } finally {
    await client.close();
  }
}

/**
 * Says before a job is submitted what would stop its export.
 *
 * @throws ConfigError `CONFIG_INVALID`, `CONFIG_CONFLICT`, `PACKAGE_MISSING`
 * @throws CheckpointError `OUTPUT_OCCUPIED`; SinkError; StoreError
 */
export async function checkOutput(options: ResolvedExport): Promise<void> {
  await checkFormat(options);
  // Tables take the export of a new job beside those that they hold.
  if (options.force || options.out === '-' || options.tableFormat !== undefined) return;
  await usePlace(options.out, options, checkNothingThere);
}

/**
 * Opens a sink that nobody writes to: what the format cannot write must not leave a checkpoint behind, which
 * would then stand in the way of the corrected command.
 *
 * @throws ConfigError `CONFIG_INVALID`, `CONFIG_CONFLICT`
 */
async function checkFormat(options: ResolvedExport): Promise<void> {
  const { format, compression, csv } = sinkSettings(options);
  const columns = [{ name: 'any', type: 'string', nullable: true }] as const;
  await format.open({ columns, compression, csv, write: async () => {} });
}

interface Start {
  readonly options: ResolvedExport;
  readonly onEvent: OnEvent;
  readonly signal: AbortSignal;
}

interface Run extends Start {
  /** Blots secrets out of a text. */
  readonly clean: (text: string) => string;
}

async function exportToPlace(
  client: GesClient,
  job: OpenJob,
  run: Run,
  place: OutputPlace,
): Promise<Manifest> {
  const unlock = await place.lock();
  try {
    await finishRemoval(place);
    const manifest = await completePlace(client, job, run, place);
    await tidyBeside(run.options, manifest, run.onEvent);
    return manifest;
  } finally {
    await unlock();
  }
}

/** Brings the place, which is locked, to the end of an export, from wherever it is. */
async function completePlace(
  client: GesClient,
  job: OpenJob,
  run: Run,
  place: OutputPlace,
): Promise<Manifest> {
  const { options, signal } = run;
  const first = await sampleJob(job, options.pageSize, signal);
  const identity = identityOf(job, first, options);
  if (options.force) await checkNotCommitted(place, run);
  const start = await findStart(place, identity, options.force, (manifest, isSealed) =>
    commitTables(place, manifest, run, isSealed),
  );
  if (start.kind === 'complete') {
    const rows = start.manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    run.onEvent({ type: 'already-complete', out: place.name, rows, finishedAt: start.manifest.finishedAt });
    return start.manifest;
  }
  if (start.kind === 'resume') {
    const { checkpoint } = start;
    await checkLakePlans(
      checkpoint.tables.map(({ plan }) => plan),
      run,
    );
    return await fillPlace(job, await sampleAgain(job, first, run, checkpoint), run, place, checkpoint);
  }
  const { plans: wanted, sample } = await planExport(client, job, run, first);
  const plans = await planLakeTables(wanted, run);
  await checkFoldersFree(place, plans, options.force);
  const windowSize = windowSizeOf(sample, options);
  const plannedFrom = job.plans === undefined ? digestOf(sample) : undefined;
  return await fillPlace(job, sample, run, place, newCheckpoint(identity, plans, windowSize, plannedFrom));
}

/** The sample that the tables of an unfinished export were planned from, read again to be compared with its pages. */
async function sampleAgain(
  job: OpenJob,
  first: FirstSample,
  { options, signal }: Run,
  checkpoint: Checkpoint,
): Promise<JobSample> {
  if (job.plans !== undefined) return first;
  const planned = await sampleEverywhere(job, first, options.pageSize, signal);
  checkSample(checkpoint, digestOf(planned));
  return bothSamples(first, planned);
}

/** Brings the place from a checkpoint to the end; begins again once for each table that turns out too narrow. */
async function fillPlace(
  job: OpenJob,
  sample: JobSample,
  run: Run,
  place: OutputPlace,
  checkpoint: Checkpoint,
): Promise<Manifest> {
  for (let begin = checkpoint; ; ) {
    const work = fileWork(job, sample, place, begin);
    try {
      const end = await writeWindows(job, sample, run, place, begin, work);
      return await sealPlace(job, run, place, end, work);
    } catch (error) {
      if (!(error instanceof DriftFound)) throw error;
      const plans = begin.tables.map(({ plan }) =>
        plan.name === error.drift.table ? withOverflow(plan) : plan,
      );
      run.onEvent({ type: 'restarted', reason: error.message });
      begin = newCheckpoint(begin.identity, await planLakeTables(plans, run), begin.windowSize, begin.sample);
      await restartAt(place, begin);
    } finally {
      await work.close();
    }
  }
}

/** Below this, a thread takes longer to begin than it saves. */
const MIN_THREAD_BYTES = 64 * 1024 * 1024;

/** With another thread for the part files of a long export to a folder; a store hashes in its own way. */
function fileWork(job: OpenJob, sample: JobSample, place: OutputPlace, begin: Checkpoint): FileWork {
  const left = ((job.total ?? 0) - begin.committedOffset) * sample.recordBytes;
  return place.partsFolder === null || left < MIN_THREAD_BYTES ? workHere : new FileThread(place.partsFolder);
}

/** Reads every window after the committed offset and commits them one by one; finishes the part files. */
async function writeWindows(
  job: OpenJob,
  sample: JobSample,
  run: Run,
  place: OutputPlace,
  begin: Checkpoint,
  work: FileWork,
): Promise<Checkpoint> {
  const output = tableOutput(run, {
    createPart: (path) => place.createPart(path, work.newHash()),
    resumePart: (part) => place.resumePart(part, work.newHash()),
    onFinished: (file) => work.finished(file),
  });
  const tables: TableWriter[] = [];
  const watch = new ScalarWatch(job.scalars, begin.warnings);
  const save = (checkpoint: Checkpoint) => place.saveCheckpoint(formatCheckpoint(checkpoint));
  let checkpoint = begin;
  try {
    for (const table of begin.tables)
      tables.push(await TableWriter.resume(table, output, begin.committedOffset));
    await save(checkpoint);
    await writePages({
      job,
      sample,
      run,
      output,
      tables,
      watch,
      startOffset: begin.committedOffset,
      windowSize: begin.windowSize,
      commit: async (window) => {
        const committed = [];
        for (const table of tables) committed.push(await table.commitWindow(window));
        checkpoint = {
          ...checkpoint,
          committedOffset: window.offset + window.limit,
          windows: checkpoint.windows + 1,
          tables: committed,
          warnings: [...watch.warnings],
        };
        await save(checkpoint);
      },
    });
    const finished = [];
    for (const table of tables) finished.push(await table.finish());
    checkpoint = { ...checkpoint, tables: finished };
    await save(checkpoint);
    return checkpoint;
  } finally {
    for (const table of tables) await table.close();
  }
}

interface PageWriting {
  readonly job: OpenJob;
  readonly sample: JobSample;
  readonly run: Run;
  readonly output: TableOutput;
  readonly tables: readonly TableWriter[];
  readonly watch: ScalarWatch;
  readonly startOffset: number;
  readonly windowSize: number;
  /** Called when all rows of a window are with their tables. */
  readonly commit: (window: Window) => Promise<void>;
}

/** Reads window after window and hands its rows to the tables. */
async function writePages(work: PageWriting): Promise<void> {
  const { job, run, output, tables, startOffset } = work;
  const { options, onEvent } = run;
  const plans = tables.map((table) => table.plan);
  const name = engineFor(options.engine, job, plans);
  onEvent({
    type: 'started',
    jobId: job.id,
    total: job.total,
    tables: plans.map((plan) => plan.name),
    engine: name,
    resumedAt: startOffset,
  });
  const guard = new SampleGuard(work.sample);
  const engine = openEngine(name, plans, output, MAX_ANSWER_BYTES, guard.watched, options.workers);
  try {
    await readAndWrite(work, engine, guard);
  } finally {
    await engine.close();
  }
}

async function readAndWrite(work: PageWriting, engine: Engine, guard: SampleGuard): Promise<void> {
  const { job, sample, run, tables, watch, startOffset } = work;
  const { options, signal, onEvent } = run;
  const unlimited = Number.MAX_SAFE_INTEGER;
  let bytesRead = 0;
  let end = startOffset;
  for await (const page of readPages({
    fetchPage: (asked, abort, planned) => job.fetchPage(asked, abort, engine.decoderFor(planned, asked)),
    probePage: job.probePage,
    total: job.total,
    startOffset,
    pageSize: job.isPaged ? work.windowSize : unlimited,
    boundary: job.isPaged ? options.rowsPerFile : unlimited,
    concurrency: options.concurrency,
    maxHeldBytes: heldBytes(options, HELD_SHARE),
    maxHeldBytesFar: heldBytes(options, HELD_SHARE_FAR),
    recordBytes: sample.recordBytes,
    signal,
  })) {
    let offset = page.window.offset;
    for (const { body, count } of page.answers) {
      watch.compare(body, offset, tables);
      offset += count;
      bytesRead += body.bytes;
    }
    if (job.isPaged) guard.check(page);
    await engine.writeWindow(page, tables);
    await work.commit(page.window);
    onEvent({ type: 'progress', records: offset, total: job.total, rows: rowsOf(tables), bytesRead });
    end = page.window.offset + page.window.limit;
  }
  if (job.isPaged) guard.checkEnd(end, tables);
}

/** Counts everything again from the finished files; only then writes the manifest, and `_SUCCESS` last. */
async function sealPlace(
  job: OpenJob,
  run: Run,
  place: OutputPlace,
  end: Checkpoint,
  work: FileWork,
): Promise<Manifest> {
  const tables = end.tables.map(({ plan, files, overflowRows, rows }) => ({
    name: plan.name,
    // Rows that were dealt out were counted before that: the files must hold as many.
    rows: rows ?? files.reduce((sum, file) => sum + file.rows, 0),
    overflowRows,
    columns: plan.columns,
    partitionBy: plan.partitionBy,
    files,
  }));
  run.onEvent({ type: 'verifying', files: tables.reduce((sum, table) => sum + table.files.length, 0) });
  const rowsInFiles = await verifyFiles(
    (path) => place.openFile(path),
    end.committedOffset,
    tables,
    (file) => work.contentOf(file),
  );
  const manifest = buildManifest({
    options: run.options,
    job,
    identity: end.identity,
    plans: end.tables.map(({ plan }) => plan),
    tables,
    windows: end.windows,
    windowSize: end.windowSize,
    recordsRead: end.committedOffset,
    rowsInFiles,
    warnings: [...end.warnings, ...exportWarnings(job, tables), ...lakeWarnings(run.options, tables)],
    startedAt: end.startedAt,
  });
  reportWarnings(run, manifest);
  await place.saveText(MANIFEST_NAME, formatManifest(manifest));
  await commitTables(place, manifest, run);
  await place.saveText(SUCCESS_NAME, '');
  await place.removeCheckpoint();
  reportEnd(run, manifest);
  return manifest;
}

/** `--out -`: one table of text to standard output; no checkpoint, so it starts at the beginning each time. */
async function exportToStream(client: GesClient, job: OpenJob, run: Run): Promise<Manifest> {
  const { options } = run;
  const first = await sampleJob(job, options.pageSize, run.signal);
  const { plans, sample } = await planExport(client, job, run, first);
  if (plans.length > 1) {
    const names = plans.map((plan) => `"${plan.name}"`).join(' and ');
    throw new ConfigError(
      'CONFIG_CONFLICT',
      `--out - takes one table, and job "${job.id}" gives ${names}: export to a folder`,
    );
  }
  const part = createStreamPart(process.stdout);
  const output = tableOutput(run, {
    createPart: async () => part,
    resumePart: async () => part,
    onFinished: () => {},
  });
  const tables = plans.map((plan) =>
    TableWriter.start(plan, {
      ...output,
      rowsPerFile: Number.MAX_SAFE_INTEGER,
      fileBytes: Number.MAX_SAFE_INTEGER,
    }),
  );
  const watch = new ScalarWatch(job.scalars, []);
  const startedAt = new Date().toISOString();
  const windowSize = windowSizeOf(sample, options);
  let windows = 0;
  let records = 0;
  await writePages({
    job,
    sample,
    run,
    output,
    tables,
    watch,
    startOffset: 0,
    windowSize,
    commit: async (window) => {
      for (const table of tables) await table.commitWindow(window);
      records = window.offset + window.limit;
      windows++;
    },
  });
  for (const table of tables) await table.finish();
  const exported = tables.map((table) => ({
    name: table.plan.name,
    rows: table.rows,
    overflowRows: table.overflowRows,
    columns: table.plan.columns,
    files: table.files,
  }));
  const manifest = buildManifest({
    options,
    job,
    identity: identityOf(job, first, options),
    plans,
    tables: exported,
    windows,
    windowSize,
    recordsRead: records,
    rowsInFiles: rowsOf(tables),
    warnings: [...watch.warnings, ...exportWarnings(job, exported)],
    startedAt,
  });
  reportWarnings(run, manifest);
  reportEnd(run, manifest);
  return manifest;
}

async function planExport(
  client: GesClient,
  job: OpenJob,
  run: Run,
  first: JobSample,
): Promise<{ readonly plans: readonly TablePlan[]; readonly sample: JobSample }> {
  const { options, signal } = run;
  const partitioned = (plans: readonly TablePlan[]) =>
    withPartitions(
      plans,
      options.partitionBy,
      options.fixedPartitions.map(({ key }) => key),
    );
  if (job.plans !== undefined) {
    return { plans: partitioned(job.plans), sample: first };
  }
  const { plans: wirePlans, sample } = await planJob(client, job, first, options, signal);
  const plans = wirePlans.map((plan) => withGraphHeaders(plan, options.graphHeaders));
  return {
    plans: partitioned(options.strict ? plans.map(withoutOverflow) : plans),
    sample: bothSamples(first, sample),
  };
}

/**
 * What waits and what is on its way may take this share of the memory, beyond the two windows that there must be: one
 * to read, one to write. More windows hide latency, and those of small pages are small
 * (docs/decisions/0005-memory.md).
 */
const HELD_SHARE = 1 / 16;

/** Of a server that is far away; so much that an export stays below 150 MiB at the default of `--memory`. */
const HELD_SHARE_FAR = 1 / 5;

/** With workers, as many windows as there are threads to decode them; what the threads take by themselves is no one's. */
const HELD_SHARE_OF_WORKERS = 1 / 4;

function heldBytes({ memory, workers }: ResolvedExport, share: number): number {
  return workers === 0 ? memory * share : (memory - workers * WORKER_BYTES) * HELD_SHARE_OF_WORKERS;
}

/** A window may take this share of the memory as JSON; where records are wider, windows hold fewer of them. */
const WINDOW_SHARE = 1 / 4;

function windowSizeOf({ recordBytes }: JobSample, options: ResolvedExport): number {
  const fitting = Math.floor((options.memory * WINDOW_SHARE) / Math.max(1, recordBytes));
  return Math.max(1, Math.min(options.pageSize, fitting));
}

function sinkSettings(options: ResolvedExport): Pick<TableOutput, 'format' | 'compression' | 'csv' | 'raw'> {
  const format = sinkFormats[options.format];
  const { delimiter, nullText, crlf, bom, escapeFormulas } = options;
  return {
    format,
    compression: options.compression ?? format.defaultCompression,
    csv: { delimiter, nullText, crlf, bom, escapeFormulas },
    raw: options.raw,
  };
}

function tableOutput(
  run: Run,
  parts: Pick<TableOutput, 'createPart' | 'resumePart' | 'onFinished'>,
): TableOutput {
  const { options, signal, clean } = run;
  return {
    ...sinkSettings(options),
    clean,
    rowsPerFile: options.rowsPerFile,
    fileBytes: options.fileBytes ?? Number.MAX_SAFE_INTEGER,
    canRestart: !options.strict && options.out !== '-',
    signal,
    ...parts,
  };
}

function rowsOf(tables: readonly TableWriter[]): number {
  return tables.reduce((sum, table) => sum + table.rows, 0);
}

function reportWarnings(run: Run, { warnings }: Manifest): void {
  for (const warning of warnings) run.onEvent({ type: 'warning', ...warning });
}

function reportEnd(run: Run, manifest: Manifest): void {
  run.onEvent({
    type: 'finished',
    out: run.options.out,
    records: manifest.total,
    rows: manifest.completeness.rowsDecoded,
    files: manifest.tables.reduce((sum, table) => sum + table.files.length, 0),
    seconds: (Date.parse(manifest.finishedAt) - Date.parse(manifest.startedAt)) / 1000,
  });
}
