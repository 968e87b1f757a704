import { GesExportError } from '../errors.js';
import type { StoredFile } from '../model.js';
import { unpacked } from './count-rows.js';
import { FileProblem } from './row-batch.js';

/**
 * The text of a file in pieces of up to about 1 MiB; `.gz` is unpacked.
 *
 * @throws FileProblem when it cannot be read to its end or is not UTF-8
 */
export async function* readText(file: StoredFile): AsyncGenerator<string> {
  const chunks = file.path.endsWith('.gz') ? unpacked(file.read()) : file.read();
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (cause) {
    if (cause instanceof GesExportError) throw cause;
    const isText = cause instanceof TypeError;
    throw new FileProblem(isText ? 'is not UTF-8' : 'cannot be read to its end', { cause });
  }
}
