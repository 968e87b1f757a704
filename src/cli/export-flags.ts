import type { Command, Option } from 'commander';
import { CONNECTION_OPTIONS, EXPORT_OPTIONS } from '../config/sources.js';
import { ConfigError } from '../errors.js';
import { exportCommand } from './export.js';

/**
 * What shapes the files, and what writing them may need, for tables whose records are known beforehand. The engine is
 * none of it: only the reference engine reads such records.
 */
const FILE_FLAGS: ReadonlySet<string> = new Set([
  'format',
  'compression',
  'rowsPerFile',
  'fileBytes',
  'partitionBy',
  'latest',
  'keep',
  'force',
  'memory',
  'maxDuration',
  'delimiter',
  'nullText',
  'crlf',
  'bom',
  'escapeFormulas',
  's3Endpoint',
  's3Region',
  's3PathStyle',
]);

/** Options of `export` that say how tables are made of samples. */
const SAMPLE_OPTIONS: ReadonlySet<string> = new Set([
  'paths',
  'raw',
  'strict',
  'graphHeaders',
  'tableFormat',
  'engine',
  'workers',
]);

/** Options of `export` that matter to tables whose records are known beforehand, in the configuration file too. */
export const KNOWN_TABLE_OPTIONS: ReadonlySet<string> = new Set(
  [...EXPORT_OPTIONS].filter((name) => !SAMPLE_OPTIONS.has(name)),
);

/** `--export <folder>` and the flags of `export` that go with it; without `names` all of them. */
export function addExportFlags(command: Command, what: string, names?: ReadonlySet<string>): Command {
  command.option(
    '--export <folder>',
    `export ${what} as "export" does, into a folder or s3://bucket/prefix, or - for standard output`,
    folderOf,
  );
  const taken = new Set(command.options.map((option) => option.attributeName()));
  for (const option of exportCommand().options) {
    if (isShared(option, names) && !taken.has(option.attributeName())) command.addOption(option);
  }
  return command;
}

/** The flags of `export` that shape files, and `--export`. */
export function addFileFlags(command: Command, what: string): Command {
  return addExportFlags(command, what, FILE_FLAGS);
}

function isShared(option: Option, names: ReadonlySet<string> | undefined): boolean {
  const name = option.attributeName();
  return name !== 'out' && (names === undefined || names.has(name));
}

/** A flag that follows would be taken for the folder. */
function folderOf(value: string): string {
  if (value.startsWith('--'))
    throw new ConfigError('CONFIG_INVALID', `--export needs a folder, not "${value}"`);
  return value;
}

/** Flags of `export` that say something without an export too. */
const GENERAL_FLAGS: ReadonlySet<string> = new Set([
  ...CONNECTION_OPTIONS,
  'config',
  'wait',
  'quiet',
  'json',
  'debug',
]);

/** @throws ConfigError `CONFIG_CONFLICT` for flags that say something about an export although there is none */
export function refuseExportFlags(flags: Readonly<Record<string, unknown>>): void {
  for (const option of exportCommand().options) {
    const name = option.attributeName();
    if (flags[name] !== undefined && !GENERAL_FLAGS.has(name))
      throw new ConfigError('CONFIG_CONFLICT', `${option.long} needs --export`);
  }
}

/** The flags of the command as those of `export`: `--export` is its `--out`. */
export function asExportFlags(
  flags: Readonly<Record<string, unknown>>,
  jobId: string,
): Record<string, unknown> {
  const { export: out, wait, ...rest } = flags;
  return { ...rest, wait: wait === true ? '24h' : wait, out, jobId };
}
