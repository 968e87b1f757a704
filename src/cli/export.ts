import { Command } from 'commander';
import type { ExportOptions } from '../config/options.js';
import { EXPORT_OPTIONS } from '../config/sources.js';
import { GesExportError } from '../errors.js';
import { exportJob } from '../export-job.js';
import { addConnectionOptions, rawOptions } from './common-options.js';
import { createReporter } from './export-reporter.js';

/** Set where the result is exported but the job, by its own word, is incomplete. */
const PARTIAL_EXIT_CODE = 1;

export function exportCommand(): Command {
  const command = new Command('export')
    .description('Export the result of a job into files')
    .argument('<job>', 'job ID')
    .option('-o, --out <folder>', 'output folder, or - for standard output')
    .option('-f, --format <format>', 'csv, ndjson or parquet (default: csv)')
    .option(
      '--compression <name>',
      'none or gzip for text; none, snappy or gzip for Parquet (default: none; snappy)',
    );
  addConnectionOptions(command)
    .option('--page-size <n>', 'records a request, 1 to 100000 (default: 100000)')
    .option('--concurrency <n>', 'requests in flight (default: 4)')
    .option('--rows-per-file <n>', 'rows after which a new part file begins (default: 1000000)')
    .option(
      '--wait [duration]',
      'how long to wait for the job to finish (default: 1h; 0: not at all; without a value: 24h)',
    )
    .option('--paths <form>', 'list: one row a path; long: one row a vertex (default: list)')
    .option('--raw', 'NDJSON only: write each record as it came')
    .option('--strict', 'fail when a value fits no column, instead of keeping it in _overflow')
    .option('--force', 'replace what an earlier export left in the folder')
    .option('--delimiter <character>', 'CSV: between cells (default: ,)')
    .option('--null-text <text>', 'CSV: what a null looks like (default: nothing)')
    .option('--crlf', 'CSV: end lines with CR LF')
    .option('--bom', 'CSV: begin each file with a byte order mark')
    .option('--escape-formulas', "CSV: put ' before cells that a spreadsheet would run as formulas")
    .option('-q, --quiet', 'say nothing but warnings and errors')
    .option('--json', 'one JSON object for each event on standard error')
    .option('--debug', 'show the stack of an error');
  return command.action(runExport);
}

async function runExport(jobId: string, flags: Record<string, unknown>): Promise<void> {
  const { wait } = flags;
  const options = await rawOptions({ ...flags, wait: wait === true ? '24h' : wait, jobId }, EXPORT_OPTIONS);
  const reporter = createReporter({
    json: flags['json'] === true,
    quiet: flags['quiet'] === true,
    stderr: process.stderr,
  });
  const { signal, dispose } = interruptSignal();
  try {
    const manifest = await exportJob(options as unknown as ExportOptions, {
      signal,
      onEvent: reporter.onEvent,
    });
    if (manifest.warnings.some((warning) => warning.code === 'JOB_PARTIALLY_FAILED'))
      process.exitCode = PARTIAL_EXIT_CODE;
  } finally {
    reporter.stop();
    dispose();
  }
}

/** Ctrl-C, SIGTERM and SIGHUP end the run at the next safe moment. */
function interruptSignal(): { readonly signal: AbortSignal; readonly dispose: () => void } {
  const controller = new AbortController();
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const onSignal = (name: NodeJS.Signals) =>
    controller.abort(new GesExportError('INTERRUPTED', `Interrupted by ${name}; what is committed stays`));
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
