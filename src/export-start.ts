import {
  CHANGE_CODES,
  type Checkpoint,
  checkIdentity,
  compareIdentity,
  describeChange,
  type ExportIdentity,
  formatCheckpoint,
  openPartsOf,
} from './checkpoint/checkpoint-file.js';
import { type OutputPlace, removeParts } from './destination/output-place.js';
import { EXPORTS_FOLDER } from './destination/table-place.js';
import { CheckpointError } from './errors.js';
import { MANIFEST_NAME, type Manifest, SUCCESS_NAME } from './manifest/manifest.js';
import type { TablePlan } from './model.js';
import { foldersOf, loadCheckpoint, loadManifest, unlessUnreadable } from './place-documents.js';
import { removeFinished } from './sibling-exports.js';
import { UNFINISHED_NAME } from './unfinished.js';
import { checkSizes } from './verify/check-sizes.js';

/** Where an export begins: nowhere yet, in the middle, or at the end. */
export type ExportStart =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'resume'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'complete'; readonly manifest: Manifest };

/**
 * Reads the state of an output folder. With `force`, whatever an earlier export left there is removed.
 *
 * @param commit what comes between the manifest and `_SUCCESS`; the same as often as it is done
 * @throws CheckpointError `OUTPUT_OCCUPIED`, `CHECKPOINT_MISMATCH`, `CHECKPOINT_INVALID`, `HOST_CHANGED`,
 *   `TOTAL_CHANGED`
 * @throws VerifyError `VERIFY_FAILED` when a finished export has lost a file, or part of one
 */
export async function findStart(
  place: OutputPlace,
  identity: ExportIdentity,
  force: boolean,
  commit: (manifest: Manifest, isSealed: boolean) => Promise<void>,
): Promise<ExportStart> {
  if (force) {
    await removeExport(place);
    return { kind: 'fresh' };
  }
  const manifest = await loadManifest(place);
  if (manifest !== null) {
    checkManifestIdentity(place, manifest, identity);
    await checkSizes((path) => place.openFile(path), manifest.tables, place.name);
    const isSealed = (await place.loadText(SUCCESS_NAME)) !== null;
    await commit(manifest, isSealed);
    if (isSealed) await place.settle('');
    else await place.saveText(SUCCESS_NAME, '');
    await place.removeCheckpoint();
    return { kind: 'complete', manifest };
  }
  const checkpoint = await loadCheckpoint(place);
  if (checkpoint === null) return { kind: 'fresh' };
  checkIdentity(checkpoint.identity, identity);
  await checkCommittedFiles(place, checkpoint);
  await place.remove(UNFINISHED_NAME);
  return { kind: 'resume', checkpoint };
}

/**
 * Makes sure that nothing stands where this export would write; with `force` by removing the part files there.
 *
 * @throws CheckpointError `OUTPUT_OCCUPIED`
 */
export async function checkFoldersFree(
  place: OutputPlace,
  plans: readonly TablePlan[],
  force: boolean,
): Promise<void> {
  if (place.partsRoot === null && (await place.listNames(EXPORTS_FOLDER)).length > 0) {
    throw new CheckpointError(
      'OUTPUT_OCCUPIED',
      `"${place.name}" gathers exports in tables: give --table-format, or choose another folder`,
    );
  }
  for (const plan of plans) {
    if (force) await removeParts(place, plan.folder, new Set());
    const [part] = await place.listParts(plan.folder);
    if (part === undefined) continue;
    throw new CheckpointError(
      'OUTPUT_OCCUPIED',
      `"${place.describePart(plan.folder)}" holds part files of no export that can go on here`,
    );
  }
}

/**
 * For an export of a job that does not exist yet: whatever is in the place is of another one.
 *
 * @throws CheckpointError `OUTPUT_OCCUPIED`
 */
export async function checkNothingThere(place: OutputPlace): Promise<void> {
  const hasManifest = (await place.loadText(MANIFEST_NAME)) !== null;
  const found = hasManifest ? place.describe(MANIFEST_NAME) : (await place.loadCheckpoint())?.name;
  if (found === undefined) return;
  throw new CheckpointError(
    'OUTPUT_OCCUPIED',
    `"${place.name}" holds an export of another job: "${found}" is there`,
  );
}

/** Begins again at a checkpoint: it is saved first, so that a crash in between leaves parts that it disowns. */
export async function restartAt(place: OutputPlace, checkpoint: Checkpoint): Promise<void> {
  await place.restartCheckpoint(formatCheckpoint(checkpoint));
  for (const { plan } of checkpoint.tables) await removeParts(place, plan.folder, new Set());
}

/** The account of the parts goes last: a crash in between leaves a place that the next run can still clear. */
async function removeExport(place: OutputPlace): Promise<void> {
  const manifest = await unlessUnreadable(loadManifest(place), 'SINK_WRITE');
  const checkpoint = await unlessUnreadable(loadCheckpoint(place), 'SINK_WRITE');
  if (manifest !== null) await removeFinished(place, manifest);
  await place.remove(SUCCESS_NAME);
  for (const folder of foldersOf(place, manifest, checkpoint)) await removeParts(place, folder, new Set());
  await place.remove(MANIFEST_NAME);
  await place.removeCheckpoint();
  await place.remove(UNFINISHED_NAME);
}

/** Finished parts are whole, and nothing that was written after the last commit stays. */
async function checkCommittedFiles(place: OutputPlace, checkpoint: Checkpoint): Promise<void> {
  for (const table of checkpoint.tables) {
    for (const file of table.files) await place.checkPart(file);
    const keep = [...table.files, ...openPartsOf(table)].map((file) => file.path);
    await removeParts(place, table.plan.folder, new Set(keep));
  }
}

function checkManifestIdentity(place: OutputPlace, manifest: Manifest, identity: ExportIdentity): void {
  const { job, source, options, fingerprint } = manifest;
  // A result whose total no page states has been counted for the manifest.
  const total = identity.total === null ? null : manifest.total;
  // Nothing is compressed any more: what did may be of another version.
  const { codecVersion: _, ...written } = options;
  const { codecVersion = null } = identity.options;
  const compared = codecVersion === null ? written : { ...written, codecVersion };
  const saved = { ...source, jobId: job.id, total, fingerprint, options: compared };
  const difference = compareIdentity(saved, identity);
  if (difference === null) return;
  const { kind, field } = difference;
  const finished = `"${place.name}" holds a finished export of job "${job.id}" (${manifest.total} records, ${manifest.finishedAt})`;
  if (kind !== 'export') {
    throw new CheckpointError(CHANGE_CODES[kind], `${finished}: ${describeChange(difference)}`, {
      details: { field, expected: difference.saved, actual: difference.current },
    });
  }
  throw new CheckpointError('OUTPUT_OCCUPIED', `${finished} with another ${field.replace(/^option /, '')}`);
}
