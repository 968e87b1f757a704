import { z } from 'zod';
import { VerifyError } from '../errors.js';
import { COLUMN_TYPES, ENGINES } from '../model.js';

const count = z.number().int().nonnegative();

const manifestSchema = z.object({
  formatVersion: z.literal(1),
  /**
   * Where the paths of the files begin, as seen from the manifest: an export into tables is gathered with others. Left
   * out for one that stands alone, whose paths begin where the manifest is.
   */
  root: z.literal('../..').optional(),
  tool: z.object({ name: z.string(), version: z.string() }),
  job: z.object({ id: z.string(), status: z.string() }),
  source: z.object({ endpoint: z.string(), projectId: z.string(), graph: z.string() }),
  /** Records in the result, as the server states it; as counted, where it states none. */
  total: count,
  /** What the answer holds beside its records. Numbers are exact as far as a double holds them. */
  scalars: z.record(z.string(), z.unknown()),
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** SHA-256 over the first records, by which a repeated command knows the result again. */
  fingerprint: z.string(),
  tables: z.array(
    z.object({
      name: z.string(),
      rows: count,
      overflowRows: count,
      engine: z.enum(ENGINES),
      columns: z.array(z.object({ name: z.string(), type: z.enum(COLUMN_TYPES), nullable: z.boolean() })),
      /** Columns whose values stand in the paths of the files instead of in them. */
      partitionBy: z.array(z.string()).readonly().optional(),
      files: z.array(
        z.object({
          path: z.string(),
          rows: count,
          bytes: count,
          sha256: z.string(),
          firstOffset: count,
          endOffset: count,
          /**
           * The values of `partitionBy` in every row of the file, as text. Files of one partition do not overlap in
           * their offsets, and need not touch: what shows that none is missing are the rows of all of them together.
           */
          partition: z.array(z.string().nullable()).readonly().optional(),
        }),
      ),
    }),
  ),
  completeness: z.object({
    /** Windows that tile `[0, total)`, each read once. */
    windows: count,
    recordsDeclared: count,
    recordsRead: count,
    rowsDecoded: count,
    /** Counted again from the finished files. */
    rowsInFiles: count,
  }),
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
  startedAt: z.string(),
  finishedAt: z.string(),
});

/** The account of a finished export; written last, so its presence means that the export is complete. */
export type Manifest = z.infer<typeof manifestSchema>;

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
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new VerifyError(
    'VERIFY_FAILED',
    `"${name}" is not a manifest of this version (${issue?.path.join('.') || 'content'}: ${issue?.message ?? 'wrong'})`,
  );
}
