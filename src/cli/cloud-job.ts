import { Command } from 'commander';
import { type CloudJob, cloudJobRows } from '../client/cloud-job-answer.js';
import { exportCloudJob, hasEnded, notReady, showCloudJob } from '../cloud-job.js';
import { type ResolvedExport, resolveCloud, resolveExport } from '../config/options.js';
import { WAIT_OPTIONS } from '../config/sources.js';
import { JobError } from '../errors.js';
import type { JsonObject } from '../json-value.js';
import { stringifyJson } from '../json-value.js';
import { addConnectionOptions, rawOptions } from './common-options.js';
import { reportExport } from './export.js';
import { addFileFlags, asExportFlags, KNOWN_TABLE_OPTIONS, refuseExportFlags } from './export-flags.js';
import { memberText } from './human-text.js';
import { interruptSignal } from './interrupt.js';
import { printOut, printWarning } from './standard-output.js';
import { tellStatus } from './tell-status.js';

export function cloudJobCommand(): Command {
  const command = new Command('cloud-job')
    .description(
      'Show a job of BMS or SDRS with its sub-jobs; the exit code is 0 when it has succeeded, 1 when it has failed, 3 when it goes on',
    )
    .argument('<job>', 'job ID');
  addServiceOptions(command).option(
    '--wait [duration]',
    'wait for the end of the job (without a value: 24h; with --export 1h by default)',
  );
  return addFileFlags(command, 'the job and its sub-jobs, a row each,')
    .option('-q, --quiet', 'say nothing but warnings and errors')
    .option('--json', 'print one JSON object a job; with --export, one for each event on standard error')
    .option('--debug', 'show the stack of an error')
    .action((jobId: string, flags: Record<string, unknown>) =>
      flags['export'] === undefined ? showJobs(jobId, flags) : exportJobs(jobId, flags),
    );
}

const GRAPH = 'graph';

/** As `addConnectionOptions`, but that the address is that of the service and there is no graph. */
function addServiceOptions(command: Command): Command {
  for (const option of addConnectionOptions(new Command()).options) {
    const name = option.attributeName();
    if (name === 'endpoint')
      option.description =
        'address of the service, such as https://bms.cn-north-4.myhuaweicloud.com (GES_ENDPOINT)';
    if (name !== GRAPH) command.addOption(option);
  }
  return command;
}

async function showJobs(jobId: string, flags: Record<string, unknown>): Promise<void> {
  refuseExportFlags(flags);
  const { wait } = flags;
  const known = new Set([...WAIT_OPTIONS].filter((name) => name !== GRAPH && name !== 'wait'));
  const options = resolveCloud(await rawOptions({ ...flags, wait: wait === true ? '24h' : wait }, known));
  const { signal, dispose } = interruptSignal();
  try {
    const job = await showCloudJob(options, jobId, { signal, onStatus: tellStatus(jobId, flags) });
    const format = flags['json'] === true ? stringifyJson : formatLine;
    for (const row of cloudJobRows(job)) await printOut(`${format(row)}\n`);
    for (const warning of job.warnings) printWarning(warning);
    checkEnd(job);
  } finally {
    dispose();
  }
}

async function exportJobs(jobId: string, flags: Record<string, unknown>): Promise<void> {
  const known = new Set([...KNOWN_TABLE_OPTIONS].filter((name) => name !== GRAPH));
  const raw = await rawOptions(asExportFlags(flags, jobId), known);
  const options: ResolvedExport = { ...resolveExport({ ...raw, graph: 'none' }), graph: '' };
  const seen: CloudJob[] = [];
  await reportExport(flags, (hooks) => exportCloudJob(options, hooks, (job) => seen.push(job)));
  for (const job of seen) checkEnd(job);
}

/** @throws JobError `JOB_FAILED`, `JOB_NOT_READY` */
function checkEnd(job: CloudJob): void {
  if (!hasEnded(job)) throw notReady(job);
  if (job.state !== 'failed') return;
  const reason = [memberText(job.members, 'error_code'), memberText(job.members, 'fail_reason')]
    .filter((part) => part !== '')
    .join(' ');
  throw new JobError(
    'JOB_FAILED',
    `Job "${job.jobId}" has the status "${job.statusWord}"${reason === '' ? '' : `: ${reason}`}`,
    { retryable: false },
  );
}

/** ID, status, type, times and reason with tabs between; two spaces in front for each level. */
function formatLine(row: JsonObject): string {
  const text = (name: string) => memberText(row, name);
  const id = `${'  '.repeat(Number(text('depth')))}${text('job_id')}`;
  const reason = [text('error_code'), text('fail_reason')].filter((part) => part !== '').join(' ');
  return [
    id,
    text('status'),
    text('job_type'),
    text('begin_time'),
    text('end_time'),
    reason,
    text('entities'),
  ]
    .join('\t')
    .trimEnd();
}
