import { join } from 'node:path';
import { buildManifest } from './build-manifest.js';
import { CHECKPOINT_PATH, type Checkpoint, type ExportIdentity } from './checkpoint/checkpoint-file.js';
import type { GesClient } from './client/ges-client.js';
import { type ExportOptions, type ResolvedExport, resolveExport } from './config/options.js';
import { connect } from './connect.js';
import { saveFile } from './destination/atomic-file.js';
import { createLocalPart, resumeLocalPart } from './destination/local-part.js';
import { makeOutputFolder, removeFile } from './destination/output-folder.js';
import { lockOutput } from './destination/output-lock.js';
import { createStreamPart } from './destination/stdout-part.js';
import { ConfigError, VerifyError } from './errors.js';
import type { OnEvent } from './events.js';
import { checkFoldersFree, dropParts, findStart } from './export-start.js';
import { type JobSample, type OpenJob, openJob, planJob, sampleJob } from './job-source.js';
import { formatManifest, MANIFEST_NAME, type Manifest, SUCCESS_NAME } from './manifest/manifest.js';
import type { TablePlan, Warning } from './model.js';
import { readPages } from './pager/read-pages.js';
import { sinkFormats } from './sinks/sink-formats.js';
import { DriftFound, type TableOutput, TableWriter } from './table-writer.js';
import { withOverflow, withoutOverflow } from './tables/plan-tables.js';
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
  const run: Run = {
    options: resolved,
    onEvent: hooks.onEvent ?? (() => {}),
    signal: hooks.signal ?? new AbortController().signal,
  };
  await checkFormat(run);
  const client = connect(resolved, resolved.concurrency, ({ error, attempt, delayMs }) =>
    run.onEvent({ type: 'retry', code: error.code, message: error.message, attempt, delayMs }),
  );
  try {
    const job = await openJob(client, resolved.jobId, {
      waitMs: resolved.wait,
      signal: run.signal,
      onStatus: (status) => run.onEvent({ type: 'waiting', jobId: resolved.jobId, status }),
    });
    return resolved.out === '-'
      ? await exportToStream(client, job, run)
      : await exportToFolder(client, job, run);
  } finally {
    await client.close();
  }
}

/**
 * Opens a sink that nobody writes to: what the format cannot write must not leave a checkpoint behind, which
 * would then stand in the way of the corrected command.
 *
 * @throws ConfigError `CONFIG_INVALID`, `CONFIG_CONFLICT`
 */
async function checkFormat(run: Run): Promise<void> {
  const { format, compression, csv } = sinkSettings(run.options);
  const columns = [{ name: 'any', type: 'string', nullable: true }] as const;
  await format.open({ columns, compression, csv, write: async () => {} });
}

interface Run {
  readonly options: ResolvedExport;
  readonly onEvent: OnEvent;
  readonly signal: AbortSignal;
}

async function exportToFolder(client: GesClient, job: OpenJob, run: Run): Promise<Manifest> {
  const { options, signal } = run;
  const root = options.out;
  await makeOutputFolder(root);
  const unlock = await lockOutput(root);
  try {
    const first = await sampleJob(job, false, options.pageSize, signal);
    const identity = identityOf(job, first, options);
    const start = await findStart(root, identity, options.force);
    if (start.kind === 'complete') {
      const rows = start.manifest.tables.reduce((sum, table) => sum + table.rows, 0);
      run.onEvent({ type: 'already-complete', out: root, rows, finishedAt: start.manifest.finishedAt });
      return start.manifest;
    }
    if (start.kind === 'resume') return await fillFolder(job, first, run, start.checkpoint);
    const plans = await planExport(client, job, run);
    await checkFoldersFree(root, plans);
    return await fillFolder(job, first, run, newCheckpoint(identity, plans));
  } finally {
    await unlock();
  }
}

/** Brings the folder from a checkpoint to the end; begins again once for each table that turns out too narrow. */
async function fillFolder(
  job: OpenJob,
  sample: JobSample,
  run: Run,
  checkpoint: Checkpoint,
): Promise<Manifest> {
  const root = run.options.out;
  for (let begin = checkpoint; ; ) {
    try {
      const end = await writeWindows(job, sample, run, begin);
      return await sealFolder(job, run, end);
    } catch (error) {
      if (!(error instanceof DriftFound)) throw error;
      const plans = begin.tables.map(({ plan }) =>
        plan.name === error.drift.table ? withOverflow(plan) : plan,
      );
      run.onEvent({ type: 'restarted', reason: error.message });
      await dropParts(root, plans);
      begin = newCheckpoint(begin.identity, plans);
    }
  }
}

/** Reads every window after the committed offset and commits them one by one; finishes the part files. */
async function writeWindows(
  job: OpenJob,
  sample: JobSample,
  run: Run,
  begin: Checkpoint,
): Promise<Checkpoint> {
  const { options, signal, onEvent } = run;
  const root = options.out;
  const output = tableOutput(run, {
    createPart: (path) => createLocalPart(root, path),
    resumePart: (part) => resumeLocalPart(root, part),
  });
  const tables: TableWriter[] = [];
  const save = (checkpoint: Checkpoint) =>
    saveFile(join(root, CHECKPOINT_PATH), `${JSON.stringify(checkpoint)}\n`);
  const watch = new ScalarWatch(job.scalars, begin.warnings);
  let checkpoint = begin;
  let bytesRead = 0;
  try {
    for (const table of begin.tables)
      tables.push(await TableWriter.resume(table, output, begin.committedOffset));
    await save(checkpoint);
    onEvent({
      type: 'started',
      jobId: job.id,
      total: job.total,
      tables: tables.map((table) => table.plan.name),
      resumedAt: begin.committedOffset,
    });

    const pages = readPages({
      ...pagingOf(job, sample, options),
      startOffset: begin.committedOffset,
      signal,
    });
    for await (const { window, answers } of pages) {
      let offset = window.offset;
      for (const { body, count } of answers) {
        watch.compare(body, offset, tables);
        for (const table of tables) await table.writeAnswer(body, offset);
        offset += count;
        bytesRead += body.bytes;
        body.release();
      }
      const committed = [];
      for (const table of tables) committed.push(await table.commitWindow(window));
      checkpoint = {
        ...checkpoint,
        committedOffset: offset,
        windows: checkpoint.windows + 1,
        tables: committed,
        warnings: [...watch.warnings],
      };
      await save(checkpoint);
      onEvent({ type: 'progress', records: offset, total: job.total, rows: rowsOf(tables), bytesRead });
    }

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
async function sealFolder(job: OpenJob, run: Run, end: Checkpoint): Promise<Manifest> {
  const root = run.options.out;
  const tables = end.tables.map(({ plan, files, overflowRows }) => ({
    name: plan.name,
    rows: files.reduce((sum, file) => sum + file.rows, 0),
    overflowRows,
    columns: plan.columns,
    files,
  }));
  const total = job.total ?? end.committedOffset;
  if (end.committedOffset !== total) {
    throw new VerifyError(
      'VERIFY_FAILED',
      `${end.committedOffset} records were read where the server declared ${total}`,
    );
  }
  run.onEvent({ type: 'verifying', files: tables.reduce((sum, table) => sum + table.files.length, 0) });
  const rowsInFiles = await verifyFiles(root, total, tables);
  const manifest = buildManifest({
    job,
    identity: end.identity,
    tables,
    windows: end.windows,
    recordsRead: end.committedOffset,
    rowsInFiles,
    warnings: report(run, [...end.warnings, ...exportWarnings(job, tables)]),
    startedAt: end.startedAt,
  });
  await saveFile(join(root, MANIFEST_NAME), formatManifest(manifest));
  await saveFile(join(root, SUCCESS_NAME), '');
  await removeFile(join(root, CHECKPOINT_PATH));
  reportEnd(run, manifest);
  return manifest;
}

/** `--out -`: one table of text to standard output; no checkpoint, so it starts at the beginning each time. */
async function exportToStream(client: GesClient, job: OpenJob, run: Run): Promise<Manifest> {
  const { options, signal, onEvent } = run;
  const sample = await sampleJob(job, false, options.pageSize, signal);
  const plans = await planExport(client, job, run);
  if (plans.length > 1) {
    const names = plans.map((plan) => `"${plan.name}"`).join(' and ');
    throw new ConfigError(
      'CONFIG_CONFLICT',
      `--out - takes one table, and job "${job.id}" gives ${names}: export to a folder`,
    );
  }
  const part = createStreamPart(process.stdout);
  const output = tableOutput(run, { createPart: async () => part, resumePart: async () => part });
  const tables = plans.map((plan) =>
    TableWriter.start(plan, { ...output, rowsPerFile: Number.MAX_SAFE_INTEGER }),
  );
  const watch = new ScalarWatch(job.scalars, []);
  const startedAt = new Date().toISOString();
  let windows = 0;
  let records = 0;
  let bytesRead = 0;
  onEvent({
    type: 'started',
    jobId: job.id,
    total: job.total,
    tables: plans.map((plan) => plan.name),
    resumedAt: 0,
  });
  for await (const { window, answers } of readPages({
    ...pagingOf(job, sample, options),
    startOffset: 0,
    signal,
  })) {
    for (const { body, count } of answers) {
      watch.compare(body, records, tables);
      for (const table of tables) await table.writeAnswer(body, records);
      records += count;
      bytesRead += body.bytes;
      body.release();
    }
    for (const table of tables) await table.commitWindow(window);
    windows++;
    onEvent({ type: 'progress', records, total: job.total, rows: rowsOf(tables), bytesRead });
  }
  for (const table of tables) await table.finish();
  const exported = tables.map((table) => ({
    name: table.plan.name,
    rows: table.rows,
    overflowRows: table.overflowRows,
    columns: table.plan.columns,
    files: table.files,
  }));
  const manifest = buildManifest({
    job,
    identity: identityOf(job, sample, options),
    tables: exported,
    windows,
    recordsRead: records,
    rowsInFiles: rowsOf(tables),
    warnings: report(run, [...watch.warnings, ...exportWarnings(job, exported)]),
    startedAt,
  });
  reportEnd(run, manifest);
  return manifest;
}

async function planExport(client: GesClient, job: OpenJob, run: Run): Promise<readonly TablePlan[]> {
  const { options, signal } = run;
  const sample = await sampleJob(job, true, options.pageSize, signal);
  const plans = await planJob(client, job, sample, options, signal);
  return options.strict ? plans.map(withoutOverflow) : plans;
}

/** What waits and what is on its way, together; the encoders and the heap come on top. */
const MAX_HELD_BYTES = 32 * 1024 * 1024;

function pagingOf(job: OpenJob, sample: JobSample, options: ResolvedExport) {
  const { fetchPage, total, isPaged } = job;
  const { recordBytes } = sample;
  const unlimited = Number.MAX_SAFE_INTEGER;
  return {
    fetchPage,
    total,
    pageSize: isPaged ? options.pageSize : unlimited,
    boundary: isPaged ? options.rowsPerFile : unlimited,
    concurrency: options.concurrency,
    maxHeldBytes: MAX_HELD_BYTES,
    recordBytes,
  };
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

function tableOutput(run: Run, parts: Pick<TableOutput, 'createPart' | 'resumePart'>): TableOutput {
  const { options, signal } = run;
  return {
    ...sinkSettings(options),
    rowsPerFile: options.rowsPerFile,
    canRestart: !options.strict && options.out !== '-',
    signal,
    ...parts,
  };
}

function identityOf(job: OpenJob, sample: JobSample, options: ResolvedExport): ExportIdentity {
  const { endpoint, projectId, graph } = options;
  const {
    format,
    compression,
    pageSize,
    rowsPerFile,
    paths,
    raw,
    strict,
    delimiter,
    nullText,
    crlf,
    bom,
    escapeFormulas,
  } = options;
  const csv = format === 'csv' ? { delimiter, nullText, crlf, bom, escapeFormulas } : {};
  return {
    endpoint,
    projectId,
    graph,
    jobId: job.id,
    total: job.total,
    fingerprint: sample.fingerprint,
    options: {
      format,
      compression: compression ?? sinkFormats[format].defaultCompression,
      pageSize,
      rowsPerFile,
      paths,
      raw,
      strict,
      ...csv,
    },
  };
}

function newCheckpoint(identity: ExportIdentity, plans: readonly TablePlan[]): Checkpoint {
  return {
    version: 1,
    identity,
    startedAt: new Date().toISOString(),
    committedOffset: 0,
    windows: 0,
    tables: plans.map((plan) => ({
      plan: { ...plan, columns: [...plan.columns] },
      overflowRows: 0,
      files: [],
      open: null,
    })),
    warnings: [],
  };
}

function rowsOf(tables: readonly TableWriter[]): number {
  return tables.reduce((sum, table) => sum + table.rows, 0);
}

function report(run: Run, warnings: readonly Warning[]): readonly Warning[] {
  for (const warning of warnings) run.onEvent({ type: 'warning', ...warning });
  return warnings;
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
