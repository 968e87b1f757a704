import { Command } from 'commander';
import { resolveConnection } from '../config/options.js';
import { CONNECTION_OPTIONS } from '../config/sources.js';
import { inspectJob, type JobReport } from '../inspect-job.js';
import { addConnectionOptions, rawOptions } from './common-options.js';
import { formatCount, printable } from './human-text.js';

export function inspectCommand(): Command {
  const command = new Command('inspect')
    .description('Show the status of a job, its total, its tables, their columns and first rows')
    .argument('<job>', 'job ID');
  return addConnectionOptions(command)
    .option('--rows <n>', 'rows to show of each table', '5')
    .option('--json', 'print JSON')
    .option('--debug', 'show the stack of an error')
    .action(async (jobId: string, { rows, ...flags }: Record<string, unknown>) => {
      const connection = resolveConnection(await rawOptions(flags, CONNECTION_OPTIONS));
      const report = await inspectJob(connection, jobId, Number(rows));
      process.stdout.write(
        flags['json'] === true ? `${JSON.stringify(report, null, 2)}\n` : formatReport(report),
      );
    });
}

function formatReport(report: JobReport): string {
  const lines = [
    `Job      ${report.id}`,
    `Status   ${report.status}`,
    `Records  ${report.total === null ? 'not stated' : formatCount(report.total)}`,
  ];
  for (const [name, value] of Object.entries(report.scalars)) lines.push(`         ${name} = ${value}`);
  for (const table of report.tables) {
    lines.push('', `Table ${table.name}`);
    const width = Math.max(...table.columns.map((column) => column.name.length));
    for (const column of table.columns)
      lines.push(`  ${column.name.padEnd(width)}  ${column.type}${column.nullable ? '' : ' not null'}`);
    for (const row of table.rows) lines.push(`  ${row.join(' | ')}`);
  }
  return lines.map((line) => `${printable(line)}\n`).join('');
}
