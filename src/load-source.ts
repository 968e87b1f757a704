import { ConfigError } from './errors.js';
import type { LoadSource } from './load/load-model.js';
import type { Manifest } from './manifest/manifest.js';
import { FORMATS, type Format } from './model.js';

/**
 * How the files of an export were written, by its manifest.
 *
 * @throws ConfigError `CONFIG_CONFLICT` when their text is not the text of the result
 */
export function loadSource({ options }: Manifest): LoadSource {
  const format = FORMATS.find((known) => known === options['format']) as Format;
  if (options['escapeFormulas'] === true) {
    throw new ConfigError(
      'CONFIG_CONFLICT',
      'The export was made with --escape-formulas, which changes text: export again without it to load it',
    );
  }
  return {
    format,
    raw: options['raw'] === true,
    csv: {
      delimiter: String(options['delimiter'] ?? ','),
      nullText: String(options['nullText'] ?? ''),
      crlf: options['crlf'] === true,
      bom: options['bom'] === true,
      escapeFormulas: false,
    },
  };
}
