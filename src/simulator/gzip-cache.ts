import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** Bodies compressed before, the least recently used dropped first. */
export class GzipCache {
  readonly #entries = new Map<string, Buffer>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The gzip form of a body, level 1. Equal keys must stand for equal bodies; null keeps nothing. */
  async gzip(key: string | null, body: () => Uint8Array): Promise<Buffer> {
    const known = key === null ? undefined : this.#entries.get(key);
    if (known !== undefined && key !== null) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known;
    }
    const packed = await compress(body(), { level: 1 });
    if (key !== null && !this.#entries.has(key)) this.#keep(key, packed);
    return packed;
  }

  #keep(key: string, packed: Buffer): void {
    this.#entries.set(key, packed);
    this.#bytes += packed.length;
    for (const [oldest, { length }] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#entries.delete(oldest);
      this.#bytes -= length;
    }
  }
}
