import { Command } from 'commander';
import { resolveConnection, resolveExport } from '../config/options.js';
import { CONNECTION_OPTIONS } from '../config/sources.js';
import { exportJobList, JOB_LIST_ID, listJobs } from '../job-list.js';
import type { JsonObject } from '../json-value.js';
import { stringifyJson } from '../json-value.js';
import { addConnectionOptions, rawOptions } from './common-options.js';
import { reportExport } from './export.js';
import { addFileFlags, asExportFlags, KNOWN_TABLE_OPTIONS, refuseExportFlags } from './export-flags.js';
import { memberText } from './human-text.js';
import { printOut, printWarning } from './standard-output.js';

/** Lines go out in pieces of about this size. */
const PIECE_CHARS = 65_536;

export function jobsListCommand(): Command {
  const command = addConnectionOptions(
    new Command('list').description('List the jobs that the engine remembers'),
  );
  return addFileFlags(command, 'the list')
    .option('-q, --quiet', 'say nothing but warnings and errors')
    .option('--json', 'print one JSON object a job; with --export, one for each event on standard error')
    .option('--debug', 'show the stack of an error')
    .action((flags: Record<string, unknown>) =>
      flags['export'] === undefined ? printJobs(flags) : exportJobs(flags),
    );
}

async function exportJobs(flags: Record<string, unknown>): Promise<void> {
  const options = resolveExport(await rawOptions(asExportFlags(flags, JOB_LIST_ID), KNOWN_TABLE_OPTIONS));
  await reportExport(flags, (hooks) => exportJobList(options, hooks));
}

async function printJobs(flags: Record<string, unknown>): Promise<void> {
  refuseExportFlags(flags);
  const connection = resolveConnection(await rawOptions(flags, CONNECTION_OPTIONS));
  const format = flags['json'] === true ? stringifyJson : formatLine;
  let piece = '';
  for await (const job of listJobs(connection, printWarning)) {
    piece += `${format(job)}\n`;
    if (piece.length < PIECE_CHARS) continue;
    await printOut(piece);
    piece = '';
  }
  await printOut(piece);
}

/** ID, status, what it does, when, and why it failed, with tabs between. */
function formatLine(job: JsonObject): string {
  const text = (name: string) => memberText(job, name);
  const what = text('algorithm') || text('taskType');
  return [text('jobId'), text('status'), what, text('endTime') || text('startTime'), text('failReason')]
    .join('\t')
    .trimEnd();
}
