import { boolean, NotOfShape, objectOf, oneOf, string } from '../document-shape.js';
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

const optionsShape = objectOf(
  { format: oneOf(...FORMATS) },
  {
    raw: boolean,
    delimiter: character,
    nullText: string,
    crlf: boolean,
    bom: boolean,
    escapeFormulas: boolean,
  },
);

function character(value: unknown, path: string): string {
  if (typeof value === 'string' && value.length === 1) return value;
  throw new NotOfShape(path, 'one character');
}

/**
 * Takes the layout from the options that a manifest records. What a format has no use for may be missing.
 *
 * @throws VerifyError `VERIFY_FAILED` when they do not say how to read the files
 */
export function fileLayout(
  options: Readonly<Record<string, unknown>>,
  parseJson: FileLayout['parseJson'],
): FileLayout {
  try {
    const { format, raw = false, ...given } = optionsShape(options, '');
    const { delimiter = ',', nullText = '', crlf = false, bom = false, escapeFormulas = false } = given;
    return { format, raw, csv: { delimiter, nullText, crlf, bom, escapeFormulas }, parseJson };
  } catch (error) {
    if (!(error instanceof NotOfShape)) throw error;
    throw new VerifyError(
      'VERIFY_FAILED',
      `The options in the manifest do not say how to read its files (${error.message})`,
    );
  }
}
