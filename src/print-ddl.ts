import { resolve } from 'node:path';
import type { StoreOptions } from './config/options.js';
import { isStoreAddress } from './destination/s3/s3-address.js';
import { ConfigError } from './errors.js';
import { useFinishedExport } from './finished-export.js';
import { dialects } from './load/ddl/ddl-for.js';
import type { DdlTable, Warehouse } from './load/ddl/ddl-model.js';
import { redshiftManifest } from './load/ddl/redshift-ddl.js';
import { loadSource } from './load-source.js';
import type { Manifest } from './manifest/manifest.js';

export interface DdlRequest {
  readonly warehouse: Warehouse;
  /** The one table of the export that is meant; all of them when left out. */
  readonly only?: string | undefined;
  /** The name in the warehouse; that of the export when left out. For one table. */
  readonly table?: string | undefined;
  readonly schema?: string | undefined;
  /** Where the files were copied to, such as `obs://bucket/ranks`; where they are when left out. */
  readonly location?: string | undefined;
  /** Where the object store is and who reads it, for an export at `s3://bucket/prefix`. */
  readonly store?: StoreOptions | undefined;
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
  const manifest = await useFinishedExport(folder, request.store, async (found) => found);
  const { only, table: name, schema, location } = request;
  const chosen = manifest.tables.filter((table) => only === undefined || table.name === only);
  if (chosen.length === 0) {
    const names = manifest.tables.map((table) => `"${table.name}"`).join(', ');
    throw new ConfigError('CONFIG_INVALID', `--only "${only}": the export holds ${names}`);
  }
  if (name !== undefined && chosen.length > 1)
    throw new ConfigError('CONFIG_CONFLICT', '--table names one table: choose one with --only');
  const source = loadSource(manifest);
  const isAtStore = isStoreAddress(folder);
  const parts = isAtStore ? partsAtStore(folder, manifest) : resolve(folder, manifest.root ?? '');
  const place = location ?? (isAtStore ? parts : null);
  return chosen.map((table) => ({
    name: name ?? table.name,
    schema: schema ?? null,
    columns: table.columns,
    partitionBy: table.partitionBy ?? [],
    files: table.files,
    source,
    isGzip: manifest.options['format'] !== 'parquet' && manifest.options['compression'] === 'gzip',
    folder: isAtStore ? null : parts.replaceAll('\\', '/'),
    location: place === null ? null : place.replace(/\/+$/, ''),
  }));
}

/** Where the paths of the parts begin, for the documents of an export at a store. */
function partsAtStore(documents: string, { root }: Manifest): string {
  const names = documents.replace(/\/+$/, '').split('/');
  const up = root?.split('/').length ?? 0;
  return names.slice(0, names.length - up).join('/');
}
