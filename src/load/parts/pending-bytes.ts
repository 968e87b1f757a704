import type { PartFile } from '../../model.js';
import { damagedPart } from './damaged-part.js';

/** As `verify` says (`verify/read-blocks.ts`). */
const MAX_ROW_BYTES = 1 << 29;

/**
 * Gives the text of a part away in pieces that begin with a row.
 *
 * @param take takes the rows that are whole, and gives where they end
 * @throws VerifyError `VERIFY_FAILED` where the text ends in the middle of a row, or a row is too long
 */
export async function* inWholeRows<Taken>(
  text: AsyncIterable<Uint8Array | string>,
  file: PartFile,
  take: (bytes: Buffer) => Generator<Taken, number>,
): AsyncGenerator<Taken> {
  const pending = new PendingBytes();
  for await (const chunk of text) {
    const bytes = pending.add(chunk as Buffer);
    if (bytes !== null) pending.keep(bytes.subarray(yield* take(bytes)));
    if (pending.length > MAX_ROW_BYTES)
      throw damagedPart(file, `has a row of more than ${MAX_ROW_BYTES} bytes`);
  }
  const rest = pending.all();
  if ((yield* take(rest)) < rest.length) throw damagedPart(file, 'ends in the middle of a row');
}

/**
 * The bytes from the beginning of a row on that has not ended in the pieces so far. It is looked at again when there is
 * twice as much of it, so that one that never ends costs no more than its length.
 */
class PendingBytes {
  #pieces: Buffer[] = [];
  #enough = 0;
  length = 0;

  /** Takes a piece, which must stay as it is until `keep`; gives all bytes where it is time to look at them. */
  add(piece: Buffer): Buffer | null {
    const isEnough = this.length + piece.length >= this.#enough;
    this.#pieces.push(isEnough ? piece : Buffer.from(piece));
    this.length += piece.length;
    return isEnough ? this.all() : null;
  }

  all(): Buffer {
    const [first, ...others] = this.#pieces;
    if (first !== undefined && others.length === 0) return first;
    const whole = Buffer.concat(this.#pieces);
    this.#pieces = [whole];
    return whole;
  }

  /** @param rest the bytes from the first row on that has not ended */
  keep(rest: Buffer): void {
    this.#pieces = rest.length === 0 ? [] : [Buffer.from(rest)];
    this.length = rest.length;
    this.#enough = rest.length * 2;
  }
}
