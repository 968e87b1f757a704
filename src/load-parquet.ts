import { VerifyError } from './errors.js';
import type { PartParquet } from './load/parts/parquet-columns.js';
import { FileProblem } from './verify/row-batch.js';

/** Parquet, checked as `verify` does. What reads it is loaded only for Parquet. */
export const partParquet: PartParquet = {
  async *readColumns(file, columns, toText) {
    const { readParquetColumns } = await import('./verify/parquet-columns.js');
    try {
      yield* readParquetColumns(file, columns, toText);
    } catch (error) {
      throw named(file.path, error);
    }
  },
  async checkForm(file, columns) {
    const { checkParquetForm } = await import('./verify/parquet-columns.js');
    try {
      await checkParquetForm(file, columns);
    } catch (error) {
      throw named(file.path, error);
    }
  },
};

function named(path: string, error: unknown): unknown {
  if (!(error instanceof FileProblem)) return error;
  return new VerifyError('VERIFY_FAILED', `"${path}" ${error.message}`, { cause: error });
}
