/**
 * The bytes from the beginning of a row on that has not ended in the pieces so far. It is looked at again when there is
 * twice as much of it, so that one that never ends costs no more than its length.
 */
export class PendingBytes {
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
