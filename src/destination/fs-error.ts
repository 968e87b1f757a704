import { constants } from 'node:os';
import { SinkError } from '../errors.js';

const FULL_CODES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/** A failure of the file system as an error of ours; anything else passes through. */
export function toSinkError(error: unknown, action: string, path: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error;
  const code = nameOf(error);
  if (FULL_CODES.has(code)) {
    return new SinkError('SINK_DISK_FULL', `Cannot ${action} "${path}": no space left`, { cause: error });
  }
  return new SinkError('SINK_WRITE', `Cannot ${action} "${path}": ${code}`, { cause: error });
}

/** libuv has no name for some errors, a full quota among them: "Unknown system error -122". */
function nameOf(error: Error & { code: unknown; errno?: unknown }): string {
  const code = String(error.code);
  if (/^E[A-Z0-9]+$/.test(code)) return code;
  const named = Object.entries(constants.errno).find(([, number]) => number === -Number(error.errno));
  return named?.[0] ?? code;
}

/** Runs a file operation; its failures come out as `SinkError`. */
export async function onDisk<T>(action: string, path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw toSinkError(error, action, path);
  }
}

/** Whether a file operation failed because there is no such file. */
export function isMissing(error: unknown): error is Error & { code: unknown } {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
