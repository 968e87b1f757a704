import type { ColumnChunk } from 'hyparquet';
import { GesExportError } from '../errors.js';
import type { Compression, StoredFile } from '../model.js';
import { unpackPage } from '../page-codecs.js';
import { toAsyncBuffer } from './parquet-file.js';
import { type PageHeader, readPageHeader } from './parquet-pages.js';

/** What pages are packed with, by the name in the footer. */
export const CODECS: Readonly<Record<string, Compression>> = {
  UNCOMPRESSED: 'none',
  SNAPPY: 'snappy',
  GZIP: 'gzip',
  ZSTD: 'zstd',
};

/** The magic number, with which a file begins. */
const FIRST_PAGE = 4;
/** More than any page of an export. */
const MAX_PAGE_BYTES = 1 << 30;

/** A page of a column chunk, unpacked. */
export interface ChunkPage {
  readonly header: PageHeader;
  readonly body: Buffer;
}

/**
 * The pages of a column chunk, as exports write them: at most one dictionary, in front of the data.
 *
 * @returns null for a chunk that lies elsewhere or not within the file, or is packed in another way; null in place of
 * the page from which on it cannot be read
 */
export async function readChunkPages(
  file: StoredFile,
  chunk: ColumnChunk | undefined,
): Promise<Iterable<ChunkPage | null> | null> {
  const facts = chunk?.meta_data;
  const codec = CODECS[facts?.codec ?? ''];
  if (facts === undefined || codec === undefined || chunk?.file_path !== undefined) return null;
  const dataStart = Number(facts.data_page_offset);
  const start = Number(facts.dictionary_page_offset ?? dataStart);
  const length = Number(facts.total_compressed_size);
  const isInside = start >= FIRST_PAGE && start <= dataStart && length > 0 && start + length <= file.bytes;
  const bytes = isInside ? await bytesAt(file, start, start + length) : null;
  return bytes === null ? null : pagesIn(bytes, dataStart - start, codec);
}

/** @param dataStart the dictionary, and nothing else, comes before it */
function* pagesIn(bytes: Buffer, dataStart: number, codec: Compression): Generator<ChunkPage | null> {
  let at = 0;
  while (at < bytes.length) {
    const header = readPageHeader(bytes, at);
    if (header === null || header.plainBytes > MAX_PAGE_BYTES || header.isDictionary !== at < dataStart)
      return yield null;
    at = header.bodyStart + header.packedBytes;
    if (at > bytes.length) return yield null;
    const body = unpacked(codec, bytes.subarray(header.bodyStart, at), header.plainBytes);
    if (body?.length !== header.plainBytes) return yield null;
    yield { header, body };
  }
}

/** Null where they cannot be read. */
async function bytesAt(file: StoredFile, start: number, end: number): Promise<Buffer | null> {
  try {
    return Buffer.from(await toAsyncBuffer(file).slice(start, end));
  } catch (error) {
    if (error instanceof GesExportError) throw error;
    return null;
  }
}

function unpacked(codec: Compression, packed: Buffer, length: number): Buffer | null {
  try {
    const { buffer, byteOffset, byteLength } = unpackPage(codec, packed, length);
    return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  } catch (error) {
    // Where this Node has no zstd, the page is not to blame.
    if (error instanceof GesExportError) throw error;
    return null;
  }
}
