import { createHash } from 'node:crypto';
import type { StoreOptions } from './config/options.js';
import { parseChecked } from './decode/reference/parse-json.js';
import type { OutputPlace } from './destination/output-place.js';
import { ConfigError } from './errors.js';
import { useFinishedExport } from './finished-export.js';
import type { JsonValue } from './json-value.js';
import type {
  ClickhouseConnection,
  LoadEvent,
  Loader,
  LoadMode,
  LoadOutcome,
  LoadTable,
} from './load/load-model.js';
import { openPart } from './load/parts/open-part.js';
import { partParquet } from './load-parquet.js';
import { loadSource } from './load-source.js';
import type { Manifest } from './manifest/manifest.js';
import { OVERFLOW_NAME } from './model.js';
import { hideInError } from './secret-text.js';

/** The database, and how to reach it. */
export type LoadDatabase =
  | {
      readonly to: 'postgres';
      /** What is left out comes from libpq's variables (PGHOST, PGPASSWORD, …) and the password file. */
      readonly connection?: PostgresConnection | undefined;
    }
  | { readonly to: 'clickhouse'; readonly connection: ClickhouseConnection }
  | { readonly to: 'duckdb'; readonly file: string };

interface PostgresConnection {
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
}

export interface LoadRequest {
  /** `replace` when left out. */
  readonly mode?: LoadMode | undefined;
  /** The name in the database; that of the exported table when left out. For an export of one table. */
  readonly table?: string | undefined;
  /** A schema; the database of ClickHouse. That of the connection when left out. */
  readonly schema?: string | undefined;
  /** Columns that tell rows apart; for `upsert`, and only for it. */
  readonly key?: readonly string[] | undefined;
  /** Where the object store is and who reads it, for an export at `s3://bucket/prefix`. */
  readonly store?: StoreOptions | undefined;
}

export interface LoadHooks {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: LoadEvent) => void) | undefined;
}

export interface LoadReport {
  readonly jobId: string;
  readonly tables: readonly {
    readonly table: string;
    readonly rows: number;
    readonly outcome: LoadOutcome;
  }[];
}

/**
 * Loads a finished export into a database: `manifest → part files → rows → staging → table`. Every part is checked
 * against the manifest while it is read, and the rows are counted again in the database before they are shown. The
 * same call a second time changes nothing.
 *
 * @param out a folder, or `s3://bucket/prefix`
 * @throws GesExportError `LOAD_*`, `VERIFY_FAILED`, `CONFIG_INVALID`, `CONFIG_CONFLICT`; the signal's reason on abort
 */
export async function loadExport(
  out: string,
  database: LoadDatabase,
  request: LoadRequest = {},
  hooks: LoadHooks = {},
): Promise<LoadReport> {
  return await useFinishedExport(
    out,
    request.store,
    (manifest, place) => loadFinished(manifest, place, database, request, hooks),
    hooks.signal,
  );
}

async function loadFinished(
  manifest: Manifest,
  place: OutputPlace,
  database: LoadDatabase,
  request: LoadRequest,
  hooks: LoadHooks,
): Promise<LoadReport> {
  const tables = loadTables(place, manifest, request);
  const loader = await openLoader(database);
  try {
    const onEvent = hooks.onEvent ?? (() => {});
    const outcomes = await loader.load(tables, {
      mode: request.mode ?? 'replace',
      schema: request.schema ?? null,
      key: request.key ?? [],
      signal: hooks.signal ?? new AbortController().signal,
      onEvent,
    });
    const report = tables.map(({ name, rows }, index) => ({
      table: name,
      rows,
      outcome: outcomes[index] as LoadOutcome,
    }));
    for (const table of report) onEvent({ type: 'load-finished', ...table });
    return { jobId: manifest.job.id, tables: report };
  } catch (error) {
    throw hideInError(error, loader.secrets());
  } finally {
    await loader.close();
  }
}

/**
 * Says before a long export what would stop its load: a client that is missing, a database that cannot be reached.
 *
 * @throws GesExportError as `loadExport()`
 */
export async function checkDatabase(database: LoadDatabase, request: LoadRequest): Promise<void> {
  checkRequest(request);
  const loader = await openLoader(database);
  await loader.close();
}

/** A small load is as long as its start: only the modules of this database are read. */
async function openLoader(database: LoadDatabase): Promise<Loader> {
  switch (database.to) {
    case 'postgres':
      return (await import('./load/postgres/load-postgres.js')).openPostgres(database.connection ?? {});
    case 'clickhouse':
      return (await import('./load/clickhouse/load-clickhouse.js')).openClickhouse(database.connection);
    case 'duckdb':
      return (await import('./load/duckdb/load-duckdb.js')).openDuckdb(database.file);
  }
}

function checkRequest({ mode, key }: LoadRequest): void {
  if (mode === 'upsert' && (key ?? []).length === 0)
    throw new ConfigError('CONFIG_INVALID', '--mode upsert needs --key: the columns that tell rows apart');
  if (mode !== 'upsert' && key !== undefined)
    throw new ConfigError('CONFIG_CONFLICT', '--key is for --mode upsert');
}

function loadTables(place: OutputPlace, manifest: Manifest, request: LoadRequest): readonly LoadTable[] {
  checkRequest(request);
  const source = loadSource(manifest);
  const { table: name, key = [] } = request;
  if (name !== undefined && manifest.tables.length !== 1) {
    const names = manifest.tables.map((table) => `"${table.name}"`).join(' and ');
    throw new ConfigError('CONFIG_CONFLICT', `--table names one table, and "${place.name}" holds ${names}`);
  }
  return manifest.tables.map((table) => {
    const names = table.columns.map((column) => column.name);
    const unknown = key.find((column) => !names.includes(column));
    if (unknown !== undefined)
      throw new ConfigError(
        'CONFIG_INVALID',
        `--key "${unknown}": table "${table.name}" has ${names.join(', ')}`,
      );
    return {
      name: name ?? table.name,
      loadId: loadIdOf(manifest, table),
      jobId: manifest.job.id,
      rows: table.rows,
      columns: table.columns,
      partitionBy: table.partitionBy ?? [],
      emptyColumns: table.overflowRows === 0 ? [OVERFLOW_NAME] : [],
      source,
      parts: table.files.map((file) =>
        openPart((path) => place.openFile(path), file, table, source, parseJson, partParquet),
      ),
    };
  });
}

/** The same result exported again, with the same options, gives the same ID: its rows are the same. */
function loadIdOf({ job, source }: Manifest, { name, columns, files }: Manifest['tables'][number]): string {
  const parts = files.map(({ path, rows, sha256 }) => [path, rows, sha256]);
  return createHash('sha256')
    .update(JSON.stringify([job.id, source.endpoint, source.projectId, source.graph, name, columns, parts]))
    .digest('hex');
}

/** The lossless parser takes only what is known to be JSON. */
function parseJson(text: string): JsonValue {
  JSON.parse(text);
  return parseChecked(text);
}
