import { ConfigError } from '../errors.js';
import type { SinkFormat, SinkOptions } from '../model.js';
import { ZSTD_MISSING } from '../page-codecs.js';

/**
 * Refuses what a format cannot write at all.
 *
 * @throws ConfigError CONFIG_INVALID, CONFIG_CONFLICT
 */
export function checkOptions(format: SinkFormat, options: SinkOptions): void {
  if (options.columns.length === 0) {
    throw new ConfigError('CONFIG_INVALID', `Cannot write ${format.format}: the table has no columns`);
  }
  if (!format.compressions.includes(options.compression)) {
    const isForNode = options.compression === 'zstd' && format.format === 'parquet';
    const others = `use ${format.compressions.join(', ')}`;
    throw new ConfigError(
      'CONFIG_CONFLICT',
      `Cannot write ${format.format} with compression "${options.compression}": ${isForNode ? `${ZSTD_MISSING}, or ${others}` : others}`,
    );
  }
}
