import { parseText } from './decode/reference/parse-text.js';
import { ConfigError } from './errors.js';
import type { LoadSource } from './load/load-model.js';
import type { Manifest } from './manifest/manifest.js';
import { fileLayout } from './verify/file-layout.js';

/**
 * How the files of an export were written, by its manifest.
 *
 * @throws ConfigError `CONFIG_CONFLICT` when their text is not the text of the result
 * @throws VerifyError `VERIFY_FAILED` when the manifest does not say how they were written
 */
export function loadSource({ options }: Manifest): LoadSource {
  const { format, raw, csv } = fileLayout(options, parseText);
  if (csv.escapeFormulas) {
    throw new ConfigError(
      'CONFIG_CONFLICT',
      'The export was made with --escape-formulas, which changes text: export again without it to load it',
    );
  }
  return { format, raw, csv };
}
