import type { StoreOptions } from './config/options.js';
import { usePlace } from './destination/open-place.js';
import type { OutputPlace } from './destination/output-place.js';
import { isStoreAddress } from './destination/s3/s3-address.js';
import type { StoreSettings } from './destination/s3/s3-client.js';
import { VerifyError } from './errors.js';
import { MANIFEST_NAME, type Manifest, SUCCESS_NAME } from './manifest/manifest.js';
import { loadManifest } from './place-documents.js';

/**
 * Opens a finished export, in a folder or at an object store, for as long as `use` takes.
 *
 * @throws VerifyError `VERIFY_FAILED` when there is none, or one that was cut off at its very end
 * @throws ConfigError `CONFIG_INVALID`, `PACKAGE_MISSING`; StoreError
 */
export async function useFinishedExport<T>(
  out: string,
  store: StoreOptions | undefined,
  use: (manifest: Manifest, place: OutputPlace) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const useFinished = async (place: OutputPlace) => use(await readFinished(place), place);
  return await usePlace(out, await storeSettings(out, store ?? {}), useFinished, signal);
}

/** What checks options takes longer to load than the rest of a small load: a folder has no use for any. */
async function storeSettings(out: string, store: StoreOptions): Promise<StoreSettings> {
  if (!isStoreAddress(out) && Object.keys(store).length === 0) return { maxAttempts: 1 };
  return (await import('./config/options.js')).resolveStore(store);
}

/** @throws VerifyError `VERIFY_FAILED` where the place holds no finished export */
export async function readFinished(place: OutputPlace): Promise<Manifest> {
  const { name } = place;
  const manifest = await loadManifest(place);
  if (manifest === null)
    throw new VerifyError(
      'VERIFY_FAILED',
      `"${name}" holds no finished export: there is no ${MANIFEST_NAME}`,
    );
  if ((await place.loadText(SUCCESS_NAME)) === null)
    throw new VerifyError(
      'VERIFY_FAILED',
      `"${name}" holds no ${SUCCESS_NAME}: its export was cut off at the very end`,
    );
  return manifest;
}
