import type { Column } from '../model.js';
import type { RowJudge } from './row-judge.js';

/** Counts rows that a scan finds to be plainly right, and their nulls, until the judge is told. */
export class PassedRows {
  readonly #isNullable: Uint8Array;
  readonly #nulls: Float64Array;
  /** Columns that are null in the row at hand. */
  readonly #nullColumns: Uint32Array;
  #nullCells = 0;
  #rows = 0;

  constructor(columns: readonly Column[]) {
    this.#isNullable = Uint8Array.from(columns, ({ nullable }) => (nullable ? 1 : 0));
    this.#nulls = new Float64Array(columns.length);
    this.#nullColumns = new Uint32Array(columns.length);
  }

  beginRow(): void {
    this.#nullCells = 0;
  }

  /** Takes a null of the row at hand; false where the column has none, or there is no such column. */
  addNull(column: number): boolean {
    if (this.#isNullable[column] !== 1) return false;
    this.#nullColumns[this.#nullCells++] = column;
    return true;
  }

  /** The row at hand is right. */
  pass(): void {
    this.#rows++;
    for (let index = 0; index < this.#nullCells; index++)
      (this.#nulls[this.#nullColumns[index] as number] as number)++;
  }

  /** Tells what has passed since it last did. */
  tell(judge: RowJudge): void {
    judge.pass(this.#rows);
    this.#rows = 0;
    for (let index = 0; index < this.#nulls.length; index++)
      judge.addNulls(index, this.#nulls[index] as number);
    this.#nulls.fill(0);
  }
}
