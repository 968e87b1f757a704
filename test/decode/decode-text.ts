import { BufferPool } from '../../src/decode/reference/buffer-pool.js';
import { decodeBody } from '../../src/decode/reference/decode-body.js';
import { PageError } from '../../src/errors.js';
import { type JsonValue, stringifyJson } from '../../src/json-value.js';
import type { DecodedBody, RecordList } from '../../src/model.js';

export async function* chunksOf(...chunks: readonly (Uint8Array | string)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

/** Decodes one text or its bytes. */
export function decode(
  text: string | Uint8Array,
  { pool = new BufferPool(), maxBytes = 100_000_000 }: { pool?: BufferPool; maxBytes?: number } = {},
): Promise<DecodedBody> {
  return decodeBody(chunksOf(text), maxBytes, pool);
}

function recordsOf(list: RecordList | undefined): JsonValue[] {
  if (list === undefined) throw new Error('no such list');
  return [...list.batches()].flat();
}

/** The records of a list as compact JSON texts. */
export function recordTexts(list: RecordList | undefined): string[] {
  return recordsOf(list).map(stringifyJson);
}

/** The error that a text is refused with; null when it is accepted. */
export async function refusal(text: string | Uint8Array): Promise<PageError | null> {
  try {
    await decode(text);
    return null;
  } catch (error) {
    if (error instanceof PageError) return error;
    throw error;
  }
}
