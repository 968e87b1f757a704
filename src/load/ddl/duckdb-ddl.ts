import { ConfigError } from '../../errors.js';
import type { PartFile } from '../../model.js';
import { definitions } from '../column-definitions.js';
import { DUCKDB_TYPES } from '../duckdb/column-types.js';
import { hasJson, selectFiles } from '../duckdb/file-reader.js';
import { quoteName } from '../sql-names.js';
import { createTable, type DdlTable, type Dialect, fileUrls, needFormats, tableName } from './ddl-model.js';

/** DuckDB reads the files where they are: on this machine, or below the location with its extension httpfs. */
export const duckdbDdl: Dialect = (table) => {
  needFormats(table, 'DuckDB', ['csv', 'ndjson', 'parquet']);
  if (table.source.format === 'ndjson' && hasJson(table.columns)) {
    throw new ConfigError(
      'CONFIG_CONFLICT',
      'DuckDB rounds numbers in JSON columns of NDJSON: export with --format csv or parquet, or use "load duckdb"',
    );
  }
  const name = tableName(table, quoteName);
  return [
    createTable(`CREATE TABLE ${name}`, definitions(table.columns, quoteName, DUCKDB_TYPES)),
    ...partitionsOf(table).map((files) => {
      const paths = fileUrls({ ...table, files });
      return `INSERT INTO ${name} ${selectFiles({ ...table, emptyColumns: [] }, paths, files[0]?.partition)};\n`;
    }),
  ].join('');
};

/** The files of each partition. */
function partitionsOf({ files }: DdlTable): readonly (readonly PartFile[])[] {
  const groups = new Map<string, PartFile[]>();
  for (const file of files) {
    const key = JSON.stringify(file.partition ?? []);
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  return [...groups.values()];
}
