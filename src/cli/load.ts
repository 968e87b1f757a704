import { Command, Option } from 'commander';
import { STORE_OPTIONS } from '../config/sources.js';
import { ConfigError } from '../errors.js';
import { LOAD_MODES, type LoadEvent, type LoadMode } from '../load/load-model.js';
import { type LoadDatabase, type LoadReport, type LoadRequest, loadExport } from '../load-export.js';
import { addStoreOptions, rawOptions } from './common-options.js';
import { formatCount } from './human-text.js';
import { interruptSignal } from './interrupt.js';
import { pickFlags } from './pick-flags.js';

/** `ges-export load postgres|clickhouse|duckdb`: the same three options everywhere. */
export function loadCommand(): Command {
  const load = new Command('load').description(
    'Load a finished export into a database, once: the same command again changes nothing',
  );
  const postgres = new Command('postgres')
    .description(
      'Load into PostgreSQL or GaussDB(DWS); PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE say where',
    )
    .argument('<folder>', 'output folder of an export, or s3://bucket/prefix')
    .option('--schema <name>', 'schema of the table (default: the current one)');
  const clickhouse = new Command('clickhouse')
    .description(
      'Load into ClickHouse; CLICKHOUSE_URL, CLICKHOUSE_USER, CLICKHOUSE_PASSWORD, CLICKHOUSE_DATABASE say where',
    )
    .argument('<folder>', 'output folder of an export, or s3://bucket/prefix')
    .option('--schema <name>', 'database of the table (default: CLICKHOUSE_DATABASE)');
  const duckdb = new Command('duckdb')
    .description('Load into a file of DuckDB, made where there is none')
    .argument('<folder>', 'output folder of an export, or s3://bucket/prefix')
    .argument('<file>', 'database file')
    .option('--schema <name>', 'schema of the table (default: main)');
  addLoadOptions(postgres).action((folder: string, flags: LoadFlags) => {
    nameRuntime();
    return runLoad(folder, databaseFor('postgres', process.env), flags);
  });
  addLoadOptions(clickhouse).action((folder: string, flags: LoadFlags) =>
    runLoad(folder, databaseFor('clickhouse', process.env), flags),
  );
  addLoadOptions(duckdb).action((folder: string, file: string, flags: LoadFlags) =>
    runLoad(folder, databaseFor(`duckdb:${file}`, process.env), flags),
  );
  return load.addCommand(postgres).addCommand(clickhouse).addCommand(duckdb);
}

interface LoadFlags {
  readonly mode?: LoadMode;
  readonly table?: string;
  readonly schema?: string;
  readonly key?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly config?: string;
}

function addLoadOptions(command: Command): Command {
  return addStoreOptions(command)
    .option(
      '--config <file>',
      'YAML file with options of the object store; flags and environment win over it',
    )
    .option('--table <name>', 'name of the table (default: that of the export)')
    .addOption(
      new Option(
        '--mode <mode>',
        'replace: the table holds this export alone; append: beside others; upsert: rows with the same key are replaced',
      )
        .choices(LOAD_MODES)
        .default('replace'),
    )
    .option('--key <columns>', 'for upsert: the columns that tell rows apart, with commas between them')
    .option('-q, --quiet', 'say nothing but errors')
    .option('--json', 'one JSON object for each event on standard error')
    .option('--debug', 'show the stack of an error');
}

/**
 * Gives Node 20 the `navigator` of later ones. Where there is none, pg tells runtimes apart by what `Response` does, and
 * Node loads all of `fetch` for that, a tenth of what `COPY` of a million short rows takes.
 */
function nameRuntime(): void {
  if ('navigator' in globalThis) return;
  Object.defineProperty(globalThis, 'navigator', {
    value: { userAgent: `Node.js/${process.versions.node.split('.')[0]}` },
    configurable: true,
  });
}

/**
 * A database as `--load` names it: `postgres`, `clickhouse` or `duckdb:FILE`.
 *
 * @throws ConfigError `CONFIG_INVALID`
 */
export function databaseFor(name: string, env: Readonly<Record<string, string | undefined>>): LoadDatabase {
  if (name === 'postgres') return { to: 'postgres' };
  if (name.startsWith('duckdb:') && name.length > 'duckdb:'.length)
    return { to: 'duckdb', file: name.slice('duckdb:'.length) };
  if (name !== 'clickhouse')
    throw new ConfigError('CONFIG_INVALID', `--load "${name}": give postgres, clickhouse or duckdb:FILE`);
  const url = env['CLICKHOUSE_URL'] || 'http://127.0.0.1:8123';
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new ConfigError('CONFIG_INVALID', 'CLICKHOUSE_URL is not an address such as http://127.0.0.1:8123');
  const { username, password } = new URL(url);
  if (username !== '' || password !== '') {
    throw new ConfigError(
      'CONFIG_INVALID',
      'CLICKHOUSE_URL must not hold a user name or a password: use CLICKHOUSE_USER and CLICKHOUSE_PASSWORD',
    );
  }
  return {
    to: 'clickhouse',
    connection: {
      url,
      user: env['CLICKHOUSE_USER'] || 'default',
      password: env['CLICKHOUSE_PASSWORD'] ?? '',
      database: env['CLICKHOUSE_DATABASE'] || 'default',
    },
  };
}

/** The columns of `--key`, as the user lists them. */
export function keyColumns(text: string | undefined): readonly string[] | undefined {
  return text?.split(',').map((column) => column.trim());
}

async function runLoad(folder: string, database: LoadDatabase, flags: LoadFlags): Promise<void> {
  const { mode, table, schema, key } = flags;
  const store = await rawOptions(pickFlags({ ...flags }, STORE_OPTIONS), STORE_OPTIONS);
  await loadAndReport(folder, database, { mode, table, schema, key: keyColumns(key), store }, flags);
}

/** Loads an export and says so on standard error, the way `export` does. */
export async function loadAndReport(
  folder: string,
  database: LoadDatabase,
  request: LoadRequest,
  flags: { readonly quiet?: boolean | undefined; readonly json?: boolean | undefined },
): Promise<LoadReport> {
  const { signal, dispose } = interruptSignal();
  const onEvent = (event: LoadEvent) => {
    if (flags.json === true)
      process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
    else if (flags.quiet !== true) process.stderr.write(`${describe(event)}\n`);
  };
  try {
    return await loadExport(folder, database, request, { signal, onEvent });
  } finally {
    dispose();
  }
}

function describe(event: LoadEvent): string {
  switch (event.type) {
    case 'load-started':
      return `Loading table ${event.table}: ${formatCount(event.rows)} rows, ${formatCount(event.files)} ${event.files === 1 ? 'file' : 'files'}`;
    case 'load-file':
      return `Loaded ${event.path}: ${formatCount(event.rows)} rows`;
    case 'load-finished':
      return event.outcome === 'loaded'
        ? `Done: table ${event.table}, ${formatCount(event.rows)} rows`
        : `Already loaded: table ${event.table}, ${formatCount(event.rows)} rows`;
  }
}
