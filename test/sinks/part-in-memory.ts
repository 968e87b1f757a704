import type { Compression, CsvOptions, Row, SinkFormat, SinkOptions, SinkState } from '../../src/model.js';
import { PLAIN_CSV } from './table-fixtures.js';

export interface EncodeOptions {
  readonly compression?: Compression;
  readonly csv?: Partial<CsvOptions>;
}

export function sinkOptions(
  columns: SinkOptions['columns'],
  write: SinkOptions['write'],
  options: EncodeOptions = {},
): SinkOptions {
  return {
    columns,
    compression: options.compression ?? 'none',
    csv: { ...PLAIN_CSV, ...options.csv },
    write,
  };
}

/** The bytes of a part with these windows. */
export async function encode(
  format: SinkFormat,
  columns: SinkOptions['columns'],
  windows: readonly (readonly Row[])[],
  options: EncodeOptions = {},
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const write = async (pieces: readonly Uint8Array[]): Promise<void> => {
    // What is written may be used again at once.
    chunks.push(Buffer.concat(pieces));
  };
  const sink = await format.open(sinkOptions(columns, write, options));
  for (const rows of windows) {
    await sink.write(rows);
    await sink.endWindow();
  }
  await sink.finish();
  return Buffer.concat(chunks);
}

/** What a checkpoint keeps of a part: its state survives only as JSON. */
export function throughJson(state: SinkState): SinkState {
  return JSON.parse(JSON.stringify(state)) as SinkState;
}
