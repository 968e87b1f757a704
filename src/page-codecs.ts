import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { snappyUncompress } from 'hyparquet';
import { ConfigError } from './errors.js';
import type { Compression } from './model.js';

/** What Node has of zstd since 22.15 and 23.8. */
interface Zstd {
  zstdCompress(bytes: Uint8Array, done: (error: Error | null, packed: Buffer) => void): void;
  zstdCompressSync(bytes: Uint8Array): Buffer;
  zstdDecompressSync(bytes: Uint8Array, options: { readonly maxOutputLength: number }): Buffer;
}

const zstd = 'zstdCompressSync' in zlib ? (zlib as unknown as Zstd) : null;

/** Whether this Node writes and reads zstd. */
export const HAS_ZSTD = zstd !== null;

/**
 * What of this Node shapes compressed bytes, for the checkpoint: a library of another version may give others, and an
 * export that goes on must give the same.
 */
export function codecVersion(compression: Compression | undefined): { readonly codecVersion?: string } {
  if (compression === 'gzip') return { codecVersion: `zlib ${process.versions['zlib']}` };
  if (compression === 'zstd') return { codecVersion: `zstd ${process.versions['zstd'] ?? 'missing'}` };
  return {};
}

/** What to do on a Node without zstd. */
export const ZSTD_MISSING = `Node ${process.versions.node} has no zstd: run Node 22.15 or later (23.8 of 23)`;

function needZstd(): Zstd {
  if (zstd === null) throw new ConfigError('CONFIG_INVALID', ZSTD_MISSING);
  return zstd;
}

const gzipAside = promisify(zlib.gzip);

/**
 * Compresses a page of Parquet off the main thread, at the level that the library calls usual.
 *
 * @throws ConfigError `CONFIG_INVALID` for zstd where Node has none
 */
export function packPage(codec: 'gzip' | 'zstd', bytes: Uint8Array): Promise<Buffer> {
  return codec === 'gzip' ? gzipAside(bytes) : promisify(needZstd().zstdCompress)(bytes);
}

/** The bytes that `packPage` gives for zstd. @throws ConfigError `CONFIG_INVALID` where Node has none */
export function packZstd(bytes: Uint8Array): Buffer {
  return needZstd().zstdCompressSync(bytes);
}

/** The bytes of a page that was packed with any codec. @throws ConfigError `CONFIG_INVALID` where Node has no zstd */
export function unpackPage(codec: Compression, packed: Uint8Array, length: number): Uint8Array {
  if (codec === 'none') return packed;
  if (codec === 'gzip') return PAGE_UNPACKERS.GZIP(packed, length);
  if (codec === 'zstd') return PAGE_UNPACKERS.ZSTD(packed, length);
  const page = new Uint8Array(length);
  snappyUncompress(packed, page);
  return page;
}

/**
 * What hyparquet needs to read pages that it cannot unpack itself. A page header says how long the page is; one that is
 * longer is not what was written, and ends in an error of zlib.
 */
export const PAGE_UNPACKERS = {
  GZIP: (packed: Uint8Array, length: number): Uint8Array =>
    zlib.gunzipSync(packed, { maxOutputLength: Math.max(1, length) }),
  /** @throws ConfigError `CONFIG_INVALID` where Node has no zstd */
  ZSTD: (packed: Uint8Array, length: number): Uint8Array =>
    needZstd().zstdDecompressSync(packed, { maxOutputLength: Math.max(1, length) }),
};
