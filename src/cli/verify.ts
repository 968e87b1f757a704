import { Command } from 'commander';
import type { ConnectionOptions } from '../config/options.js';
import { CONNECTION_OPTIONS, STORE_OPTIONS } from '../config/sources.js';
import { ConfigError, type VerifyError } from '../errors.js';
import {
  checkExport,
  failureOf,
  findExports,
  type VerifyOptions,
  type VerifyReport,
} from '../verify-export.js';
import { addConnectionOptions, addStoreOptions, rawOptions } from './common-options.js';
import { formatCount, printable } from './human-text.js';

export function verifyCommand(): Command {
  const command = new Command('verify')
    .description(
      'Read a finished export again: sizes, hashes, rows, columns and offsets must be what its manifest says, and nothing else may lie among the files',
    )
    .argument(
      '<folder>',
      'output folder of an export, or of all that --table-format gathers there, or s3://bucket/prefix',
    )
    .option('--read-data', 'decode every cell too; each must be of the type of its column')
    .option(
      '--remote <n>',
      'read <n> random windows of up to 1000 records from the server too; their rows must be those in the files',
    )
    .option('--seed <n>', 'which windows --remote reads (default: others every time)');
  return addStoreOptions(addConnectionOptions(command))
    .option('--json', 'print the report as JSON')
    .option('--debug', 'show the stack of an error')
    .action(async (out: string, flags: Record<string, unknown>) => {
      const options = await verifyOptions(flags);
      const failures: VerifyError[] = [];
      for (const folder of await findExports(out, options)) {
        const failure = await verifyAndTell(folder, options, flags['json'] === true);
        if (failure !== null) failures.push(failure);
      }
      const [first] = failures;
      if (first !== undefined) throw first;
    });
}

async function verifyAndTell(
  folder: string,
  options: VerifyOptions,
  isJson: boolean,
): Promise<VerifyError | null> {
  const report = await checkExport(folder, options);
  const failure = failureOf(folder, report);
  if (isJson) process.stdout.write(`${JSON.stringify(report)}\n`);
  else if (failure === null) process.stdout.write(`${formatReport(folder, report)}\n`);
  else if (report.disagreements.length > 1) {
    for (const { message } of report.disagreements) process.stderr.write(`${printable(message)}\n`);
  }
  return failure;
}

async function verifyOptions(flags: Record<string, unknown>): Promise<VerifyOptions> {
  const { remote, seed, readData, s3Endpoint, s3Region, s3PathStyle, ...connectionFlags } = flags;
  const { config, maxAttempts } = connectionFlags;
  const storeFlags = { s3Endpoint, s3Region, s3PathStyle, config, maxAttempts };
  const options: VerifyOptions = {
    readData: readData === true,
    store: await rawOptions(storeFlags, STORE_OPTIONS),
  };
  if (remote === undefined) {
    if (seed === undefined) return options;
    throw new ConfigError('CONFIG_CONFLICT', '--seed needs --remote: it says which windows are read');
  }
  const connection = (await rawOptions(connectionFlags, CONNECTION_OPTIONS)) as unknown as ConnectionOptions;
  return {
    ...options,
    remote: {
      connection,
      windows: wholeNumber(remote),
      ...(seed === undefined ? {} : { seed: wholeNumber(seed) }),
    },
  };
}

/** Not a number where the text is none; the range is checked where the number is used. */
function wholeNumber(text: unknown): number {
  return /^\d+$/.test(String(text)) ? Number(text) : Number.NaN;
}

function formatReport(folder: string, { records, rows, files, data, remote }: VerifyReport): string {
  const counted = (count: number, one: string) => `${formatCount(count)} ${count === 1 ? one : `${one}s`}`;
  const parts = [
    `Verified ${folder}: ${counted(records, 'record')}, ${counted(rows, 'row')} in ${counted(files, 'file')}`,
  ];
  if (data !== null) {
    const nulls = Object.values(data.nulls).flatMap((table) => Object.values(table));
    const sum = nulls.reduce((total, count) => total + count, 0);
    parts.push(`${counted(data.cells, 'cell')} decoded, ${counted(sum, 'null')}`);
  }
  if (remote !== null) {
    const { windows, rows: compared, seed } = remote;
    parts.push(
      `${counted(windows.length, 'window')} with ${counted(compared, 'row')} as on the server, seed ${seed}`,
    );
  }
  return parts.join('; ');
}
