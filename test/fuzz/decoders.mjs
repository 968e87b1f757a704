import { BufferPool } from '../../dist/decode/reference/buffer-pool.js';
import { decodeBody } from '../../dist/decode/reference/decode-body.js';

const MAX_BYTES = 10_000_000;

/**
 * The decoders that are fuzzed, the first of them the one that the others must agree with. Each takes the chunks
 * of an answer and gives a `DecodedBody` (src/model.ts), or throws a `GesExportError` with code `PAGE_INVALID`.
 */
export const DECODERS = [
  {
    name: 'reference',
    pool: new BufferPool(),
    decode(chunks) {
      return decodeBody(chunks, MAX_BYTES, this.pool);
    },
  },
];
