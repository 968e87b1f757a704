import type { ResolvedExport } from './config/options.js';
import type { Run } from './export-run.js';
import { sinkFormats } from './sinks/sink-formats.js';
import type { TableOutput } from './table-writer.js';

function sinkSettings(options: ResolvedExport): Pick<TableOutput, 'format' | 'compression' | 'csv' | 'raw'> {
  const format = sinkFormats[options.format];
  const { delimiter, nullText, crlf, bom, escapeFormulas } = options;
  return {
    format,
    compression: options.compression ?? format.defaultCompression,
    csv: { delimiter, nullText, crlf, bom, escapeFormulas },
    raw: options.raw,
  };
}

/** How the rows of an export are written, and where to. */
export function tableOutput(
  run: Run,
  parts: Pick<TableOutput, 'createPart' | 'resumePart' | 'onFinished'>,
): TableOutput {
  const { options, signal, clean } = run;
  return {
    ...sinkSettings(options),
    clean,
    rowsPerFile: options.rowsPerFile,
    fileBytes: options.fileBytes ?? Number.MAX_SAFE_INTEGER,
    canRestart: !options.strict && options.out !== '-',
    signal,
    ...parts,
  };
}

/**
 * Opens a sink that nobody writes to: what the format cannot write must not leave a checkpoint behind, which
 * would then stand in the way of the corrected command.
 *
 * @throws ConfigError `CONFIG_INVALID`, `CONFIG_CONFLICT`
 */
export async function checkFormat(options: ResolvedExport): Promise<void> {
  const { format, compression, csv } = sinkSettings(options);
  const columns = [{ name: 'any', type: 'string', nullable: true }] as const;
  await format.open({ columns, compression, csv, write: async () => {} });
}
