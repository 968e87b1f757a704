import { z } from 'zod';
import { VerifyError } from '../errors.js';
import type { JsonValue } from '../json-value.js';
import { type CsvOptions, FORMATS, type Format } from '../model.js';

/** How the part files of an export are to be read. */
export interface FileLayout {
  readonly format: Format;
  /** NDJSON whose lines are the records as they came, not objects of columns. */
  readonly raw: boolean;
  readonly csv: CsvOptions;
  /**
   * The lossless value of one JSON text.
   *
   * @throws Error when it is not valid JSON
   */
  readonly parseJson: (text: string) => JsonValue;
}

const optionsSchema = z.object({
  format: z.enum(FORMATS),
  raw: z.boolean().default(false),
  delimiter: z.string().length(1).default(','),
  nullText: z.string().default(''),
  crlf: z.boolean().default(false),
  bom: z.boolean().default(false),
  escapeFormulas: z.boolean().default(false),
});

/**
 * Takes the layout from the options that a manifest records. What a format has no use for may be missing.
 *
 * @throws VerifyError `VERIFY_FAILED` when they do not say how to read the files
 */
export function fileLayout(
  options: Readonly<Record<string, unknown>>,
  parseJson: FileLayout['parseJson'],
): FileLayout {
  const parsed = optionsSchema.safeParse(options);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new VerifyError(
      'VERIFY_FAILED',
      `The options in the manifest do not say how to read its files (${issue?.path.join('.')}: ${issue?.message})`,
    );
  }
  const { format, raw, ...csv } = parsed.data;
  return { format, raw, csv, parseJson };
}
