import { GesExportError, LoadError } from '../../errors.js';

/** DuckDB tells its failures apart by the words before the first colon (its `ExceptionType`), and no other way. */
export function toDuckdbError(error: unknown, action: string): unknown {
  if (error instanceof GesExportError || !(error instanceof Error)) return error;
  const text = error.message.split('\n')[0] ?? '';
  const message = `DuckDB: cannot ${action}: ${text}`;
  if (/^IO Error: Could not set lock/.test(text))
    return new LoadError('LOAD_BUSY', message, { cause: error });
  if (/No space left on device/.test(text))
    return new LoadError('LOAD_SERVER_FULL', message, { cause: error });
  return new LoadError('LOAD_REFUSED', message, { cause: error });
}
