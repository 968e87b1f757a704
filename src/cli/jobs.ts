import { Command } from 'commander';
import { resolveConnection } from '../config/options.js';
import { CONNECTION_OPTIONS } from '../config/sources.js';
import { type JobEntry, listJobs, showJob } from '../list-jobs.js';
import { addConnectionOptions, rawOptions } from './common-options.js';

export function jobsCommand(): Command {
  const jobs = new Command('jobs').description('Look at the jobs of a graph');
  const list = new Command('list').description('List the jobs that the engine remembers');
  const show = new Command('show').description('Show one entry of the job list').argument('<job>', 'job ID');
  addConnectionOptions(list)
    .option('--json', 'print one JSON object a job')
    .option('--debug', 'show the stack of an error')
    .action(async (flags: Record<string, unknown>) => {
      const connection = resolveConnection(await rawOptions(flags, CONNECTION_OPTIONS));
      for await (const job of listJobs(connection)) {
        process.stdout.write(flags['json'] === true ? `${JSON.stringify(job)}\n` : `${formatLine(job)}\n`);
      }
    });
  addConnectionOptions(show)
    .option('--json', 'print JSON')
    .option('--debug', 'show the stack of an error')
    .action(async (jobId: string, flags: Record<string, unknown>) => {
      const connection = resolveConnection(await rawOptions(flags, CONNECTION_OPTIONS));
      const job = await showJob(connection, jobId);
      process.stdout.write(flags['json'] === true ? `${JSON.stringify(job)}\n` : formatEntry(job));
    });
  return jobs.addCommand(list).addCommand(show);
}

function formatLine(job: JobEntry): string {
  const what = job.algorithm ?? job.taskType ?? '';
  return [job.jobId, job.status, what, job.endTime ?? job.startTime ?? '', job.failReason ?? '']
    .join('\t')
    .trimEnd();
}

function formatEntry(job: JobEntry): string {
  return Object.entries(job)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name.padEnd(10)}  ${String(value)}\n`)
    .join('');
}
