import type { JsonValue } from '../json-value.js';

/** Rows as they lie in a file, turned into cells when they are asked for. */
export interface RowBatch {
  /** Index of the first row in its file. */
  readonly first: number;
  readonly count: number;
  /** What is wrong with the rows together, whatever each of them holds. */
  readonly problems: readonly string[];
  /**
   * The cells of the row `first + index`, in column order.
   *
   * @throws RowProblem when the row cannot be read as a row of its table
   */
  cells(index: number): readonly JsonValue[];
}

/** Whether any of the rows `[first, first + count)` are wanted; what is not need not be decoded. */
export type Wanted = (first: number, count: number) => boolean;

/** A row is not what its table says. The message says what is wrong, without the place. */
export class RowProblem extends Error {}

/** The file cannot be read any further: where its next row begins is not known. */
export class FileProblem extends Error {}
