import type { BinaryOutput } from './binary-output.js';

const LENGTH_BYTES = 4;
const FIRST_BYTES = 1 << 20;
/** Below this length a loop copies sooner than a call. */
const LOOP_BYTES = 24;

/** Texts one behind the other in one piece of memory; a text is known by its place, which costs no object. */
export class TextStore {
  #bytes = Buffer.alloc(0);
  #length = 0;

  /** Keeps a copy of UTF-8; gives its place. */
  add(text: Uint8Array): number {
    const place = this.#length;
    const start = place + LENGTH_BYTES;
    const end = start + text.length;
    if (end > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(FIRST_BYTES, 2 * end));
      this.#bytes.copy(grown, 0, 0, place);
      this.#bytes = grown;
    }
    this.#bytes.writeUInt32LE(text.length, place);
    if (text.length > LOOP_BYTES) this.#bytes.set(text, start);
    else for (let at = 0; at < text.length; at++) this.#bytes[start + at] = text[at] as number;
    this.#length = end;
    return place;
  }

  /** @param place as `add` gave it, since the last `clear` */
  write(place: number, output: BinaryOutput): void {
    const start = place + LENGTH_BYTES;
    output.utf8(this.#bytes, start, start + this.#bytes.readUInt32LE(place));
  }

  clear(): void {
    this.#length = 0;
  }
}
