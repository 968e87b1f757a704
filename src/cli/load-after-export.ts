import { type Command, Option } from 'commander';
import type { StoreOptions } from '../config/options.js';
import { ConfigError } from '../errors.js';
import { LOAD_MODES, type LoadMode } from '../load/load-model.js';

/** What `export --load` adds: the options of `load`, with `load-` before them. */
export function addExportLoadOptions(command: Command): Command {
  return command
    .option('--load <database>', 'then load it into postgres, clickhouse or duckdb:FILE (see "load")')
    .addOption(
      new Option('--load-mode <mode>', 'replace, append or upsert (default: replace)').choices(LOAD_MODES),
    )
    .option('--load-table <name>', 'name of the table in the database (default: that of the export)')
    .option('--load-schema <name>', 'its schema')
    .option('--load-key <columns>', 'for upsert: the columns that tell rows apart');
}

interface LoadFlags {
  readonly load?: string;
  readonly loadMode?: LoadMode;
  readonly loadTable?: string;
  readonly loadSchema?: string;
  readonly loadKey?: string;
}

/** Parts the flags of the load from those of the export. */
export function takeLoadFlags(flags: Readonly<Record<string, unknown>>): {
  readonly loadFlags: LoadFlags;
  readonly rest: Readonly<Record<string, unknown>>;
} {
  const { load, loadMode, loadTable, loadSchema, loadKey, ...rest } = flags;
  return { loadFlags: { load, loadMode, loadTable, loadSchema, loadKey } as LoadFlags, rest };
}

/**
 * Reaches the database before the export begins.
 *
 * @param placeOf where the export goes
 * @param store where its object store is
 * @returns what loads it afterwards, from the folder of its documents; null where nothing is to be loaded
 * @throws GesExportError `CONFIG_INVALID`, `CONFIG_CONFLICT`, `LOAD_*`
 */
export async function planLoad(
  { load, loadMode, loadTable, loadSchema, loadKey }: LoadFlags,
  placeOf: () => string,
  store: StoreOptions,
  say: { readonly quiet: boolean; readonly json: boolean },
): Promise<((folder: string) => Promise<void>) | null> {
  if (load === undefined) {
    if ([loadMode, loadTable, loadSchema, loadKey].some((flag) => flag !== undefined))
      throw new ConfigError('CONFIG_CONFLICT', 'The options --load-… need --load');
    return null;
  }
  const out = placeOf();
  if (out === '-') throw new ConfigError('CONFIG_CONFLICT', '--load needs a folder, and --out is -');
  // Most exports load nothing.
  const { checkDatabase } = await import('../load-export.js');
  const { databaseFor, keyColumns, loadAndReport } = await import('./load.js');
  const database = databaseFor(load, process.env);
  const key = keyColumns(loadKey);
  const request = { mode: loadMode, table: loadTable, schema: loadSchema, key, store };
  await checkDatabase(database, request);
  return async (folder) => {
    await loadAndReport(folder, database, request, say);
  };
}
