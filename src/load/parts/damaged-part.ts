import { VerifyError } from '../../errors.js';
import type { Column, PartFile } from '../../model.js';

/** @param problem such as `ends in the middle of a row` */
export function damagedPart({ path }: PartFile, problem: string): VerifyError {
  return new VerifyError('VERIFY_FAILED', `"${path}" ${problem}`);
}

/** @param row from 1 */
export function wrongCellCount({ path }: PartFile, row: number, count: number, columns: number): VerifyError {
  return new VerifyError('VERIFY_FAILED', `"${path}", row ${row} has ${count} cells, not ${columns}`);
}

/** @param text of the cell */
export function misfit({ path }: PartFile, row: number, text: string, { name, type }: Column): VerifyError {
  const shown = text.slice(0, 60);
  return new VerifyError(
    'VERIFY_FAILED',
    `"${path}", row ${row}: "${shown}" is no ${type} for column "${name}"`,
  );
}
