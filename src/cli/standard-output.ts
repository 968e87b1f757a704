import { once } from 'node:events';
import { ReaderLeft } from '../destination/stdout-part.js';
import { printable } from './human-text.js';

/**
 * Writes text to standard output and waits while its reader is slow.
 *
 * @throws ReaderLeft when the program at the other end of the pipe is gone
 */
export async function printOut(text: string): Promise<void> {
  const { stdout } = process;
  let failure: unknown = null;
  const onError = (error: unknown) => {
    failure = error;
  };
  stdout.on('error', onError);
  try {
    if (!stdout.write(text)) await once(stdout, 'drain').catch(() => undefined);
    // A broken pipe is told after the write.
    await new Promise((resolve) => setImmediate(resolve));
    if (failure === null) return;
    throw isBrokenPipe(failure) ? new ReaderLeft() : failure;
  } finally {
    stdout.off('error', onError);
  }
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}

/** On standard error, beside whatever is printed. */
export function printWarning({ message }: { readonly message: string }): void {
  process.stderr.write(`Warning: ${printable(message)}\n`);
}
