import { Command } from 'commander';
import { exportFolder } from '../commit-table.js';
import { type ExportOptions, resolveExport, resolveOut } from '../config/options.js';
import { EXPORT_OPTIONS, STORE_OPTIONS } from '../config/sources.js';
import { type ExportHooks, exportJob } from '../export-job.js';
import type { Manifest } from '../manifest/manifest.js';
import { addConnectionOptions, addStoreOptions, rawOptions } from './common-options.js';
import { createReporter } from './export-reporter.js';
import { interruptSignal } from './interrupt.js';
import { addExportLoadOptions, planLoad, takeLoadFlags } from './load-after-export.js';
import { prepareFor } from './memory-keeper.js';
import { pickFlags } from './pick-flags.js';

/** Set where the result is exported but the job, by its own word, is incomplete. */
export const PARTIAL_EXIT_CODE = 1;

export function exportCommand(): Command {
  const command = new Command('export')
    .description('Export the result of a job into files')
    .argument('<job>', 'job ID')
    .option('-o, --out <folder>', 'output folder, s3://bucket/prefix, or - for standard output')
    .option('-f, --format <format>', 'csv, ndjson or parquet (default: csv)')
    .option(
      '--compression <name>',
      'none or gzip for text; none, snappy, gzip or zstd (Node 22.15 or later) for Parquet (default: none; snappy)',
    );
  addConnectionOptions(command)
    .option('--page-size <n>', 'records a request, 1 to 100000 (default: 100000)')
    .option('--concurrency <n>', 'requests in flight (default: 4)')
    .option('--rows-per-file <n>', 'rows after which a new part file begins (default: 1000000)')
    .option('--file-bytes <size>', 'size after which a new part file begins, too, such as 256MB')
    .option(
      '--partition-by <what>',
      'key=value: export into the folder key=value below --out; a column: one folder for each of its values; with --table-format partitions of the tables (repeatable)',
      (what: string, others: readonly string[] | undefined) => [...(others ?? []), what],
    )
    .option('--latest', 'when finished, point the name "latest" beside the folder to it')
    .option('--keep <n>', 'when finished, remove older finished exports beside the folder, all but <n>')
    .option(
      '--wait [duration]',
      'how long to wait for the job to finish (default: 1h; 0: not at all; without a value: 24h)',
    )
    .option(
      '--max-duration <duration>',
      'stop after this time with exit code 3; the same command goes on (default: none)',
    )
    .option('--paths <form>', 'list: one row a path; long: one row a vertex (default: list)')
    .option('--raw', 'NDJSON only: write each record as it came')
    .option('--strict', 'fail when a value fits no column, instead of keeping it in _overflow')
    .option(
      '--graph-headers <system>',
      'name the columns of vertices and edges for the bulk loader of neptune, neo4j or nebula',
    )
    .option(
      '--table-format <name>',
      'delta or iceberg: gather exports in tables below --out, each as one commit; needs --format parquet',
    )
    .option('--force', 'replace what an earlier export left in the folder')
    .option('--engine <name>', 'columnar, or reference: slower, by way of objects (default: columnar)')
    .option('--workers <n>', 'threads that decode for the columnar engine (default: 0, the main thread)')
    .option('--memory <size>', 'what the program should need at most, such as 512MiB (default: 256MiB)')
    .option('--delimiter <character>', 'CSV: between cells (default: ,)')
    .option('--null-text <text>', 'CSV: what a null looks like (default: nothing)')
    .option('--crlf', 'CSV: end lines with CR LF')
    .option('--bom', 'CSV: begin each file with a byte order mark')
    .option('--escape-formulas', "CSV: put ' before cells that a spreadsheet would run as formulas")
    .option('-q, --quiet', 'say nothing but warnings and errors')
    .option('--json', 'one JSON object for each event on standard error')
    .option('--debug', 'show the stack of an error');
  return addExportLoadOptions(addStoreOptions(command)).action(runExport);
}

async function runExport(jobId: string, flags: Record<string, unknown>): Promise<void> {
  const { wait } = flags;
  const { loadFlags, rest } = takeLoadFlags(flags);
  const options = await rawOptions({ ...rest, wait: wait === true ? '24h' : wait, jobId }, EXPORT_OPTIONS);
  const store = pickFlags(options, STORE_OPTIONS);
  const load = await planLoad(loadFlags, () => resolveOut(options), store, howToSay(flags));
  await reportExport(flags, (hooks) => exportJob(options as unknown as ExportOptions, hooks));
  await load?.(exportFolder(resolveExport(options)));
}

/** What a user wants to read while a command runs. */
export function howToSay(flags: Readonly<Record<string, unknown>>): {
  readonly json: boolean;
  readonly quiet: boolean;
} {
  return { json: flags['json'] === true, quiet: flags['quiet'] === true };
}

/** Runs an export that can be interrupted, shows it, and sets the exit code of a result that is not complete. */
export async function reportExport(
  flags: Readonly<Record<string, unknown>>,
  run: (hooks: ExportHooks) => Promise<Manifest>,
): Promise<void> {
  const reporter = await createReporter({ ...howToSay(flags), stderr: process.stderr });
  const { signal, dispose } = interruptSignal();
  try {
    const manifest = await run({
      signal,
      onEvent: (event) => {
        if (event.type === 'started') prepareFor(event.engine);
        reporter.onEvent(event);
      },
    });
    if (manifest.warnings.some((warning) => warning.code === 'JOB_PARTIALLY_FAILED'))
      process.exitCode = PARTIAL_EXIT_CODE;
  } finally {
    reporter.stop();
    dispose();
  }
}
