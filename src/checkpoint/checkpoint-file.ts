import { createHash } from 'node:crypto';
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
  partition: z.array(z.string().nullable()).readonly().optional(),
});

/** A part in progress, as far as it is committed; `sha256` is that of the committed bytes. */
const openPart = partFile.extend({ state: z.record(z.string(), z.unknown()).nullable() });

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
      fieldIds: z.array(offset).readonly().optional(),
      source: z.enum(COLUMN_SOURCES),
      member: z.string().optional(),
    }),
  ),
  partitionBy: z.array(z.string()).readonly().optional(),
});

/** What makes two exports the same: a checkpoint of one serves the other. */
const identity = z.strictObject({
  endpoint: z.string(),
  projectId: z.string(),
  graph: z.string(),
  jobId: z.string(),
  /** Records; null where the server states no total. */
  total: offset.nullable(),
  /** SHA-256 over records from the beginning, the middle and the end. */
  fingerprint: z.string(),
  /** Every option that shapes bytes. */
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
export type ExportIdentity = z.infer<typeof identity>;

const checkpointSchema = z.strictObject({
  version: z.literal(1),
  identity,
  startedAt: z.string(),
  /**
   * SHA-256 over the records that the tables were planned from, of every list; missing where they were not read from
   * samples, or where those were too long to be held.
   */
  sample: z.string().optional(),
  /** All records before this offset are in files, and those files are on disk. */
  committedOffset: offset,
  /** Records a window. */
  windowSize: z.number().int().positive(),
  windows: offset,
  tables: z.array(
    z.strictObject({
      plan: tablePlan,
      overflowRows: offset,
      files: z.array(partFile).readonly(),
      open: openPart.nullable(),
      /** In place of `open`, for a table with partitions: their parts in progress, in the order in which they began. */
      openPartitions: z.array(openPart).optional(),
      /** For a table with partitions: rows as they were read, before they were dealt out. */
      rows: offset.optional(),
    }),
  ),
  warnings: z.array(z.strictObject({ code: z.string(), message: z.string() })),
});

/** What lets an export go on after it was stopped. */
export type Checkpoint = z.infer<typeof checkpointSchema>;
export type TableCheckpoint = Checkpoint['tables'][number];
export type OpenPartCheckpoint = z.infer<typeof openPart>;

/** The parts in progress of a table. */
export function openPartsOf({ open, openPartitions = [] }: TableCheckpoint): readonly OpenPartCheckpoint[] {
  return open === null ? openPartitions : [open];
}

/** A checkpoint as text: one JSON object, whose last member is the SHA-256 of all before it. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const json = JSON.stringify(checkpoint);
  return `${json.slice(0, -1)},"sha256":"${digestOf(json)}"}`;
}

/**
 * @param name of the file, for the message
 * @throws CheckpointError `CHECKPOINT_INVALID` when the text is no checkpoint of this version, or has been changed
 */
export function parseCheckpoint(text: string, name: string): Checkpoint {
  const seal = /,"sha256":"([0-9a-f]{64})"\}$/.exec(text);
  const json = seal === null ? text : `${text.slice(0, seal.index)}}`;
  const parsed = checkpointSchema.safeParse(parse(json));
  if (parsed.success && seal?.[1] === digestOf(json)) return parsed.data;
  const issue = parsed.error?.issues[0];
  const problem =
    issue === undefined
      ? 'does not match its checksum'
      : `is not a checkpoint that this version can read (${issue.path.join('.') || 'content'}: ${issue.message})`;
  throw new CheckpointError('CHECKPOINT_INVALID', `Cannot resume: "${name}" ${problem}`, {
    details: { path: name },
  });
}

function digestOf(json: string): string {
  return createHash('sha256').update(json).digest('hex');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Where two exports differ: another export altogether (job, graph, options that shape bytes), the same one from
 * another address, or the same one of a result that is not the same any more. In this order; null for none.
 */
export interface IdentityDifference {
  readonly kind: 'export' | 'host' | 'result';
  readonly field: string;
  readonly saved: unknown;
  readonly current: unknown;
}

export function compareIdentity(saved: ExportIdentity, current: ExportIdentity): IdentityDifference | null {
  for (const field of ['projectId', 'graph', 'jobId'] as const) {
    if (saved[field] !== current[field])
      return { kind: 'export', field, saved: saved[field], current: current[field] };
  }
  for (const name of Object.keys({ ...saved.options, ...current.options })) {
    const [before, now] = [saved.options[name], current.options[name]];
    if (before !== now) return { kind: 'export', field: `option ${name}`, saved: before, current: now };
  }
  for (const [kind, field] of [
    ['host', 'endpoint'],
    ['result', 'total'],
    ['result', 'fingerprint'],
  ] as const) {
    if (saved[field] !== current[field]) return { kind, field, saved: saved[field], current: current[field] };
  }
  return null;
}

/** What has happened, of a difference of the kind `host` or `result`, with the values of both sides. */
export function describeChange({ field, saved, current }: IdentityDifference): string {
  if (field === 'endpoint') return `the export began at "${String(saved)}", not at "${String(current)}"`;
  if (field === 'total')
    return `the result had ${saved ?? 'no'} total when the export began and has ${current ?? 'none'} now`;
  return 'the records of the result are not those that the export began with';
}

/**
 * @throws CheckpointError `CHECKPOINT_MISMATCH`, `HOST_CHANGED`, `TOTAL_CHANGED`, naming the first difference
 */
export function checkIdentity(saved: ExportIdentity, current: ExportIdentity): void {
  const difference = compareIdentity(saved, current);
  if (difference === null) return;
  const { kind, field, saved: before, current: now } = difference;
  const details = { field, expected: before, actual: now };
  if (kind !== 'export') {
    throw new CheckpointError(CHANGE_CODES[kind], `Cannot resume: ${describeChange(difference)}`, {
      details,
    });
  }
  throw new CheckpointError(
    'CHECKPOINT_MISMATCH',
    `Cannot resume: the checkpoint was made for ${field} "${String(before)}", not "${String(now)}"`,
    { details },
  );
}

/** @throws CheckpointError `TOTAL_CHANGED` where the tables were planned from records that are not there any more */
export function checkSample({ sample }: Checkpoint, current: string | undefined): void {
  if (sample === undefined || current === undefined || sample === current) return;
  throw new CheckpointError(
    'TOTAL_CHANGED',
    'Cannot resume: the records that the tables were planned from are not there any more',
    { details: { field: 'sample', expected: sample, actual: current } },
  );
}

export const CHANGE_CODES = { host: 'HOST_CHANGED', result: 'TOTAL_CHANGED' } as const;
