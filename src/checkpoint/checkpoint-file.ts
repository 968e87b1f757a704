import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { CheckpointError } from '../errors.js';
import { COLUMN_SOURCES, COLUMN_TYPES, RECORD_SHAPES, TABLE_FEEDS } from '../model.js';

const offset = z.number().int().nonnegative();

const partFile = z.strictObject({
  path: z.string(),
  rows: offset,
  bytes: offset,
  sha256: z.string(),
  firstOffset: offset,
  endOffset: offset,
});

const tablePlan = z.strictObject({
  name: z.string(),
  folder: z.string(),
  feed: z.enum(TABLE_FEEDS),
  list: z.string(),
  shape: z.enum(RECORD_SHAPES),
  columns: z.array(
    z.strictObject({
      name: z.string(),
      type: z.enum(COLUMN_TYPES),
      nullable: z.boolean(),
      source: z.enum(COLUMN_SOURCES),
      member: z.string().optional(),
    }),
  ),
});

/** What makes two exports the same: a checkpoint of one serves the other. */
const identity = z.strictObject({
  endpoint: z.string(),
  projectId: z.string(),
  graph: z.string(),
  jobId: z.string(),
  /** Records; null where the server states no total. */
  total: offset.nullable(),
  /** SHA-256 over the first records. */
  fingerprint: z.string(),
  /** Every option that shapes bytes. */
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
export type ExportIdentity = z.infer<typeof identity>;

const checkpointSchema = z.strictObject({
  version: z.literal(1),
  identity,
  startedAt: z.string(),
  /** All records before this offset are in files, and those files are on disk. */
  committedOffset: offset,
  windows: offset,
  tables: z.array(
    z.strictObject({
      plan: tablePlan,
      overflowRows: offset,
      files: z.array(partFile),
      /** The part in progress, as far as it is committed; `sha256` is that of the committed bytes. */
      open: partFile.extend({ state: z.record(z.string(), z.unknown()).nullable() }).nullable(),
    }),
  ),
  warnings: z.array(z.strictObject({ code: z.string(), message: z.string() })),
});

/** What lets an export go on after it was stopped. */
export type Checkpoint = z.infer<typeof checkpointSchema>;
export type TableCheckpoint = Checkpoint['tables'][number];

/** Relative to the output folder. */
export const CHECKPOINT_PATH = '.ges-export/checkpoint.json';

/**
 * @returns null when there is no checkpoint
 * @throws CheckpointError `CHECKPOINT_INVALID` when the file is no checkpoint of this version
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const parsed = checkpointSchema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new CheckpointError(
    'CHECKPOINT_INVALID',
    `Cannot resume: "${path}" is not a checkpoint that this version can read (${issue?.path.join('.') || 'content'}: ${issue?.message ?? 'wrong'})`,
    { details: { path } },
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws CheckpointError `CHECKPOINT_MISMATCH`, naming the first difference */
export function checkIdentity(saved: ExportIdentity, current: ExportIdentity): void {
  for (const field of ['endpoint', 'projectId', 'graph', 'jobId'] as const) {
    if (saved[field] !== current[field]) throw mismatch(field, saved[field], current[field]);
  }
  for (const name of Object.keys({ ...saved.options, ...current.options })) {
    if (saved.options[name] !== current.options[name]) {
      throw mismatch(`option ${name}`, saved.options[name], current.options[name]);
    }
  }
  if (saved.total !== current.total) {
    throw new CheckpointError(
      'TOTAL_CHANGED',
      `Cannot resume: the result had ${saved.total ?? 'no'} total when the export began and has ${current.total ?? 'none'} now`,
    );
  }
  if (saved.fingerprint !== current.fingerprint) {
    throw new CheckpointError(
      'TOTAL_CHANGED',
      'Cannot resume: the first records of the result are not those that the export began with',
    );
  }
}

function mismatch(field: string, saved: unknown, current: unknown): CheckpointError {
  return new CheckpointError(
    'CHECKPOINT_MISMATCH',
    `Cannot resume: the checkpoint was made for ${field} "${String(saved)}", not "${String(current)}"`,
    { details: { field, expected: saved, actual: current } },
  );
}
