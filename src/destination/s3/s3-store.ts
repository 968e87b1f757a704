import { createHash } from 'node:crypto';
import type { CompletedPart, S3Client } from '@aws-sdk/client-s3';
import { StoreError } from '../../errors.js';
import { hideInError } from '../../secret-text.js';
import type { S3Sdk } from './load-sdk.js';
import { createS3Client, type StoreSettings } from './s3-client.js';
import { storeCode, toStoreError } from './store-error.js';

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
  readonly modifiedAt: Date;
}

export interface StoredUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly beganAt: Date;
}

export interface UploadedPart {
  readonly etag: string;
  readonly bytes: number;
}

/**
 * The few requests that an export needs, one method each, by whole keys of one bucket. Every body that is sent
 * carries its Content-MD5, so that a store refuses what the network damaged. Failures come out as StoreError.
 */
export class S3Store {
  readonly #sdk: S3Sdk;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #endpoint: string;
  readonly #signal: AbortSignal;
  readonly #maxAttempts: number;
  /** The time at the store when it last answered: ages of objects do not depend on the clock of this machine. */
  now = new Date();

  /** @param signal ends uploads of parts and reads; small requests go on, so that a place can be left in order */
  constructor(sdk: S3Sdk, bucket: string, settings: StoreSettings, signal: AbortSignal) {
    this.#sdk = sdk;
    this.#bucket = bucket;
    this.#endpoint = settings.s3Endpoint ?? 'the store';
    this.#signal = signal;
    this.#maxAttempts = settings.maxAttempts;
    this.#client = createS3Client(sdk, settings, (date) => {
      this.now = date;
    });
  }

  close(): void {
    this.#client.destroy();
  }

  /** A small object with its content; null when it is not there. */
  async get(key: string): Promise<(StoredObject & { readonly body: Buffer }) | null> {
    return this.#do('read', key, async () => {
      try {
        const answer = await this.#client.send(
          new this.#sdk.GetObjectCommand({ Bucket: this.#bucket, Key: key }),
        );
        const body = Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
        return { ...objectOf(key, { ...answer, Size: body.length }), body };
      } catch (error) {
        if (isGone(error)) return null;
        throw error;
      }
    });
  }

  /** Null when it is not there. */
  async head(key: string): Promise<StoredObject | null> {
    return this.#do('read', key, async () => {
      try {
        const answer = await this.#client.send(
          new this.#sdk.HeadObjectCommand({ Bucket: this.#bucket, Key: key }),
        );
        return objectOf(key, { ...answer, Size: answer.ContentLength });
      } catch (error) {
        if (isGone(error)) return null;
        throw error;
      }
    });
  }

  /** The bytes `[start, end)` of an object; goes on after a broken connection, in the same object only. */
  async *read(object: StoredObject, start: number, end: number): AsyncGenerator<Uint8Array> {
    let at = start;
    for (let attempt = 1; at < end; attempt++) {
      const before = at;
      try {
        const answer = await this.#client.send(
          new this.#sdk.GetObjectCommand({
            Bucket: this.#bucket,
            Key: object.key,
            Range: `bytes=${at}-${end - 1}`,
            IfMatch: object.etag,
          }),
          { abortSignal: this.#signal },
        );
        for await (const chunk of answer.Body as AsyncIterable<Buffer>) {
          this.#signal.throwIfAborted();
          at += chunk.length;
          yield chunk;
        }
        if (at < end) throw this.#cutOff(object.key, at, end);
      } catch (error) {
        this.#signal.throwIfAborted();
        if (at > before) attempt = 0;
        else if (attempt >= this.#maxAttempts || storeCode(error) === 'PreconditionFailed')
          throw await this.#named(error, 'read', object.key);
      }
    }
  }

  /** Replaces an object, whole. */
  async put(key: string, body: Uint8Array): Promise<void> {
    await this.#do('write', key, () =>
      this.#client.send(
        new this.#sdk.PutObjectCommand({
          Bucket: this.#bucket,
          Key: key,
          Body: body,
          ContentLength: body.length,
          ContentMD5: md5(body),
        }),
      ),
    );
  }

  /** Removes an object if it is there. One a request: deleting several at once is where stores differ most. */
  async remove(key: string): Promise<void> {
    await this.#do('remove', key, () =>
      this.#client
        .send(new this.#sdk.DeleteObjectCommand({ Bucket: this.#bucket, Key: key }))
        .catch(unlessGone),
    );
  }

  /** The objects directly below a prefix that ends in `/` (or is empty), and the names of the folders there. */
  list(prefix: string): Promise<{ readonly objects: StoredObject[]; readonly folders: string[] }> {
    return this.#list(prefix, { Delimiter: '/' });
  }

  /** Every object below a prefix. */
  async listAll(prefix: string): Promise<readonly StoredObject[]> {
    return (await this.#list(prefix, {})).objects;
  }

  async #list(
    prefix: string,
    setting: { readonly Delimiter?: string },
  ): Promise<{ readonly objects: StoredObject[]; readonly folders: string[] }> {
    const objects: StoredObject[] = [];
    const folders: string[] = [];
    for (let marker = ''; ; ) {
      const answer = await this.#do('list', prefix, () =>
        this.#client.send(
          // The first version of the listing: every store has it.
          new this.#sdk.ListObjectsCommand({
            Bucket: this.#bucket,
            Prefix: prefix,
            ...setting,
            ...(marker === '' ? {} : { Marker: marker }),
          }),
        ),
      );
      for (const found of answer.Contents ?? []) objects.push(objectOf(found.Key ?? '', found));
      for (const found of answer.CommonPrefixes ?? [])
        folders.push((found.Prefix ?? '').slice(prefix.length, -1));
      if (answer.IsTruncated !== true) return { objects, folders };
      const next = answer.NextMarker ?? answer.Contents?.at(-1)?.Key ?? '';
      if (next === '' || next === marker) throw this.#rejected('list', prefix, 'the list has no next page');
      marker = next;
    }
  }

  async createUpload(key: string): Promise<string> {
    const { UploadId } = await this.#do('begin', key, () =>
      this.#client.send(new this.#sdk.CreateMultipartUploadCommand({ Bucket: this.#bucket, Key: key })),
    );
    if (UploadId === undefined) throw this.#rejected('begin', key, 'no upload ID was given');
    return UploadId;
  }

  /** @returns the part's ETag; the same part may be sent again and replaces the earlier one */
  async uploadPart(key: string, uploadId: string, number: number, body: Uint8Array): Promise<string> {
    const { ETag } = await this.#do('write', key, () =>
      this.#client.send(
        new this.#sdk.UploadPartCommand({
          Bucket: this.#bucket,
          Key: key,
          UploadId: uploadId,
          PartNumber: number,
          Body: body,
          ContentLength: body.length,
          ContentMD5: md5(body),
        }),
        { abortSignal: this.#signal },
      ),
    );
    if (ETag === undefined) throw this.#rejected('write', key, 'no ETag was given for a part');
    return ETag;
  }

  /** What the store holds of an upload, by part number; null when it knows no such upload. */
  async listUploadParts(key: string, uploadId: string): Promise<ReadonlyMap<number, UploadedPart> | null> {
    const parts = new Map<number, UploadedPart>();
    for (let marker = 0; ; ) {
      const answer = await this.#do('list the parts of', key, () =>
        this.#client
          .send(
            new this.#sdk.ListPartsCommand({
              Bucket: this.#bucket,
              Key: key,
              UploadId: uploadId,
              ...(marker === 0 ? {} : { PartNumberMarker: String(marker) }),
            }),
          )
          .catch(unlessGone),
      );
      if (answer === null) return null;
      for (const { PartNumber, ETag, Size } of answer.Parts ?? [])
        parts.set(PartNumber ?? 0, { etag: ETag ?? '', bytes: Size ?? 0 });
      if (answer.IsTruncated !== true) return parts;
      const next = Number(answer.NextPartNumberMarker ?? 0);
      if (!(next > marker)) throw this.#rejected('list the parts of', key, 'the list has no next page');
      marker = next;
    }
  }

  /** @returns false when the store knows no such upload: it is complete already, or was aborted */
  async completeUpload(key: string, uploadId: string, parts: readonly UploadedPart[]): Promise<boolean> {
    const list = parts.map(({ etag }, index): CompletedPart => ({ ETag: etag, PartNumber: index + 1 }));
    const answer = await this.#do('complete', key, () =>
      this.#client
        .send(
          new this.#sdk.CompleteMultipartUploadCommand({
            Bucket: this.#bucket,
            Key: key,
            UploadId: uploadId,
            MultipartUpload: { Parts: list },
          }),
        )
        .catch(unlessGone),
    );
    return answer !== null;
  }

  /** Ends an upload and frees its parts, if the store still knows it. */
  async abortUpload(key: string, uploadId: string): Promise<void> {
    await this.#do('abort', key, () =>
      this.#client
        .send(
          new this.#sdk.AbortMultipartUploadCommand({ Bucket: this.#bucket, Key: key, UploadId: uploadId }),
        )
        .catch(unlessGone),
    );
  }

  /** Every upload in progress below a prefix. */
  async listUploads(prefix: string): Promise<readonly StoredUpload[]> {
    const uploads: StoredUpload[] = [];
    for (let marker: { KeyMarker: string; UploadIdMarker: string } | null = null; ; ) {
      const page: object = marker ?? {};
      const answer = await this.#do('list the uploads of', prefix, () =>
        this.#client.send(
          new this.#sdk.ListMultipartUploadsCommand({ Bucket: this.#bucket, Prefix: prefix, ...page }),
        ),
      );
      for (const { Key, UploadId, Initiated } of answer.Uploads ?? []) {
        if (Key !== undefined && UploadId !== undefined)
          uploads.push({ key: Key, uploadId: UploadId, beganAt: Initiated ?? new Date(0) });
      }
      if (answer.IsTruncated !== true) return uploads;
      const next = { KeyMarker: answer.NextKeyMarker ?? '', UploadIdMarker: answer.NextUploadIdMarker ?? '' };
      if (
        next.KeyMarker === '' ||
        (next.KeyMarker === marker?.KeyMarker && next.UploadIdMarker === marker.UploadIdMarker)
      )
        throw this.#rejected('list the uploads of', prefix, 'the list has no next page');
      marker = next;
    }
  }

  /** How messages name an object. */
  nameOf(key: string): string {
    return `s3://${this.#bucket}/${key}`;
  }

  async #do<T>(action: string, key: string, request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      this.#signal.throwIfAborted();
      throw await this.#named(error, action, key);
    }
  }

  async #named(error: unknown, action: string, key: string): Promise<unknown> {
    const named = toStoreError(error, `${action} "${this.nameOf(key)}"`, this.#endpoint);
    return hideInError(named, await this.#secrets());
  }

  /** Those that the chain of the SDK has found, too; none where it finds none, which is the failure then. */
  async #secrets(): Promise<readonly string[]> {
    try {
      const { secretAccessKey, sessionToken } = await this.#client.config.credentials();
      return [secretAccessKey, sessionToken ?? ''];
    } catch {
      return [];
    }
  }

  #rejected(action: string, key: string, what: string): StoreError {
    return new StoreError('STORE_REJECTED', `Cannot ${action} "${this.nameOf(key)}": ${what}`);
  }

  #cutOff(key: string, at: number, end: number): StoreError {
    return new StoreError(
      'STORE_UNAVAILABLE',
      `Cannot read "${this.nameOf(key)}": it ended at byte ${at} of ${end}`,
    );
  }
}

function md5(body: Uint8Array): string {
  return createHash('md5').update(body).digest('base64');
}

/** What the store knows no more, or never did. The code of a missing bucket is another one. */
function isGone(error: unknown): boolean {
  return ['NoSuchKey', 'NoSuchUpload', 'NotFound'].includes(storeCode(error));
}

function unlessGone(error: unknown): null {
  if (isGone(error)) return null;
  throw error;
}

function objectOf(
  key: string,
  found: { ETag?: string | undefined; Size?: number | undefined; LastModified?: Date | undefined },
): StoredObject {
  return {
    key,
    bytes: found.Size ?? 0,
    etag: found.ETag ?? '',
    modifiedAt: found.LastModified ?? new Date(0),
  };
}
