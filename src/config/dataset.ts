import { posix, resolve, win32 } from 'node:path';
import { ConfigError } from '../errors.js';
import { partitionName } from '../partition.js';

/** What `--partition-by` means, once resolved. */
export interface Partitioning {
  /** The folder of this very export: `OUT/key=value`; `OUT` where exports are gathered in tables. */
  readonly out: string;
  /** Columns to deal the rows out by. */
  readonly partitionBy: readonly string[];
  /** Keys that are one value throughout the export. */
  readonly fixedPartitions: readonly { readonly key: string; readonly value: string }[];
}

/**
 * Parts `key=value`, which is the same throughout the export, from columns.
 *
 * @throws ConfigError `CONFIG_INVALID`, `CONFIG_CONFLICT`
 */
export function resolvePartitioning(options: {
  readonly out: string;
  readonly partitionBy: readonly string[];
  /** Tables hold the values of `key=value` in their logs. */
  readonly tableFormat?: unknown;
}): Partitioning {
  const { out, partitionBy: what, tableFormat } = options;
  const fixed = what.flatMap((one) => {
    const at = one.indexOf('=');
    if (at === 0) throw new ConfigError('CONFIG_INVALID', `--partition-by "${one}": no key before the =`);
    return at < 0 ? [] : [{ key: one.slice(0, at), value: one.slice(at + 1) }];
  });
  const partitionBy = what.filter((one) => !one.includes('='));
  const names = [...fixed.map(({ key }) => key), ...partitionBy];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new ConfigError('CONFIG_CONFLICT', `--partition-by "${twice}" is given twice`);
  const folders = tableFormat !== undefined ? [] : fixed.map(({ key, value }) => partitionName(key, value));
  return {
    out: folders.length === 0 ? out : [out.replace(/(?<=.)[/\\]+$/, ''), ...folders].join('/'),
    partitionBy,
    fixedPartitions: fixed,
  };
}

/**
 * @param place where the export goes, below `out`
 * @throws ConfigError `CONFIG_CONFLICT` for what needs a folder, and a folder beside others
 */
export function checkDataset(
  options: {
    readonly out: string;
    readonly partitionBy: readonly string[];
    readonly fileBytes?: number | undefined;
    readonly latest: boolean;
    readonly keep?: number | undefined;
  },
  place: string,
): void {
  const given = [
    [options.partitionBy.length > 0, '--partition-by'],
    [options.fileBytes !== undefined, '--file-bytes'],
    [options.latest, '--latest'],
    [options.keep !== undefined, '--keep'],
  ] as const;
  const [, flag] = given.find(([isGiven]) => isGiven) ?? [];
  if (flag !== undefined && options.out === '-')
    throw new ConfigError('CONFIG_CONFLICT', `${flag} needs a folder, and --out is -`);
  if (!options.latest && options.keep === undefined) return;
  const { name } = splitPlace(place);
  if (name === LATEST_NAME)
    throw new ConfigError(
      'CONFIG_CONFLICT',
      `"${LATEST_NAME}" is the name that --latest gives: choose another --out`,
    );
}

/** The name that `--latest` points to the newest export. */
export const LATEST_NAME = 'latest';

/**
 * The folder that a place stands in, and its name there.
 *
 * @throws ConfigError `CONFIG_CONFLICT` for a place that stands in none: a root, a whole bucket
 */
export function splitPlace(out: string): { readonly parent: string; readonly name: string } {
  const store = /^(s3:\/\/[^/]+)(?:\/(.*?))?\/*$/.exec(out);
  if (store !== null) {
    const names = (store[2] ?? '').split('/');
    const name = names.pop() ?? '';
    if (name === '') throw alone(out);
    return { parent: [store[1], ...names].join('/'), name };
  }
  const path = resolve(out);
  const { dir, base } = process.platform === 'win32' ? win32.parse(path) : posix.parse(path);
  if (base === '') throw alone(out);
  return { parent: dir, name: base };
}

function alone(out: string): ConfigError {
  return new ConfigError(
    'CONFIG_CONFLICT',
    `--latest and --keep need a folder beside others, and "${out}" stands in none`,
  );
}
