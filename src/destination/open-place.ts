import { ConfigError } from '../errors.js';
import { LocalPlace } from './local-place.js';
import type { OutputPlace } from './output-place.js';
import { loadSdk } from './s3/load-sdk.js';
import { isStoreAddress, parseS3Address } from './s3/s3-address.js';
import type { StoreSettings } from './s3/s3-client.js';

/**
 * Opens the place that a user named for as long as `use` takes.
 *
 * @throws as `openPlace`, and what `use` throws
 */
export async function usePlace<T>(
  out: string,
  settings: StoreSettings,
  use: (place: OutputPlace) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const place = await openPlace(out, settings, signal);
  try {
    return await use(place);
  } finally {
    await place.close();
  }
}

/** The name of what lies below a place, as a place. */
export function below(out: string, path: string): string {
  return `${out.replace(/(?<=.)\/+$/, '')}/${path}`;
}

/**
 * The place that a user named: `s3://bucket/prefix`, or a folder.
 *
 * @param signal ends what takes long at a store
 * @throws ConfigError `CONFIG_INVALID`, `PACKAGE_MISSING`
 */
export async function openPlace(
  out: string,
  settings: StoreSettings,
  signal: AbortSignal = new AbortController().signal,
): Promise<OutputPlace> {
  if (!isStoreAddress(out)) {
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(out))
      throw new ConfigError('CONFIG_INVALID', `"${out}" is neither a folder nor s3://bucket/prefix`);
    return new LocalPlace(out);
  }
  const address = parseS3Address(out);
  if ((settings.s3AccessKeyId === undefined) !== (settings.s3SecretAccessKey === undefined)) {
    throw new ConfigError(
      'CONFIG_INVALID',
      'The access key and the secret key of the object store go together: give both or neither',
    );
  }
  const sdk = await loadSdk();
  const [{ S3Place }, { S3Store }] = await Promise.all([
    import('./s3/s3-place.js'),
    import('./s3/s3-store.js'),
  ]);
  return new S3Place(out, new S3Store(sdk, address.bucket, settings, signal), address);
}
