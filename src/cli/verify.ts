import { Command } from 'commander';
import { verifyExport } from '../verify-export.js';
import { formatCount } from './human-text.js';

export function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'Read a finished export again: sizes, hashes, rows and offsets must be what its manifest says',
    )
    .argument('<folder>', 'output folder of an export')
    .option('--json', 'print JSON')
    .option('--debug', 'show the stack of an error')
    .action(async (folder: string, flags: Record<string, unknown>) => {
      const report = await verifyExport(folder);
      const text = `Verified ${folder}: ${formatCount(report.records)} records, ${formatCount(report.rows)} rows in ${formatCount(report.files)} ${report.files === 1 ? 'file' : 'files'}\n`;
      process.stdout.write(flags['json'] === true ? `${JSON.stringify(report)}\n` : text);
    });
}
