import { type Options, stringify } from 'csv-stringify/sync';
import { CheckpointError, ConfigError } from '../errors.js';
import { JsonNumber, type JsonValue, stringifyJson } from '../json-value.js';
import type { Column, CsvOptions, Row, SinkFormat } from '../model.js';
import { checkOptions } from './check-options.js';
import { type RowEncoder, TextSink } from './text-sink.js';

const BYTE_ORDER_MARK = '\uFEFF';
const FORMULA_START = /^[=+\-@\t\r]/;
const LONE_IN_UTF16 = /^[\uD800-\uDFFF]$/;

/**
 * CSV by RFC 4180: a header row, quotes only where a cell holds the delimiter, a quote, CR or LF; UTF-8.
 *
 * - Null is an empty unquoted cell, or `nullText` unquoted; a cell that merely reads like `nullText` is quoted.
 *   Empty text is `""`.
 * - In a table of one column with an empty `nullText`, null is `""` too: an empty line is no record to many
 *   readers, and a row must not be lost. A `nullText` keeps both apart.
 * - Numbers keep their digits; lists and `json` cells are compact JSON text.
 * - `escapeFormulas` puts `'` before text cells and column names that start with `=`, `+`, `-`, `@`, TAB or CR.
 * - A lone surrogate, which has no UTF-8 form, is its `\uXXXX` escape in JSON text; no other text holds one.
 */
export const csvFormat: SinkFormat = {
  format: 'csv',
  compressions: ['none', 'gzip'],
  defaultCompression: 'none',
  extension: (compression) => (compression === 'gzip' ? '.csv.gz' : '.csv'),
  async open(options) {
    checkOptions(csvFormat, options);
    checkCsvOptions(options.csv);
    if (options.resume?.bytes === 0) {
      throw new CheckpointError(
        'CHECKPOINT_INVALID',
        'Cannot resume a CSV part of 0 bytes: its header is missing',
      );
    }
    return new TextSink(options, new CsvEncoder(options.columns, options.csv));
  },
};

function checkCsvOptions(csv: CsvOptions): void {
  const { delimiter, nullText } = csv;
  if (delimiter.length !== 1 || /["\r\n]/.test(delimiter) || LONE_IN_UTF16.test(delimiter)) {
    throw new ConfigError(
      'CONFIG_INVALID',
      `CSV delimiter ${JSON.stringify(delimiter)}: use one character that is neither a quote nor a line break`,
    );
  }
  if (/["\r\n]/.test(nullText) || nullText.includes(delimiter)) {
    throw new ConfigError(
      'CONFIG_INVALID',
      `CSV null text ${JSON.stringify(nullText)}: leave out the delimiter, quotes and line breaks`,
    );
  }
}

class CsvEncoder implements RowEncoder {
  readonly head: string;
  readonly #columns: readonly Column[];
  readonly #escapeFormulas: boolean;
  readonly #options: Options;
  readonly #isNullQuoted: boolean;
  #lines: (string | null)[][] = [];
  #chars = 0;

  constructor(columns: readonly Column[], csv: CsvOptions) {
    this.#columns = columns;
    this.#escapeFormulas = csv.escapeFormulas;
    this.#options = stringifyOptions(csv);
    this.#isNullQuoted = columns.length === 1 && csv.nullText === '';
    const names = columns.map((column) => this.#text(column.name));
    this.head = (csv.bom ? BYTE_ORDER_MARK : '') + stringify([names], this.#options);
  }

  get waitingChars(): number {
    return this.#chars;
  }

  add(row: Row): void {
    const line: (string | null)[] = [];
    for (let i = 0; i < this.#columns.length; i++) {
      const cell = this.#cell(row[i] as JsonValue, this.#columns[i]?.type === 'string');
      line.push(cell);
      this.#chars += 1 + (cell === null ? 0 : cell.length);
    }
    this.#lines.push(line);
  }

  take(): string {
    const text = stringify(this.#lines, this.#options);
    this.#lines = [];
    this.#chars = 0;
    return text;
  }

  #cell(value: JsonValue, isText: boolean): string | null {
    if (value === null) return this.#isNullQuoted ? '' : null;
    if (typeof value === 'string' && isText) return this.#text(value);
    if (value instanceof JsonNumber) return value.text;
    return stringifyJson(value);
  }

  #text(value: string): string {
    return this.#escapeFormulas && FORMULA_START.test(value) ? `'${value}` : value;
  }
}

function stringifyOptions(csv: CsvOptions): Options {
  const { nullText } = csv;
  const options: Options = {
    delimiter: csv.delimiter,
    record_delimiter: csv.crlf ? '\r\n' : '\n',
    // Once record_delimiter is given, csv-stringify leaves a bare CR or LF unquoted unless told otherwise.
    quote_record_delimiter: true,
    // `quoted_empty` would quote nulls too; a pattern is tried on strings only.
    quoted_match: [/^$/],
  };
  if (nullText === '') return options;
  return {
    ...options,
    cast: {
      null: () => nullText,
      string: (text) => (text === nullText ? { value: text, quoted: true } : text),
    },
  };
}
