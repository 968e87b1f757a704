import { ConfigError } from '../errors.js';
import type { SinkFormat, SinkOptions } from '../model.js';

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
    throw new ConfigError(
      'CONFIG_CONFLICT',
      `Cannot write ${format.format} with compression "${options.compression}": use ${format.compressions.join(', ')}`,
    );
  }
}
