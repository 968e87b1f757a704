import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LoadError } from '../../errors.js';
import type { LoadPart, LoadTable } from '../load-model.js';
import { quoteName, quoteText } from '../sql-names.js';
import { copyText } from './copy-text.js';
import { toPostgresError } from './failure.js';
import type { PostgresSession } from './session.js';

/**
 * Copies one part into a table, in the transaction that is open. Its text goes as it is where PostgreSQL reads it
 * the way it was written: CSV without lists, whose cells are JSON text there.
 *
 * @param into the quoted name of the table
 * @param isNew whether the table was made in this transaction, so that nobody sees its rows before it ends
 * @throws LoadError `LOAD_REFUSED`, `LOAD_CONNECTION`, `LOAD_SERVER_FULL`; VerifyError `VERIFY_FAILED`
 */
export async function copyPart(
  session: PostgresSession,
  into: string,
  table: LoadTable,
  part: LoadPart,
  isNew: boolean,
  signal: AbortSignal,
): Promise<void> {
  const isRaw = isCopyCsv(table);
  const source = isRaw ? (part.text() as NodeJS.ReadableStream) : Readable.from(encode(part));
  const names = table.columns.map((column) => quoteName(column.name)).join(', ');
  // Without FREEZE, the first one to read the rows, which is our count, writes each page again.
  const settings = [...(isNew && session.canFreeze ? ['FREEZE'] : []), ...(isRaw ? csvSettings(table) : [])];
  const options = settings.length === 0 ? '' : ` WITH (${settings.join(', ')})`;
  const copy = session.copy(`COPY ${into} (${names}) FROM STDIN${options}`);
  try {
    await pipeline(source, copy, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw toPostgresError(error, `load "${part.file.path}"`);
  }
  if (copy.rowCount !== part.file.rows) {
    throw new LoadError(
      'LOAD_MISMATCH',
      `PostgreSQL took ${copy.rowCount} rows of "${part.file.path}", which has ${part.file.rows}`,
    );
  }
}

async function* encode(part: LoadPart): AsyncIterable<Buffer> {
  for await (const rows of part.rows()) {
    if (rows.length > 0) yield Buffer.from(copyText(rows));
  }
}

/** In a table of one column null may be written as `""`, and `\.` alone on a line ends the data before PostgreSQL 18. */
function isCopyCsv({ source, columns, partitionBy }: LoadTable): boolean {
  return (
    source.format === 'csv' &&
    partitionBy.length === 0 &&
    columns.length > 1 &&
    columns.every((column) => !column.type.startsWith('list<')) &&
    /^[ -~\t]$/.test(source.csv.delimiter)
  );
}

function csvSettings({ source }: LoadTable): readonly string[] {
  const { delimiter, nullText } = source.csv;
  return ['FORMAT csv', 'HEADER', `DELIMITER ${quoteText(delimiter)}`, `NULL ${quoteText(nullText)}`];
}
