import { resolve } from 'node:path';
import { ConfigError } from './errors.js';
import { readFinishedExport } from './finished-export.js';
import { dialects } from './load/ddl/ddl-for.js';
import type { DdlTable, Warehouse } from './load/ddl/ddl-model.js';
import { redshiftManifest } from './load/ddl/redshift-ddl.js';
import { loadSource } from './load-source.js';

export interface DdlRequest {
  readonly warehouse: Warehouse;
  /** The one table of the export that is meant; all of them when left out. */
  readonly only?: string | undefined;
  /** The name in the warehouse; that of the export when left out. For one table. */
  readonly table?: string | undefined;
  readonly schema?: string | undefined;
  /** Where the files of the folder were copied to, such as `obs://bucket/ranks`. */
  readonly location?: string | undefined;
}

/**
 * The statements that make the tables of a finished export in a warehouse and load its files there.
 *
 * @throws GesExportError `VERIFY_FAILED`, `CONFIG_INVALID`, `CONFIG_CONFLICT`
 */
export async function printDdl(folder: string, request: DdlRequest): Promise<string> {
  const tables = await ddlTables(folder, request);
  return tables.map((table) => dialects[request.warehouse](table)).join('\n');
}

/** The manifest file that `COPY … MANIFEST` of Redshift reads, for one table. */
export async function printRedshiftManifest(folder: string, request: DdlRequest): Promise<string> {
  const [table, ...others] = await ddlTables(folder, request);
  if (table === undefined || others.length > 0)
    throw new ConfigError('CONFIG_INVALID', `"${folder}" holds several tables: choose one with --only`);
  return redshiftManifest(table);
}

async function ddlTables(folder: string, request: DdlRequest): Promise<readonly DdlTable[]> {
  const manifest = await readFinishedExport(folder);
  const { only, table: name, schema, location } = request;
  const chosen = manifest.tables.filter((table) => only === undefined || table.name === only);
  if (chosen.length === 0) {
    const names = manifest.tables.map((table) => `"${table.name}"`).join(', ');
    throw new ConfigError('CONFIG_INVALID', `--only "${only}": the export holds ${names}`);
  }
  if (name !== undefined && chosen.length > 1)
    throw new ConfigError('CONFIG_CONFLICT', '--table names one table: choose one with --only');
  const source = loadSource(manifest);
  return chosen.map((table) => ({
    name: name ?? table.name,
    schema: schema ?? null,
    columns: table.columns,
    files: table.files,
    source,
    isGzip: manifest.options['format'] !== 'parquet' && manifest.options['compression'] === 'gzip',
    folder: resolve(folder, manifest.root ?? '').replaceAll('\\', '/'),
    location: location === undefined ? null : location.replace(/\/+$/, ''),
  }));
}
