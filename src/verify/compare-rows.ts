import { type JsonValue, stringifyJson } from '../json-value.js';
import type { Column, StoredFile } from '../model.js';
import { shown } from './disagreement.js';
import type { FileLayout } from './file-layout.js';
import { readRows } from './read-rows.js';
import { FileProblem, type RowBatch, RowProblem } from './row-batch.js';
import { storedValue } from './stored-value.js';

/** A run of rows that a file should hold. */
export interface ExpectedRun {
  /** What the run is, for messages: `records [100, 200)`. */
  readonly name: string;
  /** Where it begins in the file; null where only the rows themselves can tell. */
  readonly firstRow: number | null;
  readonly rows: readonly (readonly JsonValue[])[];
}

/** A run that differs throughout is not told row by row. */
const MAX_PROBLEMS_A_RUN = 3;

/** Compares runs of rows with a file, in one pass over it. @returns what differs, without the path */
export async function compareRuns(
  file: StoredFile,
  columns: readonly Column[],
  layout: FileLayout,
  runs: readonly ExpectedRun[],
): Promise<string[]> {
  const matchers = runs
    .filter((run) => run.rows.length > 0)
    .map((run) =>
      run.firstRow === null
        ? new RunSearch(run, columns, layout)
        : new RunAt(run, run.firstRow, columns, layout),
    );
  try {
    const wanted = (first: number, count: number) => matchers.some((matcher) => matcher.wants(first, count));
    for await (const batch of readRows(file, columns, layout, wanted)) {
      for (const matcher of matchers) {
        if (matcher.wants(batch.first, batch.count)) matcher.take(batch);
      }
    }
  } catch (error) {
    if (error instanceof FileProblem) return [error.message];
    throw error;
  }
  return matchers.flatMap((matcher) => matcher.problems());
}

/** Compares a run with the rows at its place. */
class RunAt {
  readonly #run: ExpectedRun;
  readonly #firstRow: number;
  readonly #columns: readonly Column[];
  readonly #layout: FileLayout;
  readonly #problems: string[] = [];
  #compared = 0;
  #wrongRows = 0;

  constructor(run: ExpectedRun, firstRow: number, columns: readonly Column[], layout: FileLayout) {
    this.#run = run;
    this.#firstRow = firstRow;
    this.#columns = columns;
    this.#layout = layout;
  }

  wants(first: number, count: number): boolean {
    return first < this.#firstRow + this.#run.rows.length && this.#firstRow < first + count;
  }

  take(batch: RowBatch): void {
    const from = Math.max(this.#firstRow, batch.first);
    const to = Math.min(this.#firstRow + this.#run.rows.length, batch.first + batch.count);
    for (let row = from; row < to; row++) {
      this.#compared++;
      const expected = this.#run.rows[row - this.#firstRow] as readonly JsonValue[];
      const problem = this.#compare(batch, row, expected);
      if (problem !== null && this.#wrongRows++ < MAX_PROBLEMS_A_RUN)
        this.#problems.push(`row ${row + 1}, of the ${this.#run.name}: ${problem}`);
    }
  }

  problems(): readonly string[] {
    const more = this.#wrongRows - MAX_PROBLEMS_A_RUN;
    const missing = this.#run.rows.length - this.#compared;
    return [
      ...this.#problems,
      ...(more > 0 ? [`has ${more} more such rows of the ${this.#run.name}`] : []),
      ...(missing > 0 ? [`lacks ${missing} rows of the ${this.#run.name}`] : []),
    ];
  }

  #compare(batch: RowBatch, row: number, expected: readonly JsonValue[]): string | null {
    const cells = cellTexts(batch, row - batch.first);
    if (typeof cells === 'string') return cells;
    const texts = expectedTexts(expected, this.#columns, this.#layout);
    const index = texts.findIndex((text, at) => text !== cells[at]);
    if (index < 0) return null;
    const name = JSON.stringify(this.#columns[index]?.name);
    return `column ${name} holds ${shown(cells[index] ?? 'nothing')}, the server gives ${shown(texts[index] ?? 'nothing')}`;
  }
}

/** Looks for a run anywhere in the file, row by row, as Knuth, Morris and Pratt search in a text. */
class RunSearch {
  readonly #run: ExpectedRun;
  readonly #texts: readonly string[];
  /** How many rows of the run are still matched when the row after so many does not fit. */
  readonly #fallback: readonly number[];
  #matched = 0;

  constructor(run: ExpectedRun, columns: readonly Column[], layout: FileLayout) {
    this.#run = run;
    this.#texts = run.rows.map((row) => expectedTexts(row, columns, layout).join(','));
    this.#fallback = fallbackTable(this.#texts);
  }

  wants(): boolean {
    return this.#matched < this.#texts.length;
  }

  take(batch: RowBatch): void {
    for (let index = 0; index < batch.count && this.wants(); index++) {
      const cells = cellTexts(batch, index);
      const text = typeof cells === 'string' ? null : cells.join(',');
      while (this.#matched > 0 && text !== this.#texts[this.#matched])
        this.#matched = this.#fallback[this.#matched] ?? 0;
      if (text === this.#texts[this.#matched]) this.#matched++;
    }
  }

  problems(): readonly string[] {
    if (!this.wants()) return [];
    return [`does not hold the ${this.#texts.length} rows that the server gives for the ${this.#run.name}`];
  }
}

function fallbackTable(texts: readonly string[]): number[] {
  const table = [0, 0];
  let matched = 0;
  for (let at = 1; at < texts.length; at++) {
    while (matched > 0 && texts[at] !== texts[matched]) matched = table[matched] ?? 0;
    if (texts[at] === texts[matched]) matched++;
    table.push(matched);
  }
  return table;
}

/** The cells of a row as JSON texts, or what is wrong with the row. */
function cellTexts(batch: RowBatch, index: number): readonly string[] | string {
  try {
    return batch.cells(index).map(stringifyJson);
  } catch (error) {
    if (error instanceof RowProblem) return error.message;
    throw error;
  }
}

function expectedTexts(row: readonly JsonValue[], columns: readonly Column[], layout: FileLayout): string[] {
  return columns.map((column, index) =>
    stringifyJson(storedValue(row[index] as JsonValue, column, columns.length, layout)),
  );
}
