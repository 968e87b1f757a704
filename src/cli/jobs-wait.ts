import { Command } from 'commander';
import { type ResolvedWait, resolveWait } from '../config/options.js';
import { WAIT_OPTIONS } from '../config/sources.js';
import { waitForJob } from '../wait-job.js';
import { addConnectionOptions, rawOptions } from './common-options.js';
import { PARTIAL_EXIT_CODE } from './export.js';
import { printable } from './human-text.js';
import { interruptSignal } from './interrupt.js';
import { printOut, printWarning } from './standard-output.js';
import { tellStatus } from './tell-status.js';

export function jobsWaitCommand(): Command {
  const command = new Command('wait')
    .description('Wait for the end of a job; the exit code tells how it ended')
    .argument('<job>', 'job ID');
  return addConnectionOptions(command)
    .option('--wait <duration>', 'how long, such as 90s or 2h (default: 1h)')
    .option('-q, --quiet', 'say nothing but warnings and errors')
    .option('--json', 'print JSON')
    .option('--debug', 'show the stack of an error')
    .action(async (jobId: string, flags: Record<string, unknown>) => {
      const options = resolveWait(await rawOptions(flags, WAIT_OPTIONS));
      await waitAndPrint(options, jobId, flags);
    });
}

/** Waits for a job and prints how it ended: status and number of records, or JSON. */
export async function waitAndPrint(
  options: ResolvedWait,
  jobId: string,
  flags: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { signal, dispose } = interruptSignal();
  try {
    const job = await waitForJob(options, jobId, { signal, onStatus: tellStatus(jobId, flags) });
    if (job.state === 'partial') {
      process.exitCode = PARTIAL_EXIT_CODE;
      printWarning({ message: `Job "${jobId}" has the status "${job.status}": the result may lack records` });
    }
    const records = job.total === null ? '' : `\t${job.total} records`;
    if (flags['json'] === true) await printOut(`${JSON.stringify(job)}\n`);
    else if (flags['quiet'] !== true) await printOut(`${jobId}\t${printable(job.status)}${records}\n`);
  } finally {
    dispose();
  }
}
