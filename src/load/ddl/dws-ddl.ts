import { ConfigError } from '../../errors.js';
import type { ColumnType } from '../../model.js';
import { definitions } from '../column-definitions.js';
import { POSTGRES_TYPES } from '../postgres/column-types.js';
import { quoteName, quoteText } from '../sql-names.js';
import {
  createTable,
  type Dialect,
  fileUrls,
  needFormats,
  needLocation,
  needWholeRows,
  tableName,
} from './ddl-model.js';

const TYPES: Readonly<Record<ColumnType, string>> = {
  ...POSTGRES_TYPES,
  'list<boolean>': 'text',
  'list<int64>': 'text',
  'list<double>': 'text',
  'list<string>': 'text',
  json: 'text',
};

/**
 * A foreign table over the files on OBS (`dws_06_0160`: server `gsmpp_server`, text and CSV only, no Chinese characters
 * in paths), from which the table is filled. Lists and JSON stay text.
 *
 * @throws ConfigError `CONFIG_INVALID`, `CONFIG_CONFLICT`
 */
export const dwsDdl: Dialect = (table) => {
  needFormats(table, 'A foreign table of GaussDB(DWS)', ['csv']);
  if (table.isGzip)
    throw new ConfigError(
      'CONFIG_CONFLICT',
      'GaussDB(DWS) is to read plain CSV: export without --compression',
    );
  needWholeRows(table, 'A foreign table of GaussDB(DWS)', ', or use "load postgres"');
  needLocation(table, ['obs://']);
  const urls = fileUrls(table);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
  const odd = urls.find((url) => /[^\x00-\x7f|]/.test(url) || url.includes('|'));
  if (odd !== undefined)
    throw new ConfigError('CONFIG_CONFLICT', `GaussDB(DWS) takes ASCII paths only: rename "${odd}"`);
  const name = tableName(table, quoteName);
  const foreign = tableName({ ...table, name: `${table.name}_obs` }, quoteName);
  const { delimiter, nullText } = table.source.csv;
  const options = [
    `location ${quoteText(urls.join(' | '))}`,
    `format 'csv'`,
    `header 'true'`,
    `encoding 'utf8'`,
    `delimiter ${quoteText(delimiter)}`,
    `null ${quoteText(nullText)}`,
    `access_key '<access key>'`,
    `secret_access_key '<secret key>'`,
  ];
  return [
    createTable(`CREATE TABLE ${name}`, definitions(table.columns, quoteName, TYPES)),
    createTable(
      `CREATE FOREIGN TABLE ${foreign}`,
      definitions(
        table.columns.map((column) => ({ ...column, nullable: true })),
        quoteName,
        TYPES,
      ),
      `\nSERVER gsmpp_server\nOPTIONS (\n${options.map((option) => `  ${option}`).join(',\n')}\n)\nREAD ONLY`,
    ),
    `INSERT INTO ${name} SELECT * FROM ${foreign};\nDROP FOREIGN TABLE ${foreign};\n`,
  ].join('');
};
