import { SinkError } from '../errors.js';

const FULL_CODES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/** A failure of the file system as an error of ours; anything else passes through. */
export function toSinkError(error: unknown, action: string, path: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error;
  const code = String(error.code);
  if (FULL_CODES.has(code)) {
    return new SinkError('SINK_DISK_FULL', `Cannot ${action} "${path}": no space left`, { cause: error });
  }
  return new SinkError('SINK_WRITE', `Cannot ${action} "${path}": ${code}`, { cause: error });
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
