import { VerifyError } from './errors.js';
import type { ReadColumns } from './load/parts/parquet-columns.js';
import { FileProblem } from './verify/row-batch.js';

/** Parts of Parquet by columns, checked as `verify` does. What reads Parquet is loaded only for Parquet. */
export const readPartColumns: ReadColumns = async function* (file, columns, toText) {
  const { readParquetColumns } = await import('./verify/parquet-columns.js');
  try {
    yield* readParquetColumns(file, columns, toText);
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    throw new VerifyError('VERIFY_FAILED', `"${file.path}" ${error.message}`, { cause: error });
  }
};
