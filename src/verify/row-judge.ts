import { fitsType } from '../cell.js';
import { type JsonValue, stringifyJson } from '../json-value.js';
import type { Column } from '../model.js';
import { shown } from './disagreement.js';
import { RowProblem } from './row-batch.js';

/** A file that is wrong throughout is not told row by row. */
const MAX_PROBLEMS_A_FILE = 5;

/** Judges the rows of one file, in their order: those that were found to be right at once, and those that need care. */
export class RowJudge {
  readonly #columns: readonly Column[];
  readonly #nulls: number[];
  readonly problems: string[] = [];
  #rows = 0;
  #wrongRows = 0;

  /** @param nulls nulls by column, counted on */
  constructor(columns: readonly Column[], nulls: number[]) {
    this.#columns = columns;
    this.#nulls = nulls;
  }

  /** Rows so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Takes rows whose cells are all of their types; their nulls come by `addNulls`. */
  pass(rows: number): void {
    this.#rows += rows;
  }

  addNulls(column: number, count: number): void {
    this.#nulls[column] = (this.#nulls[column] ?? 0) + count;
  }

  /** Judges the next row cell by cell. @param read throws RowProblem */
  judge(read: () => readonly JsonValue[]): void {
    this.#rows++;
    const problem = this.#problemOf(read);
    if (problem !== null && this.#wrongRows++ < MAX_PROBLEMS_A_FILE)
      this.problems.push(`row ${this.#rows}, ${problem}`);
  }

  /** How many wrong rows were not told. */
  end(): void {
    if (this.#wrongRows > MAX_PROBLEMS_A_FILE)
      this.problems.push(`has ${this.#wrongRows - MAX_PROBLEMS_A_FILE} more such rows`);
  }

  #problemOf(read: () => readonly JsonValue[]): string | null {
    let cells: readonly JsonValue[];
    try {
      cells = read();
    } catch (error) {
      if (error instanceof RowProblem) return error.message;
      throw error;
    }
    for (const [index, column] of this.#columns.entries()) {
      const cell = cells[index] as JsonValue;
      if (cell === null) this.addNulls(index, 1);
      if (cell === null ? column.nullable : fitsType(cell, column.type)) continue;
      const expected = `${column.type}${column.nullable ? ' or null' : ''}`;
      return `column ${JSON.stringify(column.name)}: expected ${expected}, got ${shown(stringifyJson(cell))}`;
    }
    return null;
  }
}
