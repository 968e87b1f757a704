import { ConfigError, GesExportError, StoreError } from '../../errors.js';

const REFUSED: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccountProblem',
  'AuthorizationQueryParametersError',
  'CredentialsProviderError',
  'ExpiredToken',
  'Forbidden',
  'InvalidAccessKeyId',
  'InvalidToken',
  'SignatureDoesNotMatch',
]);
const FULL: ReadonlySet<string> = new Set(['EntityQuotaExceeded', 'InsufficientStorage', 'QuotaExceeded']);
const BUSY: ReadonlySet<string> = new Set([
  'InternalError',
  'OperationAborted',
  'RequestTimeout',
  'RequestTimeTooSkewed',
  'ServiceUnavailable',
  'SlowDown',
  'TimeoutError',
  'TooManyRequests',
]);

/** What an answer of the store said; null for a failure that is none. */
interface Answer {
  /** The error code of S3, or the name of the failure. */
  readonly code: string;
  readonly status: number | null;
  readonly message: string;
}

/**
 * A failure of the store as an error of ours. No key or signature of the request gets into the message: only the
 * code and the text of the answer do.
 *
 * @param action such as `write "s3://bucket/ranks/manifest.json"`
 */
export function toStoreError(error: unknown, action: string, endpoint: string): unknown {
  if (error instanceof GesExportError || !(error instanceof Error)) return error;
  // The one complaint of the SDK before it sends anything.
  if (error.message === 'Region is missing')
    return new ConfigError('CONFIG_INVALID', 'No region of the object store: give --s3-region', {
      cause: error,
    });
  const { code, status, message } = answerOf(error);
  const said = `${code}${message === '' ? '' : ` (${message})`}`;
  const text = `Cannot ${action}: ${endpoint} says ${said}`;
  if (code === 'NoSuchBucket') return new StoreError('STORE_NOT_FOUND', text, { cause: error });
  if (FULL.has(code) || status === 507) return new StoreError('SINK_DISK_FULL', text, { cause: error });
  if (BUSY.has(code) || (status !== null && (status === 429 || status >= 500) && status !== 501))
    return new StoreError('STORE_UNAVAILABLE', text, { cause: error });
  if (code === 'CredentialsProviderError')
    return new StoreError('STORE_UNAUTHORIZED', `Cannot ${action}: no keys were found`, { cause: error });
  if (REFUSED.has(code) || status === 401 || status === 403)
    return new StoreError('STORE_UNAUTHORIZED', text, { cause: error });
  if (status !== null) return new StoreError('STORE_REJECTED', text, { cause: error });
  // No answer: a failure of the network has a code of the system, anything else is a defect.
  if (!('code' in error) && !('$metadata' in error)) return error;
  return new StoreError('STORE_UNAVAILABLE', `Cannot ${action}: no answer from ${endpoint} (${code})`, {
    cause: error,
  });
}

/** The error code of an answer of the store; empty for any other failure. */
export function storeCode(error: unknown): string {
  return error instanceof Error ? answerOf(error).code : '';
}

function answerOf(error: Error): Answer {
  const facts = error as Error & {
    readonly Code?: unknown;
    readonly code?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  const status = facts.$metadata?.httpStatusCode ?? null;
  const named = [facts.Code, error.name === 'Error' ? facts.code : error.name, facts.code];
  const code = named.find((name): name is string => typeof name === 'string' && name !== '') ?? 'no code';
  // The text of a plain system error only repeats the address.
  const message =
    status === null || error.message === 'UnknownError' || error.message === code ? '' : error.message;
  return { code, status, message };
}
