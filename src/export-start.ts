import { join } from 'node:path';
import {
  CHECKPOINT_PATH,
  type Checkpoint,
  checkIdentity,
  type ExportIdentity,
  loadCheckpoint,
} from './checkpoint/checkpoint-file.js';
import { saveFile } from './destination/atomic-file.js';
import { checkFinishedPart } from './destination/local-part.js';
import { listParts, removeFile, removeParts } from './destination/output-folder.js';
import { CheckpointError, GesExportError } from './errors.js';
import { loadManifest, MANIFEST_NAME, type Manifest, SUCCESS_NAME } from './manifest/manifest.js';
import type { TablePlan } from './model.js';

/** Where an export begins: nowhere yet, in the middle, or at the end. */
export type ExportStart =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'resume'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'complete'; readonly manifest: Manifest };

/**
 * Reads the state of an output folder. With `force`, whatever an earlier export left there is removed.
 *
 * @throws CheckpointError `OUTPUT_OCCUPIED`, `CHECKPOINT_MISMATCH`, `CHECKPOINT_INVALID`, `TOTAL_CHANGED`
 */
export async function findStart(
  root: string,
  identity: ExportIdentity,
  force: boolean,
): Promise<ExportStart> {
  if (force) {
    await removeExport(root);
    return { kind: 'fresh' };
  }
  const manifest = await loadManifest(join(root, MANIFEST_NAME));
  if (manifest !== null) {
    checkManifestIdentity(root, manifest, identity);
    await saveFile(join(root, SUCCESS_NAME), '');
    await removeFile(join(root, CHECKPOINT_PATH));
    return { kind: 'complete', manifest };
  }
  const checkpoint = await loadCheckpoint(join(root, CHECKPOINT_PATH));
  if (checkpoint === null) return { kind: 'fresh' };
  checkIdentity(checkpoint.identity, identity);
  await checkCommittedFiles(root, checkpoint);
  return { kind: 'resume', checkpoint };
}

/** @throws CheckpointError `OUTPUT_OCCUPIED` when part files of something else stand where this export would write */
export async function checkFoldersFree(root: string, plans: readonly TablePlan[]): Promise<void> {
  for (const plan of plans) {
    const [name] = await listParts(root, plan.folder);
    if (name === undefined) continue;
    throw new CheckpointError(
      'OUTPUT_OCCUPIED',
      `"${join(root, plan.folder)}" holds part files of no export that can go on here`,
    );
  }
}

/** Removes the part files of these tables, and the checkpoint, for a new beginning. */
export async function dropParts(root: string, plans: readonly TablePlan[]): Promise<void> {
  await removeFile(join(root, CHECKPOINT_PATH));
  for (const plan of plans) await removeParts(root, plan.folder, new Set());
}

async function removeExport(root: string): Promise<void> {
  const manifest = await unlessUnreadable(loadManifest(join(root, MANIFEST_NAME)));
  const checkpoint = await unlessUnreadable(loadCheckpoint(join(root, CHECKPOINT_PATH)));
  await removeFile(join(root, SUCCESS_NAME));
  await removeFile(join(root, MANIFEST_NAME));
  await removeFile(join(root, CHECKPOINT_PATH));
  const folders = new Set([
    ...(manifest?.tables ?? []).flatMap((table) =>
      table.files.map((file) => file.path.slice(0, file.path.lastIndexOf('/'))),
    ),
    ...(checkpoint?.tables ?? []).map((table) => table.plan.folder),
  ]);
  for (const folder of folders) {
    if (!folder.includes('/') && !folder.includes('\\') && folder !== '..')
      await removeParts(root, folder, new Set());
  }
}

async function unlessUnreadable<T>(loading: Promise<T>): Promise<T | null> {
  try {
    return await loading;
  } catch (error) {
    if (error instanceof GesExportError) return null;
    throw error;
  }
}

/** Finished parts are whole, and nothing that was written after the last commit stays. */
async function checkCommittedFiles(root: string, checkpoint: Checkpoint): Promise<void> {
  for (const { plan, files, open } of checkpoint.tables) {
    for (const file of files) await checkFinishedPart(root, file);
    const keep = files.map((file) => baseName(file.path));
    if (open !== null) keep.push(baseName(open.path), `.${baseName(open.path)}.open`);
    await removeParts(root, plan.folder, new Set(keep));
  }
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function checkManifestIdentity(root: string, manifest: Manifest, identity: ExportIdentity): void {
  const { job, source, options, fingerprint } = manifest;
  const isSame =
    job.id === identity.jobId &&
    source.endpoint === identity.endpoint &&
    source.projectId === identity.projectId &&
    source.graph === identity.graph &&
    (identity.total === null || manifest.total === identity.total) &&
    fingerprint === identity.fingerprint &&
    JSON.stringify(Object.entries(options).sort()) ===
      JSON.stringify(Object.entries(identity.options).sort());
  if (isSame) return;
  throw new CheckpointError(
    'OUTPUT_OCCUPIED',
    `"${root}" holds a finished export of job "${job.id}" (${manifest.total} records, ${manifest.finishedAt}) with other options or of another result`,
  );
}
