import { join } from 'node:path';
import { LATEST_NAME, splitPlace } from './config/dataset.js';
import type { ResolvedExport } from './config/options.js';
import { usePlace } from './destination/open-place.js';
import type { OutputPlace } from './destination/output-place.js';
import { isStoreAddress } from './destination/s3/s3-address.js';
import { type ErrorCode, GesExportError } from './errors.js';
import type { OnEvent } from './events.js';
import { readFinished } from './finished-export.js';
import {
  formatManifest,
  MANIFEST_NAME,
  type Manifest,
  parseManifest,
  SUCCESS_NAME,
} from './manifest/manifest.js';
import { parsePartitionName } from './partition.js';
import { foldersOf, unlessUnreadable } from './place-documents.js';

/** Holds the manifest of an export that is being removed, so that another run can finish that. */
export const REMOVING_PATH = '.ges-export/removing';

/**
 * What is done beside a finished export: `latest` points to it, unless it points to one that was finished later, and
 * older ones are removed. Doing it again changes nothing.
 *
 * @throws CheckpointError `OUTPUT_OCCUPIED`; SinkError; StoreError
 */
export async function tidyBeside(
  options: ResolvedExport,
  manifest: Manifest,
  onEvent: OnEvent,
): Promise<void> {
  const { out, latest, keep } = options;
  if (!latest && keep === undefined) return;
  const { parent, name } = splitPlace(out);
  const useSibling: Siblings['useSibling'] = (sibling, use) =>
    usePlace(isStoreAddress(parent) ? `${parent}/${sibling}` : join(parent, sibling), options, use);
  await usePlace(parent, options, async (beside) => {
    const siblings = { name, manifest, beside, useSibling };
    if (latest && (await pointLatest(siblings))) onEvent({ type: 'latest', out });
    if (keep !== undefined)
      await removeOlder(siblings, keep, (removed) => onEvent({ type: 'removed', out: removed }));
  });
}

interface Siblings {
  /** Of this export. */
  readonly name: string;
  readonly manifest: Manifest;
  /** The place that all of them stand in. */
  readonly beside: OutputPlace;
  readonly useSibling: <T>(name: string, use: (place: OutputPlace) => Promise<T>) => Promise<T>;
}

/** @returns whether it pointed elsewhere before */
async function pointLatest({ name, manifest, beside, useSibling }: Siblings): Promise<boolean> {
  const pointed = await beside.loadPointer(LATEST_NAME);
  if (pointed === name) {
    await beside.settle('');
    return false;
  }
  if (pointed !== null) {
    const other = await useSibling(pointed, finishedIn);
    if (other !== null && isLater(other, manifest)) return false;
  }
  await beside.savePointer(LATEST_NAME, name);
  return true;
}

async function removeOlder(
  { name, manifest, beside, useSibling }: Siblings,
  keep: number,
  onRemoved: (name: string) => void,
): Promise<void> {
  // Something else of that name points to no export.
  const pointed = await unless('OUTPUT_OCCUPIED', beside.loadPointer(LATEST_NAME));
  const others: { readonly name: string; readonly manifest: Manifest }[] = [];
  for (const other of await beside.listFolders()) {
    if (other === name || other === '' || other.startsWith('.') || !hasSameKey(other, name)) continue;
    await useSibling(other, async (place) => {
      if ((await loadRemoval(place)) !== null) {
        if (await removeLocked(place, null)) onRemoved(place.name);
        return;
      }
      const found = await finishedIn(place);
      if (found !== null && isSameSeries(found, manifest)) others.push({ name: other, manifest: found });
    });
  }
  others.sort((a, b) => (isLater(a.manifest, b.manifest) ? -1 : 1));
  for (const other of others.slice(keep - 1)) {
    if (other.name === pointed || !isLater(manifest, other.manifest)) continue;
    await useSibling(other.name, async (place) => {
      if (await removeLocked(place, other.manifest)) onRemoved(place.name);
    });
  }
}

/** Exports of one series: the same tables of the same graph. Others beside them are not theirs to remove. */
function isSameSeries(one: Manifest, other: Manifest): boolean {
  const names = ({ tables }: Manifest) => JSON.stringify(tables.map((table) => table.name).sort());
  return (
    one.source.projectId === other.source.projectId &&
    one.source.graph === other.source.graph &&
    names(one) === names(other)
  );
}

/** Beside `date=2026-11-23` only `date=…` belongs to the series. */
function hasSameKey(name: string, own: string): boolean {
  const key = parsePartitionName(own)?.column;
  return key === undefined || parsePartitionName(name)?.column === key;
}

function isLater(one: Manifest, other: Manifest): boolean {
  return Date.parse(one.finishedAt) > Date.parse(other.finishedAt);
}

/** The manifest of a finished export; null for whatever else lies there. */
function finishedIn(place: OutputPlace): Promise<Manifest | null> {
  return unlessUnreadable(readFinished(place), 'SINK_WRITE');
}

/**
 * @param expected the export as it was found; null to finish a removal that was begun
 * @returns false where another process holds the lock, or the export is another one by now
 */
async function removeLocked(place: OutputPlace, expected: Manifest | null): Promise<boolean> {
  const unlock = await unless('OUTPUT_LOCKED', place.lock());
  if (unlock === null) return false;
  let isRemoved = false;
  try {
    if (expected !== null) {
      const current = await finishedIn(place);
      if (current?.finishedAt !== expected.finishedAt) return false;
      isRemoved = await removeFinished(place, current);
    } else isRemoved = await finishRemoval(place);
  } finally {
    await unlock();
    if (isRemoved) for (const folder of ['.ges-export', '']) await place.removeFolder(folder);
  }
  return isRemoved;
}

/** Removes a finished export from a place that this process has locked, so that another run can finish that. */
export async function removeFinished(place: OutputPlace, manifest: Manifest): Promise<boolean> {
  await place.saveText(REMOVING_PATH, formatManifest(manifest));
  return await finishRemoval(place);
}

/**
 * Finishes a removal that was begun in a place that this process has locked. The manifest goes first, so that no reader
 * takes what is left for an export; then exactly the files that it names.
 *
 * @returns false when none was begun
 */
export async function finishRemoval(place: OutputPlace): Promise<boolean> {
  const manifest = await loadRemoval(place);
  if (manifest === null) return false;
  await place.remove(SUCCESS_NAME);
  await place.remove(MANIFEST_NAME);
  const named = new Set(manifest.tables.flatMap((table) => table.files.map((file) => file.path)));
  for (const folder of foldersOf(place, manifest, null)) {
    for (const part of await place.listParts(folder)) if (named.has(part.path)) await part.discard();
  }
  await place.remove(REMOVING_PATH);
  return true;
}

/** The manifest of an export whose removal was begun; null where none was. */
export async function loadRemoval(place: OutputPlace): Promise<Manifest | null> {
  const text = await unlessUnreadable(place.loadText(REMOVING_PATH), 'SINK_WRITE');
  if (text === null) return null;
  return await unlessUnreadable(
    Promise.resolve().then(() => parseManifest(text, place.describe(REMOVING_PATH))),
  );
}

/** Null where it fails with that code. */
async function unless<T>(code: ErrorCode, attempt: Promise<T>): Promise<T | null> {
  try {
    return await attempt;
  } catch (error) {
    if (error instanceof GesExportError && error.code === code) return null;
    throw error;
  }
}
