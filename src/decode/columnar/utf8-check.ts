import { isUtf8 } from 'node:buffer';
import { invalidJson } from '../reference/syntax.js';
import { characterLength, firstInvalidUtf8 } from '../utf8.js';

const NOTHING = Buffer.alloc(0);

/** Checks bytes that come in pieces as UTF-8 (RFC 3629); a character may be cut anywhere. */
export class Utf8Check {
  /** The beginning of a character whose end has not come yet. */
  #open: Buffer = NOTHING;
  #offset = 0;

  /** @throws PageError `PAGE_INVALID` with the offset of the first byte that is wrong */
  take(chunk: Uint8Array): void {
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#open.length > 0) {
      bytes = Buffer.concat([this.#open, bytes]);
      this.#offset -= this.#open.length;
    }
    const end = bytes.length - openLength(bytes);
    const whole = bytes.subarray(0, end);
    if (!isUtf8(whole)) throw invalidJson('invalid UTF-8', this.#offset + firstInvalidUtf8(whole));
    this.#open = end === bytes.length ? NOTHING : Buffer.from(bytes.subarray(end));
    this.#offset += bytes.length;
  }

  /** @throws PageError `PAGE_INVALID` when the last character is not whole */
  end(): void {
    if (this.#open.length > 0) throw invalidJson('invalid UTF-8', this.#offset - this.#open.length);
  }
}

/** Bytes at the end that may be the beginning of a longer character: at most three. */
function openLength(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return 0;
    // C0, C1 and what comes after F4 begin no character at all.
    if (byte >= 0xc2) return byte <= 0xf4 && characterLength(byte) > back ? back : 0;
  }
  return 0;
}
