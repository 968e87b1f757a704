import { type Checkpoint, parseCheckpoint } from './checkpoint/checkpoint-file.js';
import type { OutputPlace } from './destination/output-place.js';
import { type ErrorCode, GesExportError } from './errors.js';
import { MANIFEST_NAME, type Manifest, parseManifest } from './manifest/manifest.js';
import { tableFolderOf } from './partition.js';

/**
 * @returns null when there is no manifest
 * @throws VerifyError `VERIFY_FAILED` when the file is no manifest
 */
export async function loadManifest(place: OutputPlace): Promise<Manifest | null> {
  const text = await place.loadText(MANIFEST_NAME);
  return text === null ? null : parseManifest(text, place.describe(MANIFEST_NAME));
}

/**
 * @returns null when there is no checkpoint
 * @throws CheckpointError `CHECKPOINT_INVALID` when it is no checkpoint of this version
 */
export async function loadCheckpoint(place: OutputPlace): Promise<Checkpoint | null> {
  const saved = await place.loadCheckpoint();
  return saved === null ? null : parseCheckpoint(saved.text, saved.name);
}

/** The folders of the tables that either document tells of. */
export function foldersOf(manifest: Manifest | null, checkpoint: Checkpoint | null): ReadonlySet<string> {
  const folders = [
    ...(manifest?.tables ?? []).flatMap((table) => table.files.map(tableFolderOf)),
    ...(checkpoint?.tables ?? []).map((table) => table.plan.folder),
  ];
  // What these documents say may be damaged: nothing outside the place is ever named.
  return new Set(folders.filter((folder) => folder !== '..' && !/[/\\]/.test(folder)));
}

const UNREADABLE_CODES: readonly ErrorCode[] = ['CHECKPOINT_INVALID', 'VERIFY_FAILED'];

/** Null for a document that is none, or that fails with another of the given codes. */
export async function unlessUnreadable<T>(
  loading: Promise<T>,
  ...codes: readonly ErrorCode[]
): Promise<T | null> {
  try {
    return await loading;
  } catch (error) {
    if (error instanceof GesExportError && [...UNREADABLE_CODES, ...codes].includes(error.code)) return null;
    throw error;
  }
}
