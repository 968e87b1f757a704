#!/usr/bin/env node
import { Command } from 'commander';
import { VERSION } from '../version.js';
import { cloudJobCommand } from './cloud-job.js';
import { ddlCommand } from './ddl.js';
import { endingOf } from './exit-code.js';
import { exportCommand } from './export.js';
import { gcCommand } from './gc.js';
import { inspectCommand } from './inspect.js';
import { jobsCommand } from './jobs.js';
import { loadCommand } from './load.js';
import { simulateCommand } from './simulate.js';
import { submitCommand } from './submit.js';
import { verifyCommand } from './verify.js';

const program = new Command('ges-export')
  .description('Export Huawei Cloud GES job results to CSV, NDJSON or Parquet: complete, exact, resumable')
  .version(VERSION)
  .showSuggestionAfterError()
  .addCommand(exportCommand())
  .addCommand(inspectCommand())
  .addCommand(submitCommand())
  .addCommand(jobsCommand())
  .addCommand(cloudJobCommand())
  .addCommand(verifyCommand())
  .addCommand(gcCommand())
  .addCommand(loadCommand())
  .addCommand(ddlCommand())
  .addCommand(simulateCommand());

forEachCommand(program, (command) => {
  command.exitOverride();
  // The one place that reports errors is below; help and version still go out by themselves.
  command.configureOutput({ writeErr: () => {} });
});

process.exitCode = 0;
try {
  await program.parseAsync();
} catch (error) {
  const { exitCode, failure } = endingOf(error);
  if (failure !== null) {
    const { code, message, action } = failure;
    if (process.argv.includes('--json')) {
      process.stderr.write(`${JSON.stringify({ type: 'error', code, message, action, exitCode })}\n`);
    } else {
      process.stderr.write(`ges-export: ${message}${action === null ? '' : `. ${action}`}\n`);
    }
    if (process.argv.includes('--debug') && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  }
  process.exitCode = exitCode;
}
// Keep-alive sockets and a reader that has left must not hold the process.
process.exit();

function forEachCommand(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const child of command.commands) forEachCommand(child, visit);
}
