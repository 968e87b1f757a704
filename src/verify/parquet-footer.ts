import { type AsyncBuffer, type FileMetaData, type MetadataOptions, parquetMetadata } from 'hyparquet';
import { endOfStruct } from './thrift-walk.js';

/** The length of the footer and the magic number behind it. */
const TAIL_BYTES = 8;
const FIRST_BYTES = 512 * 1024;
const MAGIC = 'PAR1';

/** The facts in the footer of a file. @throws Error where there is none that can be read */
export async function readFooter(
  file: AsyncBuffer,
  parsers?: MetadataOptions['parsers'],
): Promise<FileMetaData> {
  const bytes = await footerBytes(file);
  if (endOfStruct(bytes.subarray(0, -TAIL_BYTES), 0) < 0) throw new Error('The footer is damaged');
  return parquetMetadata(bytes, { geoparquet: false, ...(parsers === undefined ? {} : { parsers }) });
}

/** From where the footer begins to the end of the file. */
async function footerBytes(file: AsyncBuffer): Promise<Uint8Array> {
  const size = file.byteLength;
  const end = Buffer.from(await file.slice(Math.max(0, size - FIRST_BYTES), size));
  if (end.length < TAIL_BYTES || end.toString('latin1', end.length - MAGIC.length) !== MAGIC)
    throw new Error('There is no footer');
  const length = end.readUInt32LE(end.length - TAIL_BYTES) + TAIL_BYTES;
  if (length > size) throw new Error('The footer is longer than the file');
  return length <= end.length
    ? end.subarray(end.length - length)
    : Buffer.from(await file.slice(size - length, size));
}
