import { GesExportError, LoadError } from '../../errors.js';

/** SQLSTATE classes and codes (PostgreSQL manual, appendix "Error Codes"). */
const DISK_FULL = '53100';
const CONNECTION_CLASSES = ['08', '57', '53'];

/** A failure of the server or of the connection as an error of ours; anything else passes through. */
export function toPostgresError(error: unknown, action: string): unknown {
  if (error instanceof GesExportError || !(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  const where = 'where' in error && typeof error.where === 'string' ? ` (${firstLine(error.where)})` : '';
  const message = `PostgreSQL: cannot ${action}: ${firstLine(error.message) || code}${where}`;
  if (code === DISK_FULL) return new LoadError('LOAD_SERVER_FULL', message, { cause: error });
  // EPIPE looks like a SQLSTATE, and is the connection.
  if (/^[0-9A-Z]{5}$/.test(code) && !('syscall' in error)) {
    const isPassing = CONNECTION_CLASSES.includes(code.slice(0, 2));
    return new LoadError(isPassing ? 'LOAD_CONNECTION' : 'LOAD_REFUSED', message, { cause: error });
  }
  return new LoadError('LOAD_CONNECTION', message, { cause: error });
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
