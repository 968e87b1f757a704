import { Command } from 'commander';
import { collectGarbage, type Garbage } from '../collect-garbage.js';
import { resolveDuration } from '../config/options.js';
import { STORE_OPTIONS } from '../config/sources.js';
import { addStoreOptions, rawOptions } from './common-options.js';
import { formatBytes } from './human-text.js';

const KIND_TEXT: Readonly<Record<Garbage['kind'], string>> = {
  part: 'part',
  'open-part': 'part in progress',
  checkpoint: 'checkpoint',
  removal: 'removal that was cut off',
};

export function gcCommand(): Command {
  const command = new Command('gc')
    .description('Show, and with --yes remove, what dead exports left: uploads, parts, checkpoints')
    .argument(
      '<folder>',
      'output folder of an export (with --table-format <out>/_exports/<id>), or s3://bucket/prefix',
    )
    .option('--yes', 'remove it; without this nothing is changed')
    .option(
      '--older-than <duration>',
      'an unfinished export is dead so long after its last commit (default: 7d)',
    );
  return addStoreOptions(command)
    .option('--config <file>', 'YAML file with options; flags and environment win over it')
    .option('--json', 'print JSON')
    .option('--debug', 'show the stack of an error')
    .action(runGc);
}

async function runGc(folder: string, flags: Record<string, unknown>): Promise<void> {
  const { yes, olderThan = '7d', ...rest } = flags;
  const found = await collectGarbage(folder, {
    olderThan: resolveDuration('--older-than', olderThan),
    remove: yes === true,
    store: await rawOptions(rest, STORE_OPTIONS),
  });
  if (flags['json'] === true) {
    process.stdout.write(`${JSON.stringify({ removed: yes === true, found })}\n`);
    return;
  }
  for (const { kind, path, bytes, modifiedAt } of found) {
    const size = bytes === null ? '' : `, ${formatBytes(bytes)}`;
    process.stdout.write(`${KIND_TEXT[kind]} ${path}${size}, ${modifiedAt.toISOString()}\n`);
  }
  const count = found.length === 0 ? 'nothing' : `${found.length}`;
  process.stdout.write(
    yes === true
      ? `Removed: ${count}\n`
      : `To remove: ${count}${found.length === 0 ? '' : '; --yes does it'}\n`,
  );
}
