import type { S3Client } from '@aws-sdk/client-s3';
import type { S3Sdk } from './load-sdk.js';

/** Where a store is and who asks. What is left out comes from the chain of the SDK: profile, instance role. */
export interface StoreSettings {
  readonly s3Endpoint?: string | undefined;
  readonly s3Region?: string | undefined;
  readonly s3PathStyle?: boolean | undefined;
  readonly s3AccessKeyId?: string | undefined;
  readonly s3SecretAccessKey?: string | undefined;
  readonly s3SessionToken?: string | undefined;
  /** Attempts for each request, the first included. */
  readonly maxAttempts: number;
}

/** A request that the store does not answer within this time is sent again. */
const ANSWER_MS = 120_000;
const CONNECT_MS = 10_000;

/**
 * The client of the SDK, set up so that OBS and Swift take its requests.
 *
 * @param onTime is told the time at the store with every answer
 */
export function createS3Client(sdk: S3Sdk, settings: StoreSettings, onTime: (time: Date) => void): S3Client {
  const { s3Endpoint, s3AccessKeyId, s3SecretAccessKey, s3SessionToken } = settings;
  const client = new sdk.S3Client({
    ...(s3Endpoint === undefined ? {} : { endpoint: s3Endpoint }),
    ...regionOf(settings),
    forcePathStyle: settings.s3PathStyle ?? needsPathStyle(s3Endpoint),
    ...(s3AccessKeyId === undefined
      ? {}
      : {
          credentials: {
            accessKeyId: s3AccessKeyId,
            secretAccessKey: s3SecretAccessKey ?? '',
            ...(s3SessionToken === undefined ? {} : { sessionToken: s3SessionToken }),
          },
        }),
    maxAttempts: settings.maxAttempts,
    // The checksums that newer SDKs add by default are refused by OBS and by Swift.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: ANSWER_MS,
      throwOnRequestTimeout: true,
      socketTimeout: ANSWER_MS,
    },
  });
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = result.response as { readonly headers?: Readonly<Record<string, string>> };
      const date = new Date(headers?.['date'] ?? '');
      if (!Number.isNaN(date.getTime())) onTime(date);
      return result;
    },
    { step: 'deserialize', name: 'noteStoreTime', priority: 'low' },
  );
  return client;
}

/** An endpoint of OBS holds its region: `https://obs.cn-north-4.myhuaweicloud.com`. */
const OBS_HOST = /^(?:[^.]+\.)*obs\.([a-z0-9-]+)\.myhuaweicloud\.[a-z.]+$/;

function regionOf({ s3Endpoint, s3Region }: StoreSettings): { region?: string } {
  if (s3Region !== undefined) return { region: s3Region };
  if (s3Endpoint === undefined) return {};
  return { region: OBS_HOST.exec(new URL(s3Endpoint).hostname)?.[1] ?? 'us-east-1' };
}

/** A bucket cannot become a part of an address that is a number, or of a host without a domain. */
function needsPathStyle(endpoint: string | undefined): boolean {
  if (endpoint === undefined) return false;
  const { hostname } = new URL(endpoint);
  return /^[\d.]+$|^\[/.test(hostname) || !hostname.includes('.');
}
