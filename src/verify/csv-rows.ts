import { JsonNumber, type JsonValue } from '../json-value.js';
import type { Column, StoredFile } from '../model.js';
import { shown } from './disagreement.js';
import type { FileLayout } from './file-layout.js';
import { readText } from './read-text.js';
import { FileProblem, type RowBatch, RowProblem, type Wanted } from './row-batch.js';

const QUOTE = 0x22;
const BYTE_ORDER_MARK = '\uFEFF';

/** A cell as it is written; null where it is the unquoted null text. */
type TextCell = string | null;

/**
 * Reads CSV in the dialect of the layout and nothing wider: the right line ends, quotes only around whole cells.
 *
 * @throws FileProblem when the text is not that
 */
export async function* readCsvRows(
  file: StoredFile,
  columns: readonly Column[],
  layout: FileLayout,
  wanted: Wanted,
): AsyncGenerator<RowBatch> {
  let first = -1;
  for await (const lines of csvLines(file, layout)) {
    if (first < 0) {
      // The header is no row; who wants it asks `readCsvHeader`.
      lines.shift();
      first = 0;
    }
    const count = lines.length;
    if (count > 0 && wanted(first, count)) {
      yield {
        first,
        count,
        problems: [],
        cells: (index) => toCells(lines[index] as readonly TextCell[], columns, layout),
      };
    }
    first += count;
  }
}

/** The names in the first line; null of an empty file. */
export async function readCsvHeader(
  file: StoredFile,
  layout: FileLayout,
): Promise<readonly TextCell[] | null> {
  for await (const [header] of csvLines(file, layout)) return header ?? null;
  return null;
}

/** The lines of the file, some at a time, the header first; never an empty run. */
async function* csvLines(file: StoredFile, layout: FileLayout): AsyncGenerator<TextCell[][]> {
  const scanner = new CsvScanner(layout);
  for await (const text of readText(file)) {
    const lines = scanner.take(text);
    if (lines.length > 0) yield lines;
  }
  scanner.end();
}

class CsvScanner {
  readonly #delimiter: number;
  readonly #lineEnd: string;
  readonly #nullText: string;
  #rest: string;
  #hasBom: boolean;
  #lines = 0;

  constructor({ csv }: FileLayout) {
    this.#delimiter = csv.delimiter.charCodeAt(0);
    this.#lineEnd = csv.crlf ? '\r\n' : '\n';
    this.#nullText = csv.nullText;
    this.#hasBom = !csv.bom;
    this.#rest = '';
  }

  /** The lines that are whole by now. */
  take(more: string): TextCell[][] {
    let text = this.#rest + more;
    if (!this.#hasBom && text !== '') {
      if (!text.startsWith(BYTE_ORDER_MARK)) throw new FileProblem('does not begin with a byte order mark');
      text = text.slice(1);
      this.#hasBom = true;
    }
    const lines: TextCell[][] = [];
    let at = 0;
    for (;;) {
      const line: TextCell[] = [];
      const end = this.#line(text, at, line);
      if (end < 0) break;
      lines.push(line);
      this.#lines++;
      at = end;
    }
    this.#rest = text.slice(at);
    return lines;
  }

  end(): void {
    if (this.#rest !== '') throw new FileProblem('ends in the middle of a row');
  }

  /** Reads one line into `cells`; gives where the next begins, -1 when the text ends before. */
  #line(text: string, start: number, cells: TextCell[]): number {
    let at = start;
    for (;;) {
      if (text.charCodeAt(at) === QUOTE) {
        const end = endOfQuoted(text, at + 1);
        if (end < 0) return -1;
        cells.push(text.slice(at + 1, end).replaceAll('""', '"'));
        at = end + 1;
      } else {
        let end = at;
        for (let code = text.charCodeAt(end); ; code = text.charCodeAt(++end)) {
          if (code === this.#delimiter || code === 0x0a || code === 0x0d) break;
          if (code === QUOTE) throw this.#problem('has a quote inside a cell without quotes');
          if (Number.isNaN(code)) return -1;
        }
        const cell = text.slice(at, end);
        cells.push(cell === this.#nullText ? null : cell);
        at = end;
      }
      if (text.charCodeAt(at) === this.#delimiter) {
        at++;
        continue;
      }
      if (text.length - at < this.#lineEnd.length) return -1;
      if (text.startsWith(this.#lineEnd, at)) return at + this.#lineEnd.length;
      throw this.#problem('has a cell that ends with neither the delimiter nor the line end of the export');
    }
  }

  #problem(what: string): FileProblem {
    return new FileProblem(this.#lines === 0 ? `${what}, in the header` : `${what}, in row ${this.#lines}`);
  }
}

/** Where the closing quote stands; -1 when the text ends before that is known. */
function endOfQuoted(text: string, start: number): number {
  for (let at = text.indexOf('"', start); at >= 0; at = text.indexOf('"', at + 2)) {
    if (at + 1 >= text.length) return -1;
    if (text.charCodeAt(at + 1) !== QUOTE) return at;
  }
  return -1;
}

function toCells(line: readonly TextCell[], columns: readonly Column[], layout: FileLayout): JsonValue[] {
  if (line.length !== columns.length) throw new RowProblem(`has ${line.length} cells, not ${columns.length}`);
  return columns.map((column, index) => toCell(line[index] as TextCell, column, columns.length, layout));
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** @throws RowProblem when the text is none of the column's type */
function toCell(text: TextCell, column: Column, width: number, layout: FileLayout): JsonValue {
  if (text === null) return null;
  // In a table of one column, with an empty null text, null and empty text are written alike.
  if (text === '' && width === 1 && layout.csv.nullText === '') return null;
  switch (column.type) {
    case 'string':
      return text;
    case 'boolean':
      if (text === 'true' || text === 'false') return text === 'true';
      break;
    case 'int64':
    case 'double':
      if (NUMBER.test(text)) return new JsonNumber(text);
      break;
    default:
      return parseCell(text, column, layout);
  }
  throw wrongCell(text, column);
}

function parseCell(text: string, column: Column, layout: FileLayout): JsonValue {
  try {
    return layout.parseJson(text);
  } catch {
    throw wrongCell(text, column);
  }
}

function wrongCell(text: string, column: Column): RowProblem {
  return new RowProblem(`column ${JSON.stringify(column.name)}: expected ${column.type}, got ${shown(text)}`);
}
