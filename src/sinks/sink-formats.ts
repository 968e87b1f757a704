import type { Format, SinkFormat } from '../model.js';
import { csvFormat } from './csv-sink.js';
import { ndjsonFormat } from './ndjson-sink.js';
import { parquetFormat } from './parquet-sink.js';

/** Every format that rows can be written in. */
export const sinkFormats: Record<Format, SinkFormat> = {
  csv: csvFormat,
  ndjson: ndjsonFormat,
  parquet: parquetFormat,
};
