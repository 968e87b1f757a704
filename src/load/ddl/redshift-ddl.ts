import type { ColumnType } from '../../model.js';
import { definitions } from '../column-definitions.js';
import { quoteName, quoteText } from '../sql-names.js';
import {
  createTable,
  type DdlTable,
  type Dialect,
  fileUrls,
  needFormats,
  needLocation,
  needWholeRows,
  tableName,
} from './ddl-model.js';

/** `VARCHAR(65535)` is the longest text, in bytes. */
const TYPES: Readonly<Record<ColumnType, string>> = {
  boolean: 'BOOLEAN',
  int64: 'BIGINT',
  double: 'DOUBLE PRECISION',
  string: 'VARCHAR(65535)',
  'list<boolean>': 'SUPER',
  'list<int64>': 'SUPER',
  'list<double>': 'SUPER',
  'list<string>': 'SUPER',
  json: 'SUPER',
};

/** COPY by a manifest, so that exactly these files are read. */
export const redshiftDdl: Dialect = (table) => {
  needFormats(table, 'Redshift', ['csv', 'parquet']);
  needWholeRows(table, 'COPY of Redshift');
  const location = needLocation(table, ['s3://']);
  const name = tableName(table, quoteName);
  const manifest = `${location}/${table.name}.manifest`;
  const copy = [
    `COPY ${name}`,
    `FROM ${quoteText(manifest)}`,
    `IAM_ROLE '<ARN of the role>'`,
    'MANIFEST',
    ...format(table),
  ];
  return [
    createTable(`CREATE TABLE ${name}`, definitions(table.columns, quoteName, TYPES)),
    `-- ${manifest.replaceAll('\n', ' ')} is what this command prints with --manifest.\n`,
    `${copy.join('\n  ')};\n`,
  ].join('');
};

function format({ source, isGzip }: DdlTable): readonly string[] {
  if (source.format === 'parquet') return ['FORMAT AS PARQUET', 'SERIALIZETOJSON'];
  const { delimiter, nullText } = source.csv;
  return [
    'FORMAT AS CSV',
    `DELIMITER AS ${quoteText(delimiter)}`,
    'IGNOREHEADER 1',
    // Without a null text Redshift takes an empty text for a null, too.
    ...(nullText === '' ? ['EMPTYASNULL'] : [`NULL AS ${quoteText(nullText.replaceAll('\\', '\\\\'))}`]),
    ...(isGzip ? ['GZIP'] : []),
  ];
}

/** The manifest file of COPY. `content_length` is required for Parquet. */
export function redshiftManifest(table: DdlTable): string {
  needWholeRows(table, 'COPY of Redshift');
  needLocation(table, ['s3://']);
  const urls = fileUrls(table);
  const entries = table.files.map((file, index) => ({
    url: urls[index],
    mandatory: true,
    meta: { content_length: file.bytes },
  }));
  return `${JSON.stringify({ entries }, null, 2)}\n`;
}
