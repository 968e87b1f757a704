import { VerifyError } from '../errors.js';
import type { RecordShape, TablePlan } from '../model.js';
import type { Manifest } from './manifest.js';

export interface Counts {
  /** Windows that were read and committed. */
  readonly windows: number;
  /** Windows that tile the result; null where no total was stated, so that none could be planned. */
  readonly windowsPlanned: number | null;
  /** The server's total; null where it stated none. */
  readonly recordsDeclared: number | null;
  readonly recordsRead: number;
  readonly tables: readonly {
    readonly name: string;
    readonly rows: number;
    /** Whether every record of the result is one row of this table. */
    readonly isRowARecord: boolean;
  }[];
  /** Rows counted again from the finished files. */
  readonly rowsInFiles: number;
}

/**
 * The proof that nothing is missing and nothing is there twice, as the manifest carries it: the windows tile the
 * result, and records declared, records read, rows decoded and rows in the files agree.
 *
 * @throws VerifyError `VERIFY_FAILED`, with both numbers
 */
export function proveCompleteness(counts: Counts): Manifest['completeness'] {
  const { windows, windowsPlanned, recordsRead, rowsInFiles, tables } = counts;
  const recordsDeclared = counts.recordsDeclared ?? recordsRead;
  const rowsDecoded = tables.reduce((sum, table) => sum + table.rows, 0);
  agree(recordsRead, recordsDeclared, 'records were read where the server declared');
  agree(windows, windowsPlanned ?? windows, 'windows were read where the result takes');
  agree(rowsInFiles, rowsDecoded, 'rows are in the files where the records gave');
  for (const { name, rows, isRowARecord } of tables)
    if (isRowARecord) agree(rows, recordsRead, `rows are in table "${name}" where the records are`);
  return { windows, recordsDeclared, recordsRead, rowsDecoded, rowsInFiles };
}

/** The shapes that give one row for each record, whatever is in it. */
const ROW_SHAPES: ReadonlySet<RecordShape> = new Set(['id', 'path', 'element', 'object', 'json']);

/** @param primary the list whose records the total counts */
export function isRowARecord({ feed, list, shape }: TablePlan, primary: string | null): boolean {
  return feed === 'elements' && list === primary && ROW_SHAPES.has(shape);
}

function agree(actual: number, expected: number, words: string): void {
  if (actual !== expected) throw new VerifyError('VERIFY_FAILED', `${actual} ${words} ${expected}`);
}
