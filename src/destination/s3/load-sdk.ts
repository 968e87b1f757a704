import { ConfigError } from '../../errors.js';

export type S3Sdk = typeof import('@aws-sdk/client-s3');

/** Written by hand, because the package is optional: the newest 3.x for Node 20. */
const SDK_VERSION = '3.1169.0';

/**
 * Loads the client of object stores, which no other output needs.
 *
 * @throws ConfigError `PACKAGE_MISSING`
 */
export async function loadSdk(): Promise<S3Sdk> {
  // It would tell every run on Node 20 that later versions will need Node 22; this one is pinned.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  try {
    return await import('@aws-sdk/client-s3');
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND';
    if (!isMissing) throw cause;
    throw new ConfigError(
      'PACKAGE_MISSING',
      `Object stores need a package that is not installed: npm install @aws-sdk/client-s3@${SDK_VERSION}`,
      { cause },
    );
  }
}
