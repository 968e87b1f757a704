import type { Checkpoint } from './checkpoint/checkpoint-file.js';
import type { OutputPlace } from './destination/output-place.js';
import { type ErrorCode, GesExportError, VerifyError } from './errors.js';
import { MANIFEST_NAME, type Manifest, parseManifest } from './manifest/manifest.js';
import { tableFolderOf } from './partition.js';

/**
 * @returns null when there is no manifest
 * @throws VerifyError `VERIFY_FAILED` when the file is no manifest
 */
export async function loadManifest(place: OutputPlace): Promise<Manifest | null> {
  const text = await place.loadText(MANIFEST_NAME);
  if (text === null) return null;
  const manifest = parseManifest(text, place.describe(MANIFEST_NAME));
  if ((manifest.root ?? null) === place.partsRoot) return manifest;
  const where = manifest.root === undefined ? 'of a folder of its own' : 'that was gathered with others';
  throw new VerifyError(
    'VERIFY_FAILED',
    `"${place.describe(MANIFEST_NAME)}" is the manifest of an export ${where}: it was moved here from where its files are`,
  );
}

/**
 * @returns null when there is no checkpoint
 * @throws CheckpointError `CHECKPOINT_INVALID` when it is no checkpoint of this version
 */
export async function loadCheckpoint(place: OutputPlace): Promise<Checkpoint | null> {
  const saved = await place.loadCheckpoint();
  if (saved === null) return null;
  const { parseCheckpoint } = await import('./checkpoint/checkpoint-file.js');
  return parseCheckpoint(saved.text, saved.name);
}

/** The folders of the tables that either document tells of. */
export function foldersOf(
  place: OutputPlace,
  manifest: Manifest | null,
  checkpoint: Checkpoint | null,
): ReadonlySet<string> {
  const folders = [
    ...(manifest?.tables ?? []).flatMap((table) => table.files.map(tableFolderOf)),
    ...(checkpoint?.tables ?? []).map((table) => table.plan.folder),
  ];
  return new Set(folders.filter((folder) => place.ownsFolder(folder)));
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
