import { LocalPlace } from './destination/local-place.js';
import { isStoreAddress } from './destination/s3/s3-address.js';
import { ConfigError, VerifyError } from './errors.js';
import { MANIFEST_NAME, type Manifest, SUCCESS_NAME } from './manifest/manifest.js';
import { loadManifest } from './place-documents.js';

/**
 * The manifest of a finished export in a folder.
 *
 * @throws VerifyError `VERIFY_FAILED` when the folder holds none, or one that was cut off at its very end
 * @throws ConfigError `CONFIG_INVALID` for an object store
 */
export async function readFinishedExport(folder: string): Promise<Manifest> {
  checkIsFolder(folder);
  const place = new LocalPlace(folder);
  const manifest = await loadManifest(place);
  if (manifest === null) {
    throw new VerifyError(
      'VERIFY_FAILED',
      `"${folder}" holds no finished export: there is no ${MANIFEST_NAME}`,
    );
  }
  if ((await place.loadText(SUCCESS_NAME)) === null)
    throw new VerifyError(
      'VERIFY_FAILED',
      `"${folder}" holds no ${SUCCESS_NAME}: its export was cut off at the very end`,
    );
  return manifest;
}

/**
 * Refuses an object store where only a folder of this machine can be read.
 *
 * @throws ConfigError `CONFIG_INVALID`
 */
export function checkIsFolder(out: string): void {
  if (!isStoreAddress(out)) return;
  throw new ConfigError(
    'CONFIG_INVALID',
    `"${out}" is an object store: loads and table definitions are made from a folder, so copy the export into one first`,
  );
}
