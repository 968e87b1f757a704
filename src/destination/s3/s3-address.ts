import { ConfigError } from '../../errors.js';

export interface S3Address {
  readonly bucket: string;
  /** Empty, or without a `/` at either end. */
  readonly prefix: string;
}

const S3_SCHEME = 's3://';

export function isStoreAddress(text: string): boolean {
  return text.startsWith(S3_SCHEME);
}

/** @throws ConfigError `CONFIG_INVALID` */
export function parseS3Address(text: string): S3Address {
  const [bucket = '', ...names] = text.slice(S3_SCHEME.length).replace(/\/+$/, '').split('/');
  if (!/^[a-zA-Z0-9._-]{3,255}$/.test(bucket)) throw wrong(text, `"${bucket}" is no name of a bucket`);
  if (names.some((name) => name === '' || name === '.' || name === '..'))
    throw wrong(text, 'a name between two / is missing, or is "." or ".."');
  return { bucket, prefix: names.join('/') };
}

function wrong(text: string, what: string): ConfigError {
  return new ConfigError('CONFIG_INVALID', `--out "${text}" is not an s3://bucket/prefix: ${what}`);
}
