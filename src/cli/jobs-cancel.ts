import { Command } from 'commander';
import { cancelJob, cancelQueuedJobs } from '../cancel-job.js';
import { type ResolvedCall, resolveCall } from '../config/options.js';
import { CALL_OPTIONS } from '../config/sources.js';
import { ConfigError } from '../errors.js';
import { askYes } from './ask-yes.js';
import { addCallOptions } from './common-call-options.js';
import { addConnectionOptions, rawOptions } from './common-options.js';
import { printOut } from './standard-output.js';

/** Set where the user was asked and said no. */
const DECLINED_EXIT_CODE = 1;

export function jobsCancelCommand(): Command {
  const command = new Command('cancel')
    .description('Cancel a job; GES may take a while to end it')
    .argument('[job]', 'job ID');
  return addCallOptions(addConnectionOptions(command))
    .option('--all-queued', 'every HyG job of the graph that waits for its turn; asks first')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print JSON')
    .option('--debug', 'show the stack of an error')
    .action(runCancel);
}

async function runCancel(jobId: string | undefined, given: Record<string, unknown>): Promise<void> {
  const { allQueued, yes, ...flags } = given;
  const call = resolveCall(await rawOptions(flags, CALL_OPTIONS));
  if (allQueued === true) {
    if (jobId !== undefined) throw conflict('Give a job ID or --all-queued, not both');
    await cancelAll(call, flags, yes === true);
    return;
  }
  if (jobId === undefined) throw new ConfigError('CONFIG_INVALID', 'No job: give a job ID or --all-queued');
  if (yes === true) throw conflict('--yes belongs to --all-queued');
  await cancelJob(call, jobId);
  await tell(flags, { jobId }, `GES cancels job "${jobId}"`);
}

/** The queued jobs are those of every user of the graph, so somebody has to agree. */
async function cancelAll(
  call: ResolvedCall,
  flags: Readonly<Record<string, unknown>>,
  isAgreed: boolean,
): Promise<void> {
  if (flags['edition'] !== undefined && call.edition !== 'hyg')
    throw conflict(`--all-queued is a call of HyG: leave out --edition ${call.edition}`);
  if (!isAgreed) {
    if (!process.stdin.isTTY || !process.stderr.isTTY)
      throw conflict('--all-queued cancels the jobs of every user: add --yes where no terminal can ask');
    const question = `Cancel every queued HyG job of graph "${call.graph}", those of other users too?`;
    if (!(await askYes(question, process.stdin, process.stderr))) {
      process.stderr.write('Nothing was cancelled\n');
      process.exitCode = DECLINED_EXIT_CODE;
      return;
    }
  }
  await cancelQueuedJobs(call);
  await tell(flags, { allQueued: true }, `GES cancels every queued HyG job of graph "${call.graph}"`);
}

async function tell(
  flags: Readonly<Record<string, unknown>>,
  what: Readonly<Record<string, unknown>>,
  sentence: string,
): Promise<void> {
  await printOut(
    flags['json'] === true ? `${JSON.stringify({ ...what, cancelled: true })}\n` : `${sentence}\n`,
  );
}

function conflict(message: string): ConfigError {
  return new ConfigError('CONFIG_CONFLICT', message);
}
