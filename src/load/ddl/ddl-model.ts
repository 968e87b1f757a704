import { ConfigError } from '../../errors.js';
import type { Column, ColumnType, Format, PartFile } from '../../model.js';
import { storedColumns, tableFolderOf } from '../../partition.js';
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
  /** Columns whose values stand in the paths of the files instead of in them; often none. */
  readonly partitionBy: readonly string[];
  readonly files: readonly PartFile[];
  readonly source: LoadSource;
  readonly isGzip: boolean;
  /** The folder of the export on this machine: absolute, `/` between names; null: it is at an object store. */
  readonly folder: string | null;
  /** Where its files are, such as `obs://bucket/prefix`, without a slash at the end; null: on this machine only. */
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

/** @throws ConfigError `CONFIG_CONFLICT` when the warehouse does not take columns from paths */
export function needWholeRows(table: DdlTable, warehouse: string, hint = ''): void {
  if (table.partitionBy.length === 0) return;
  const names = table.partitionBy.map((name) => `"${name}"`).join(' and ');
  throw new ConfigError(
    'CONFIG_CONFLICT',
    `${warehouse} reads whole rows, and ${names} of table "${table.name}" stands in the paths: export without --partition-by${hint}`,
  );
}

/** @throws ConfigError `CONFIG_CONFLICT` for an export at an object store */
export function needFolder({ folder, location }: DdlTable, warehouse: string): string {
  if (folder !== null) return folder;
  throw new ConfigError(
    'CONFIG_CONFLICT',
    `${warehouse} reads files of this machine, and "${location}" is an object store: copy the export into a folder`,
  );
}

/** Where each file is: below the location, else on this machine. */
export function fileUrls({ files, folder, location }: DdlTable): readonly string[] {
  return files.map(({ path }) => `${location ?? folder}/${path}`);
}

/** The folder of the part files of a table, as a URL or a path. */
export function tableFolder({ files, folder, location }: DdlTable): string {
  const [file] = files;
  return `${location ?? folder}/${file === undefined ? '' : tableFolderOf(file)}`;
}

/** The columns of a table with those of its partitions last, where warehouses have them. */
export function partitionsLast({ columns, partitionBy }: DdlTable): {
  readonly stored: readonly Column[];
  readonly partitions: readonly Column[];
} {
  return {
    stored: storedColumns(columns, partitionBy),
    partitions: partitionBy.flatMap((name) => columns.find((column) => column.name === name) ?? []),
  };
}

export function isList(type: ColumnType): boolean {
  return type.startsWith('list<');
}

/** The name of a table below its schema, each in quotes of the warehouse. */
export function tableName({ schema, name }: DdlTable, quote: (name: string) => string): string {
  return schema === null ? quote(name) : `${quote(schema)}.${quote(name)}`;
}

/** `CREATE TABLE name (` and its columns, one a line. */
export function createTable(head: string, columns: readonly string[], tail = ''): string {
  return `${head} (\n${columns.map((column) => `  ${column}`).join(',\n')}\n)${tail};\n`;
}
