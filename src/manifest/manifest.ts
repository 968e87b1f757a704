import {
  arrayOf,
  boolean,
  count,
  NotOfShape,
  nullable,
  objectOf,
  oneOf,
  recordOf,
  type Shape,
  string,
} from '../document-shape.js';
import { VerifyError } from '../errors.js';
import { COLUMN_TYPES, ENGINES } from '../model.js';

const names: Shape<readonly string[]> = arrayOf(string);
const values: Shape<readonly (string | null)[]> = arrayOf(nullable(string));

const fileShape = objectOf(
  { path: string, rows: count, bytes: count, sha256: string, firstOffset: count, endOffset: count },
  {
    /**
     * The values of `partitionBy` in every row of the file, as text. Files of one partition do not overlap in
     * their offsets, and need not touch: what shows that none is missing are the rows of all of them together.
     */
    partition: values,
  },
);

const tableShape = objectOf(
  {
    name: string,
    rows: count,
    overflowRows: count,
    engine: oneOf(...ENGINES),
    columns: arrayOf(objectOf({ name: string, type: oneOf(...COLUMN_TYPES), nullable: boolean })),
    files: arrayOf(fileShape),
  },
  {
    /** Columns whose values stand in the paths of the files instead of in them. */
    partitionBy: names,
  },
);

const manifestShape = objectOf(
  {
    formatVersion: oneOf(1),
    tool: objectOf({ name: string, version: string }),
    job: objectOf({ id: string, status: string }),
    source: objectOf({ endpoint: string, projectId: string, graph: string }),
    /** Records in the result, as the server states it; as counted, where it states none. */
    total: count,
    /** What the answer holds beside its records. Numbers are exact as far as a double holds them. */
    scalars: recordOf((value) => value),
    options: recordOf(optionValue),
    /** SHA-256 over the first records, by which a repeated command knows the result again. */
    fingerprint: string,
    tables: arrayOf(tableShape),
    completeness: objectOf({
      /** Windows that tile `[0, total)`, each read once. */
      windows: count,
      recordsDeclared: count,
      recordsRead: count,
      rowsDecoded: count,
      /** Counted again from the finished files. */
      rowsInFiles: count,
    }),
    warnings: arrayOf(objectOf({ code: string, message: string })),
    startedAt: string,
    finishedAt: string,
  },
  {
    /**
     * Where the paths of the files begin, as seen from the manifest: an export into tables is gathered with others. Left
     * out for one that stands alone, whose paths begin where the manifest is.
     */
    root: oneOf('../..'),
  },
);

function optionValue(value: unknown, path: string): string | number | boolean {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw new NotOfShape(path, 'a string, a number, true or false');
}

/** The account of a finished export; written last, so its presence means that the export is complete. */
export type Manifest = ReturnType<typeof manifestShape>;

export const MANIFEST_NAME = 'manifest.json';
export const SUCCESS_NAME = '_SUCCESS';

export function formatManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/**
 * @param name of the file, for the message
 * @throws VerifyError `VERIFY_FAILED` when the text is no manifest
 */
export function parseManifest(text: string, name: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new VerifyError('VERIFY_FAILED', `"${name}" is not a manifest: it is not JSON`, { cause });
  }
  try {
    return manifestShape(value, '');
  } catch (error) {
    if (!(error instanceof NotOfShape)) throw error;
    throw new VerifyError('VERIFY_FAILED', `"${name}" is not a manifest of this version (${error.message})`);
  }
}
