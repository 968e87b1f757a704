import { openPlace } from '../../src/destination/open-place.js';
import type { OutputPlace } from '../../src/destination/output-place.js';
import type { FakeS3 } from './fake-s3.js';

/** A prefix of the bucket of a fake store. */
export function openStorePlace(store: FakeS3, prefix: string, maxAttempts = 3): Promise<OutputPlace> {
  return openPlace(`s3://exports/${prefix}`, {
    s3Endpoint: store.endpoint,
    s3AccessKeyId: store.accessKeyId,
    s3SecretAccessKey: 'fakesecret',
    maxAttempts,
  });
}
