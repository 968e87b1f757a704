import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What the server does to a request instead of serving it. */
type Fault = 'slow-down' | 'reset' | 'refuse-quota';
/** `cut`: half of the body, then the connection breaks; `lost-answer`: served, but nobody learns of it. */
type Damage = 'cut' | 'lost-answer';

export interface FakeRequest {
  readonly method: string;
  readonly key: string;
  readonly query: URLSearchParams;
  /** Requests of this kind for this key so far, this one included: `PUT part`, `GET object`, … */
  readonly count: number;
}

export interface FakeS3Options {
  /** Entries of one page of a list. */
  readonly pageSize?: number;
  readonly fault?: (request: FakeRequest) => Fault | Damage | undefined;
}

interface FakeObject {
  readonly body: Buffer;
  readonly etag: string;
  readonly modifiedAt: Date;
}

interface FakeUpload {
  readonly key: string;
  readonly beganAt: Date;
  readonly parts: Map<number, FakeObject>;
}

interface FakeBucket {
  readonly objects: Map<string, FakeObject>;
  readonly uploads: Map<string, FakeUpload>;
}

export interface FakeS3 {
  readonly endpoint: string;
  readonly accessKeyId: string;
  /** The one bucket that its key may use; `forbidden` is there too, for others. */
  readonly bucket: FakeBucket;
  readonly requests: readonly string[];
  /** Moves the clock of the store. */
  advance(ms: number): void;
  close(): Promise<void>;
}

const LEAST_PART_BYTES = 5 * 1024 * 1024;
const XML = { 'content-type': 'application/xml' };

class S3Failure extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

/**
 * A store as strict as the strictest real ones: bodies need Content-MD5, no aws-chunked, no checksum headers, no
 * conditional PUT (501), at least 5 MiB a part but the last; uploads are seen by nobody before they are complete.
 */
export async function startFakeS3(options: FakeS3Options = {}): Promise<FakeS3> {
  const bucket: FakeBucket = { objects: new Map(), uploads: new Map() };
  const requests: string[] = [];
  const counts = new Map<string, number>();
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      const failure = error instanceof S3Failure ? error : new S3Failure(500, String(error));
      response.writeHead(failure.status, { ...XML, date: now().toUTCString() });
      response.end(
        request.method === 'HEAD' ? '' : `<Error><Code>${failure.code}</Code><Message>no</Message></Error>`,
      );
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://store');
    const [, name = '', ...rest] = decodeURIComponent(url.pathname).split('/');
    const key = rest.join('/');
    const method = request.method ?? '';
    const kind = `${method} ${kindOf(key, url.searchParams)}`;
    const what = `${kind} ${key}`;
    const count = (counts.get(what) ?? 0) + 1;
    counts.set(what, count);
    requests.push(what);
    const body = await buffer(request);
    const fault = options.fault?.({ method, key, query: url.searchParams, count });
    if (fault === 'reset') {
      request.socket.destroy();
      return;
    }
    if (fault === 'slow-down') throw new S3Failure(503, 'SlowDown');
    if (fault === 'refuse-quota') throw new S3Failure(403, 'QuotaExceeded');
    check(request, name, body);
    const answer = respond(method, key, url.searchParams, body, request);
    if (fault === 'lost-answer') {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status ?? 200, { ...answer.headers, date: now().toUTCString() });
    if (fault === 'cut') {
      response.write(answer.body?.subarray(0, answer.body.length / 2), () => request.socket.destroy());
      return;
    }
    response.end(method === 'HEAD' ? undefined : answer.body);
  }

  function check(request: IncomingMessage, name: string, body: Buffer): void {
    const { headers } = request;
    const [, accessKeyId] = /Credential=([^/]+)\//.exec(headers.authorization ?? '') ?? [];
    if (accessKeyId !== 'fakekey') throw new S3Failure(403, 'InvalidAccessKeyId');
    if (name === 'forbidden') throw new S3Failure(403, 'AccessDenied');
    if (name !== 'exports') throw new S3Failure(404, 'NoSuchBucket');
    if (request.method !== 'PUT') return;
    const isRefused = Object.keys(headers).some((header) => /^x-amz-(sdk-)?checksum|^if-/.test(header));
    if (isRefused || /aws-chunked/.test(headers['content-encoding'] ?? ''))
      throw new S3Failure(501, 'NotImplemented');
    const md5 = headers['content-md5'];
    if (md5 === undefined) throw new S3Failure(400, 'InvalidRequest');
    if (md5 !== createHash('md5').update(body).digest('base64')) throw new S3Failure(400, 'BadDigest');
    const sha256 = headers['x-amz-content-sha256'];
    if (sha256 !== createHash('sha256').update(body).digest('hex'))
      throw new S3Failure(400, 'XAmzContentSHA256Mismatch');
  }

  interface FakeAnswer {
    readonly status?: number;
    readonly headers?: Record<string, string>;
    readonly body?: Buffer;
  }

  function respond(
    method: string,
    key: string,
    query: URLSearchParams,
    body: Buffer,
    request: IncomingMessage,
  ): FakeAnswer {
    const uploadId = query.get('uploadId');
    if (method === 'POST' && query.has('uploads')) {
      const id = randomUUID();
      bucket.uploads.set(id, { key, beganAt: now(), parts: new Map() });
      return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
    }
    if (method === 'GET' && key === '' && query.has('uploads')) return listUploads(query);
    if (method === 'GET' && key === '') return listObjects(query);
    if (uploadId !== null) {
      const upload = bucket.uploads.get(uploadId);
      if (upload === undefined || upload.key !== key) throw new S3Failure(404, 'NoSuchUpload');
      if (method === 'PUT') {
        const part = objectOf(body, now());
        upload.parts.set(Number(query.get('partNumber')), part);
        return { headers: { etag: part.etag } };
      }
      if (method === 'GET') return listParts(upload, query);
      if (method === 'DELETE') {
        bucket.uploads.delete(uploadId);
        return { status: 204 };
      }
      bucket.objects.set(key, complete(upload, body.toString(), now()));
      bucket.uploads.delete(uploadId);
      return xml('<CompleteMultipartUploadResult><ETag>"done"</ETag></CompleteMultipartUploadResult>');
    }
    if (method === 'PUT') {
      bucket.objects.set(key, objectOf(body, now()));
      return {};
    }
    if (method === 'DELETE') {
      bucket.objects.delete(key);
      return { status: 204 };
    }
    return readObject(key, request);
  }

  function readObject(key: string, request: IncomingMessage): FakeAnswer {
    const object = bucket.objects.get(key);
    if (object === undefined) throw new S3Failure(404, request.method === 'HEAD' ? '' : 'NoSuchKey');
    const match = request.headers['if-match'];
    if (match !== undefined && match !== object.etag) throw new S3Failure(412, 'PreconditionFailed');
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
    const body = from === undefined ? object.body : object.body.subarray(Number(from), Number(to) + 1);
    return {
      status: from === undefined ? 200 : 206,
      headers: {
        etag: object.etag,
        'content-length': String(body.length),
        'last-modified': object.modifiedAt.toUTCString(),
      },
      body,
    };
  }

  function listObjects(query: URLSearchParams): FakeAnswer {
    const prefix = query.get('prefix') ?? '';
    const entries = new Map<string, string>();
    for (const key of [...bucket.objects.keys()].sort()) {
      if (!key.startsWith(prefix)) continue;
      const slash = key.indexOf('/', prefix.length);
      const object = bucket.objects.get(key);
      if (query.get('delimiter') === '/' && slash >= 0) {
        const folder = key.slice(0, slash + 1);
        entries.set(folder, `<CommonPrefixes><Prefix>${folder}</Prefix></CommonPrefixes>`);
      } else if (object !== undefined) {
        entries.set(
          key,
          `<Contents><Key>${key}</Key><Size>${object.body.length}</Size><ETag>${object.etag}</ETag><LastModified>${object.modifiedAt.toISOString()}</LastModified></Contents>`,
        );
      }
    }
    const { page, next } = pageOf([...entries], (name) => name > (query.get('marker') ?? ''));
    const more = next === null ? '' : `<NextMarker>${next}</NextMarker>`;
    return xml(
      `<ListBucketResult>${page}${more}<IsTruncated>${next !== null}</IsTruncated></ListBucketResult>`,
    );
  }

  function listUploads(query: URLSearchParams): FakeAnswer {
    const prefix = query.get('prefix') ?? '';
    const all = [...bucket.uploads]
      .filter(([, { key }]) => key.startsWith(prefix))
      .map(([id, { key, beganAt }]): [string, string] => [
        `${key}\n${id}`,
        `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${beganAt.toISOString()}</Initiated></Upload>`,
      ])
      .sort();
    const marker = `${query.get('key-marker') ?? ''}\n${query.get('upload-id-marker') ?? ''}`;
    const { page, next } = pageOf(all, (name) => name > marker || marker === '\n');
    const [key = '', id = ''] = (next ?? '').split('\n');
    const more =
      next === null
        ? ''
        : `<NextKeyMarker>${key}</NextKeyMarker><NextUploadIdMarker>${id}</NextUploadIdMarker>`;
    return xml(
      `<ListMultipartUploadsResult>${page}${more}<IsTruncated>${next !== null}</IsTruncated></ListMultipartUploadsResult>`,
    );
  }

  function listParts(upload: FakeUpload, query: URLSearchParams): FakeAnswer {
    const marker = Number(query.get('part-number-marker') ?? 0);
    const all = [...upload.parts]
      .sort(([a], [b]) => a - b)
      .map(([number, { etag, body }]): [string, string] => [
        String(number),
        `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag><Size>${body.length}</Size></Part>`,
      ]);
    const { page, next } = pageOf(all, (name) => Number(name) > marker);
    const more = next === null ? '' : `<NextPartNumberMarker>${next}</NextPartNumberMarker>`;
    return xml(
      `<ListPartsResult>${page}${more}<IsTruncated>${next !== null}</IsTruncated></ListPartsResult>`,
    );
  }

  function pageOf(entries: readonly [string, string][], isAfterMarker: (name: string) => boolean) {
    const after = entries.filter(([name]) => isAfterMarker(name));
    const page = after.slice(0, options.pageSize ?? 1000);
    const last = page.at(-1);
    return {
      page: page.map(([, text]) => text).join(''),
      next: page.length < after.length && last !== undefined ? last[0] : null,
    };
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accessKeyId: 'fakekey',
    bucket,
    requests,
    advance: (ms) => {
      ahead += ms;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function kindOf(key: string, query: URLSearchParams): string {
  if (query.has('partNumber')) return 'part';
  if (query.has('uploadId')) return 'upload';
  if (query.has('uploads')) return 'uploads';
  return key === '' ? 'bucket' : 'object';
}

function complete(upload: FakeUpload, body: string, at: Date): FakeObject {
  const listed = [...body.matchAll(/<Part>.*?<\/Part>/gs)].map(([text]) => ({
    number: Number(/<PartNumber>(\d+)</.exec(text)?.[1]),
    etag: (/<ETag>(.*?)<\/ETag>/.exec(text)?.[1] ?? '').replaceAll('&quot;', '"'),
  }));
  const parts = listed.map(({ number, etag }, index) => {
    const part = upload.parts.get(number);
    if (part === undefined || part.etag !== etag || number !== index + 1)
      throw new S3Failure(400, 'InvalidPart');
    if (index < listed.length - 1 && part.body.length < LEAST_PART_BYTES)
      throw new S3Failure(400, 'EntityTooSmall');
    return part.body;
  });
  if (parts.length === 0) throw new S3Failure(400, 'MalformedXML');
  return objectOf(Buffer.concat(parts), at);
}

function objectOf(body: Buffer, modifiedAt: Date): FakeObject {
  return { body, etag: `"${createHash('md5').update(body).digest('hex')}"`, modifiedAt };
}

function xml(text: string) {
  return { headers: XML, body: Buffer.from(`<?xml version="1.0"?>${text}`) };
}
