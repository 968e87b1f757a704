import { type Checkpoint, openPartsOf } from './checkpoint/checkpoint-file.js';
import { resolveStore, type StoreOptions } from './config/options.js';
import { usePlace } from './destination/open-place.js';
import type { OutputPlace, PartEntry } from './destination/output-place.js';
import type { Manifest } from './manifest/manifest.js';
import { foldersOf, loadCheckpoint, loadManifest, unlessUnreadable } from './place-documents.js';
import { finishRemoval, loadRemoval, REMOVING_PATH } from './sibling-exports.js';
import { UNFINISHED_NAME } from './unfinished.js';

export interface GarbageOptions {
  /** Milliseconds since the last commit after which an unfinished export counts as dead. */
  readonly olderThan: number;
  /** Remove what is found; else it is only told. */
  readonly remove: boolean;
  readonly store?: StoreOptions | undefined;
}

/** Something that no finished export and none that can go on needs. */
export interface Garbage {
  /**
   * `part`: a file or object; `open-part`: one in progress, at a store a multipart upload; `removal`: a removal by
   * `--keep` that was cut off.
   */
  readonly kind: 'part' | 'open-part' | 'checkpoint' | 'removal';
  /** Relative to the place. */
  readonly path: string;
  /** Null where the store does not tell. */
  readonly bytes: number | null;
  readonly modifiedAt: Date;
}

interface Found extends Garbage {
  remove(): Promise<void>;
}

/**
 * Finds, and with `remove` removes, what exports that will not go on left in a folder or below a prefix.
 *
 * Files are only touched in folders of tables that the manifest or the checkpoint names. Elsewhere only parts in
 * progress are: no other program gives such names.
 *
 * @param out a folder, or `s3://bucket/prefix`, of one export
 * @throws CheckpointError `OUTPUT_LOCKED` while an export writes there; StoreError
 */
export async function collectGarbage(out: string, options: GarbageOptions): Promise<readonly Garbage[]> {
  return await usePlace(out, resolveStore(options.store ?? {}), async (place) => {
    // Where nothing is, not even a lock should be left.
    const isEmpty = (await place.listFolders()).length === 0;
    if (isEmpty && (await unlessUnreadable(place.loadCheckpoint())) === null) return [];
    const unlock = await place.lock();
    let isRemoved = false;
    try {
      const removal = await loadRemoval(place);
      const found =
        removal === null ? await findGarbage(place, options.olderThan) : await findRemoval(place, removal);
      if (options.remove) for (const one of found) await one.remove();
      isRemoved = options.remove && removal !== null;
      return found.map(({ remove: _, ...garbage }) => garbage);
    } finally {
      await unlock();
      if (isRemoved) for (const folder of ['.ges-export', '']) await place.removeFolder(folder);
    }
  });
}

/** What a removal that was begun has still to take away: exactly what the removed export names. */
async function findRemoval(place: OutputPlace, removal: Manifest): Promise<readonly Found[]> {
  const named = pathsOf(removal, null);
  const found: Found[] = [
    {
      kind: 'removal',
      path: REMOVING_PATH,
      bytes: null,
      modifiedAt: new Date(removal.finishedAt),
      remove: async () => {
        await finishRemoval(place);
      },
    },
  ];
  for (const folder of foldersOf(place, removal, null))
    for (const part of await place.listParts(folder)) if (named.has(part.path)) found.push(garbageOf(part));
  return found;
}

async function findGarbage(place: OutputPlace, olderThan: number): Promise<readonly Found[]> {
  // At an age of 0 everything is old enough, also what seems to come from the future: Swift rounds times up.
  const deadline = olderThan > 0 ? Date.now() - olderThan : Number.POSITIVE_INFINITY;
  const manifest = await unlessUnreadable(loadManifest(place));
  const saved = await unlessUnreadable(place.loadCheckpoint());
  const checkpoint = saved === null ? null : await unlessUnreadable(loadCheckpoint(place));
  const isResumable = manifest === null && saved !== null && saved.savedAt.getTime() >= deadline;
  const keep = pathsOf(manifest, isResumable ? checkpoint : null);
  const named = foldersOf(place, manifest, checkpoint);

  const found: Found[] = [];
  const folders = (await place.listFolders()).filter((name) => name !== '' && !name.startsWith('.'));
  for (const folder of new Set([...named, ...folders])) {
    for (const part of await place.listParts(folder)) {
      if (keep.has(part.path) && !part.isStale && (!part.isOpen || isResumable)) continue;
      // Where no document tells whose they are, age has to.
      if (!named.has(folder) && (!part.isOpen || part.modifiedAt.getTime() >= deadline)) continue;
      found.push(garbageOf(part));
    }
  }
  if (saved !== null && !isResumable) {
    found.push({
      kind: 'checkpoint',
      path: saved.name,
      bytes: null,
      modifiedAt: saved.savedAt,
      remove: async () => {
        await place.removeCheckpoint();
        await place.remove(UNFINISHED_NAME);
      },
    });
  }
  return found;
}

function pathsOf(manifest: Manifest | null, checkpoint: Checkpoint | null): ReadonlySet<string> {
  return new Set([
    ...(manifest?.tables ?? []).flatMap((table) => table.files.map((file) => file.path)),
    ...(checkpoint?.tables ?? []).flatMap((table) =>
      [...table.files, ...openPartsOf(table)].map((file) => file.path),
    ),
  ]);
}

function garbageOf(part: PartEntry): Found {
  return {
    kind: part.isOpen ? 'open-part' : 'part',
    path: part.path,
    bytes: part.bytes,
    modifiedAt: part.modifiedAt,
    remove: () => part.discard(),
  };
}
