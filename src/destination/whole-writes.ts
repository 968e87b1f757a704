import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/**
 * Makes a standard stream that leads to a file write all that it is given. Node takes a write that was cut short, by a
 * disk that gets full or a limit of the size of files, for a whole one: what is missing would be missed by nobody.
 */
export function writeWhole(stream: Writable & { readonly fd?: number }): void {
  const { fd } = stream;
  // Pipes and terminals go on behind a short write by themselves; the streams of a thread lead nowhere.
  if (stream instanceof Socket || fd === undefined) return;
  stream._write = (chunk: Uint8Array, _encoding, done) => {
    try {
      for (let rest = chunk; rest.length > 0; ) rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      done(error as Error);
      return;
    }
    done();
  };
}
