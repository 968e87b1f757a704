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
import { type ExportOptions, type ResolvedExport, resolveExport } from './config/options.js';
import { connect } from './connect.js';
import { openPlace, usePlace } from './destination/open-place.js';
import type { OutputPlace } from './destination/output-place.js';
import type { OnEvent } from './events.js';
import { identityOf, newCheckpoint } from './export-identity.js';
import { type Run, type RunStart, reportEnd, reportWarnings } from './export-run.js';
import { checkFoldersFree, checkNothingThere, findStart, restartAt } from './export-start.js';
import { exportToStream } from './export-to-stream.js';
import { openFileWork } from './file-thread.js';
import type { FileWork } from './file-work.js';
import {
  bothSamples,
  digestOf,
  type FirstSample,
  type JobSample,
  sampleEverywhere,
  sampleJob,
} from './job-sample.js';
import { type OpenJob, openJob, type WaitOptions } from './job-source.js';
import { formatManifest, MANIFEST_NAME, type Manifest, SUCCESS_NAME } from './manifest/manifest.js';
import { planExport, windowSizeOf } from './plan-export.js';
import { finishRemoval, tidyBeside } from './sibling-exports.js';
import { checkFormat, tableOutput } from './table-output.js';
import { DriftFound, TableWriter } from './table-writer.js';
import { withOverflow } from './tables/plan-tables.js';
import { limitTime } from './time-limit.js';
import { markUnfinished } from './unfinished.js';
import { verifyFiles } from './verify/verify-files.js';
import { exportWarnings, ScalarWatch } from './warnings.js';
import { writePages } from './write-pages.js';

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
  const run: RunStart = { options: resolved, onEvent: hooks.onEvent ?? (() => {}), signal: limit.signal };
  try {
    await checkFormat(resolved);
    return resolved.out === '-' ? await exportOnce(run, open, null) : await exportMarked(run, open);
  } finally {
    limit.dispose();
  }
}

/** Opens the place, and marks there what is left of an export whose result is lost. */
async function exportMarked(run: RunStart, open: OpenSource): Promise<Manifest> {
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
async function exportOnce(run: RunStart, open: OpenSource, place: OutputPlace | null): Promise<Manifest> {
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
  const plannedFrom = job.plans === undefined ? await digestOf(sample) : undefined;
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
  checkSample(checkpoint, await digestOf(planned));
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
    const left = (job.total ?? 0) - begin.committedOffset;
    const work = openFileWork(place.partsFolder, left * sample.recordBytes);
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
