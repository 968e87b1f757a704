import { CsvScanner, type TextCell } from '../csv-text.js';
import { JsonNumber, type JsonValue } from '../json-value.js';
import type { Column, StoredFile } from '../model.js';
import { shown } from './disagreement.js';
import type { FileLayout } from './file-layout.js';
import { readText } from './read-text.js';
import { FileProblem, type RowBatch, RowProblem, type Wanted } from './row-batch.js';

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
  const scanner = new CsvScanner(layout.csv, (problem) => new FileProblem(problem));
  for await (const text of readText(file)) {
    const lines = scanner.take(text);
    if (lines.length > 0) yield lines;
  }
  const last = scanner.last();
  if (last.length > 0) yield last;
  scanner.end();
}

/** The cells of one line of text, its line end included. @throws RowProblem when it is no row of the table */
export function csvRow(text: string, columns: readonly Column[], layout: FileLayout): readonly JsonValue[] {
  const csv = { ...layout.csv, bom: false };
  const [line = []] = new CsvScanner(csv, (problem) => new RowProblem(problem)).take(text);
  return toCells(line, columns, layout);
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
