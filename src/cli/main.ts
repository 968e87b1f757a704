#!/usr/bin/env node
import { Command } from 'commander';
import { writeWhole } from '../destination/whole-writes.js';
import { VERSION } from '../version.js';
import { endingOf } from './exit-code.js';
import { keepMemoryLow } from './memory-keeper.js';

/** Each command is a module of its own: what one of them needs is no start-up time of the others. */
const COMMANDS = new Map<string, () => Promise<Command>>([
  ['export', async () => (await import('./export.js')).exportCommand()],
  ['inspect', async () => (await import('./inspect.js')).inspectCommand()],
  ['submit', async () => (await import('./submit.js')).submitCommand()],
  ['jobs', async () => (await import('./jobs.js')).jobsCommand()],
  ['cloud-job', async () => (await import('./cloud-job.js')).cloudJobCommand()],
  ['verify', async () => (await import('./verify.js')).verifyCommand()],
  ['gc', async () => (await import('./gc.js')).gcCommand()],
  ['load', async () => (await import('./load.js')).loadCommand()],
  ['ddl', async () => (await import('./ddl.js')).ddlCommand()],
  ['simulate', async () => (await import('./simulate.js')).simulateCommand()],
]);

const program = new Command('ges-export')
  .description('Export Huawei Cloud GES job results to CSV, NDJSON or Parquet: complete, exact, resumable')
  .version(VERSION)
  .showSuggestionAfterError();
// Help, and what is no command, need all of them.
const wanted = process.argv[2] ?? '';
if (wanted === 'export' || wanted === 'submit') keepMemoryLow();
for (const [name, load] of COMMANDS) {
  if (name === wanted || !COMMANDS.has(wanted)) program.addCommand(await load());
}

forEachCommand(program, (command) => {
  command.exitOverride();
  // The one place that reports errors is below; help and version still go out by themselves.
  command.configureOutput({ writeErr: () => {} });
});

writeWhole(process.stdout);
// Where messages can go nowhere, what they tell of goes on.
process.stderr.on('error', () => {});

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
// A pipe whose reader is slow may hold text that was written; to end the process would lose it.
await Promise.all([process.stdout, process.stderr].map(flushed));
// Keep-alive sockets and a reader that has left must not hold the process.
process.exit();

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.on('error', () => resolve());
    stream.write('', () => resolve());
  });
}

function forEachCommand(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const child of command.commands) forEachCommand(child, visit);
}
