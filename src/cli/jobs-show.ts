import { Command } from 'commander';
import { type ImportFile, readImportFiles } from '../client/job-entry.js';
import { resolveConnection } from '../config/options.js';
import { CONNECTION_OPTIONS } from '../config/sources.js';
import { showJob } from '../job-list.js';
import type { JsonObject } from '../json-value.js';
import { stringifyJson } from '../json-value.js';
import { addConnectionOptions, rawOptions } from './common-options.js';
import { memberText, printable } from './human-text.js';
import { printOut, printWarning } from './standard-output.js';

export function jobsShowCommand(): Command {
  const command = new Command('show')
    .description('Show one entry of the job list; an import job with its files')
    .argument('<job>', 'job ID');
  return addConnectionOptions(command)
    .option('--json', 'print JSON')
    .option('--debug', 'show the stack of an error')
    .action(async (jobId: string, flags: Record<string, unknown>) => {
      const connection = resolveConnection(await rawOptions(flags, CONNECTION_OPTIONS));
      const job = await showJob(connection, jobId, printWarning);
      await printOut(flags['json'] === true ? `${stringifyJson(job)}\n` : formatEntry(job));
    });
}

function formatEntry(job: JsonObject): string {
  const lines = job.keys
    .filter((name) => name !== 'files' && memberText(job, name) !== '')
    .map((name) => `${name.padEnd(10)}  ${memberText(job, name)}`);
  return `${[...lines, ...readImportFiles(job.get('files')).map(formatFile)].join('\n')}\n`;
}

function formatFile(file: ImportFile): string {
  const { kind, fileName, status, unit, total, successful, failed, startTime, endTime } = file;
  const counts = `${total ?? '?'} ${unit}, ${successful ?? '?'} successful, ${failed ?? '?'} failed`;
  const times = startTime === null ? '' : `  ${startTime} to ${endTime ?? '?'}`;
  return printable(`file        ${kind}  ${fileName}  ${status}  ${counts}${times}`);
}
