import { z } from 'zod';
import { TableError } from '../../errors.js';
import type { StoredFile } from '../../model.js';
import type { TableFiles } from '../table-model.js';

export const LOG_FOLDER = '_delta_log';

/**
 * Reads some columns of a Parquet file as one object a row; structs are objects, and what is not there is null. Rows
 * without any of them may be left out.
 */
export type ReadParquet = (
  file: StoredFile,
  columns: readonly string[],
) => Promise<readonly Readonly<Record<string, unknown>>[]>;

const features = z.array(z.string()).nullish();
const protocolSchema = z.looseObject({
  minReaderVersion: z.number(),
  minWriterVersion: z.number(),
  readerFeatures: features,
  writerFeatures: features,
});
const metaDataSchema = z.looseObject({
  id: z.string(),
  format: z.looseObject({ provider: z.string() }),
  schemaString: z.string(),
  partitionColumns: z.array(z.string()),
});
const txnSchema = z.looseObject({ appId: z.string() });
const actionSchema = z.looseObject({
  protocol: protocolSchema.nullish(),
  metaData: metaDataSchema.nullish(),
  txn: txnSchema.nullish(),
});

type DeltaProtocol = z.infer<typeof protocolSchema>;
export type DeltaMetaData = z.infer<typeof metaDataSchema>;

/** As much of a table's state as appending to it needs. */
export interface DeltaState {
  readonly version: number;
  readonly protocol: DeltaProtocol;
  readonly metaData: DeltaMetaData;
  /** `appId` of every transaction that the log knows. */
  readonly transactions: ReadonlySet<string>;
}

const COMMIT_NAME = /^(\d{20})\.json$/;
const CHECKPOINT_NAME = /^(\d{20})\.checkpoint(?:\.(\d{10})\.(\d{10}))?\.parquet$/;
const ACTION_NAMES = ['protocol', 'metaData', 'txn'] as const;

/** The name of a commit (Delta protocol, "Delta Log Entries"). */
export function commitPath(version: number): string {
  return `${LOG_FOLDER}/${String(version).padStart(20, '0')}.json`;
}

/**
 * Reads the log to its last version: the newest whole checkpoint, then every commit after it. Compacted logs and
 * `_last_checkpoint` only say again what is in these, and are left aside.
 *
 * @returns null where there is no log
 * @throws TableError `TABLE_FORMAT` when a version is missing or cannot be read: a commit on half a state would lie
 */
export async function readDeltaLog(files: TableFiles, readParquet: ReadParquet): Promise<DeltaState | null> {
  const names = await files.listNames(LOG_FOLDER);
  const commits = new Set(names.flatMap((name) => COMMIT_NAME.exec(name)?.[1] ?? []).map(Number));
  const checkpoint = newestCheckpoint(names);
  if (commits.size === 0 && checkpoint === null) {
    if (!names.some((name) => /\.(json|parquet|crc)$|^_/.test(name))) return null;
    throw broken(files, 'it holds no version that can be read');
  }
  const last = Math.max(...commits, checkpoint?.version ?? -1);
  const state = new StateReader(files);
  if (checkpoint !== null) {
    for (const name of checkpoint.names) await readCheckpoint(files, name, readParquet, state);
  }
  for (let version = (checkpoint?.version ?? -1) + 1; version <= last; version++) {
    if (!commits.has(version)) throw broken(files, `version ${version} is missing`);
    await readCommit(files, version, state);
  }
  return state.end(last);
}

/** The newest checkpoint of which every part is there (Delta protocol, "Checkpoints"; those of version 2 need a feature). */
function newestCheckpoint(names: readonly string[]): { version: number; names: readonly string[] } | null {
  const groups = new Map<string, { version: number; parts: number; names: string[] }>();
  for (const name of names) {
    const [, version, , parts = '1'] = CHECKPOINT_NAME.exec(name) ?? [];
    if (version === undefined) continue;
    const key = `${version}/${parts}`;
    const group = groups.get(key) ?? { version: Number(version), parts: Number(parts), names: [] };
    group.names.push(name);
    groups.set(key, group);
  }
  const whole = [...groups.values()].filter((group) => group.names.length === group.parts);
  return whole.sort((a, b) => b.version - a.version)[0] ?? null;
}

async function readCheckpoint(
  files: TableFiles,
  name: string,
  readParquet: ReadParquet,
  state: StateReader,
): Promise<void> {
  const path = `${LOG_FOLDER}/${name}`;
  const file = await files.openFile(path);
  if (file === null) throw broken(files, `"${name}" has gone while it was read`);
  let rows: Awaited<ReturnType<ReadParquet>>;
  try {
    rows = await readParquet(file, ACTION_NAMES);
  } catch (cause) {
    const why = cause instanceof Error ? `: ${cause.message}` : '';
    throw broken(files, `"${name}" cannot be read${why}`, cause);
  }
  for (const row of rows) state.take(row, name);
}

async function readCommit(files: TableFiles, version: number, state: StateReader): Promise<void> {
  const path = commitPath(version);
  const text = await files.loadText(path);
  if (text === null) throw broken(files, `version ${version} has gone while it was read`);
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    let action: unknown;
    try {
      action = JSON.parse(line);
    } catch (cause) {
      throw broken(files, `version ${version} is not JSON`, cause);
    }
    state.take(action, `version ${version}`);
  }
}

/** Lays actions over each other (Delta protocol, "Action Reconciliation"). */
class StateReader {
  readonly #files: TableFiles;
  #protocol: DeltaProtocol | null = null;
  #metaData: DeltaMetaData | null = null;
  readonly #transactions = new Set<string>();

  constructor(files: TableFiles) {
    this.#files = files;
  }

  /** @param where for the message */
  take(action: unknown, where: string): void {
    const parsed = actionSchema.safeParse(action);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw broken(this.#files, `${where} has a wrong ${issue?.path.join('.') || 'action'}`);
    }
    const { protocol, metaData, txn } = parsed.data;
    if (protocol) this.#protocol = protocol;
    if (metaData) this.#metaData = metaData;
    if (txn) this.#transactions.add(txn.appId);
  }

  end(version: number): DeltaState {
    const [protocol, metaData] = [this.#protocol, this.#metaData];
    if (protocol === null || metaData === null)
      throw broken(this.#files, 'it has no protocol or no metaData');
    return { version, protocol, metaData, transactions: this.#transactions };
  }
}

/** @param what is wrong with the log */
export function broken(files: TableFiles, what: string, cause?: unknown): TableError {
  return new TableError('TABLE_FORMAT', `Cannot continue the log "${files.describe(LOG_FOLDER)}": ${what}`, {
    cause,
  });
}
