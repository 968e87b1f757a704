import { ConfigError } from '../../errors.js';
import type { Column, ColumnType, Format, PartFile } from '../../model.js';
import type { LoadSource } from '../load-model.js';

export const WAREHOUSES = [
  'dws',
  'postgres',
  'clickhouse',
  'duckdb',
  'snowflake',
  'bigquery',
  'redshift',
  'hive',
  'spark',
] as const;
export type Warehouse = (typeof WAREHOUSES)[number];

/** One table of a finished export, as a warehouse is to have it. */
export interface DdlTable {
  /** The name in the warehouse. */
  readonly name: string;
  readonly schema: string | null;
  readonly columns: readonly Column[];
  readonly files: readonly PartFile[];
  readonly source: LoadSource;
  readonly isGzip: boolean;
  /** The folder of the export on this machine: absolute, `/` between names. */
  readonly folder: string;
  /** Where its files were copied to, such as `obs://bucket/prefix`, without a slash at the end; null: nowhere. */
  readonly location: string | null;
}

/** Prints the statements that make a table and bring the files into it. */
export type Dialect = (table: DdlTable) => string;

/** @throws ConfigError `CONFIG_CONFLICT` when the warehouse cannot read the files as they are */
export function needFormats(table: DdlTable, warehouse: string, formats: readonly Format[], hint = ''): void {
  const { format } = table.source;
  if (!formats.includes(format)) {
    throw new ConfigError(
      'CONFIG_CONFLICT',
      `${warehouse} does not read these ${format} files: export with --format ${formats.join(' or ')}${hint}`,
    );
  }
  if (table.source.raw)
    throw new ConfigError('CONFIG_CONFLICT', 'An export made with --raw has no columns: export without it');
}

/** @throws ConfigError `CONFIG_INVALID` */
export function needLocation(table: DdlTable, schemes: readonly string[]): string {
  const { location } = table;
  if (location !== null && schemes.some((scheme) => location.startsWith(scheme))) return location;
  throw new ConfigError(
    'CONFIG_INVALID',
    `--location must say where the files are: ${schemes.map((scheme) => `${scheme}bucket/folder`).join(' or ')}`,
  );
}

/** Where each file is: below the location, else on this machine. */
export function fileUrls({ files, folder, location }: DdlTable): readonly string[] {
  return files.map(({ path }) => `${location ?? folder}/${path}`);
}

/** The folder of the part files of a table, as a URL or a path. */
export function tableFolder(table: DdlTable): string {
  const [first = ''] = fileUrls(table);
  return first.slice(0, first.lastIndexOf('/'));
}

export function isList(type: ColumnType): boolean {
  return type.startsWith('list<');
}

/** `CREATE TABLE name (` and its columns, one a line. */
export function createTable(head: string, columns: readonly string[], tail = ''): string {
  return `${head} (\n${columns.map((column) => `  ${column}`).join(',\n')}\n)${tail};\n`;
}
