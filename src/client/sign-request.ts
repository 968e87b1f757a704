import { createHash, createHmac } from 'node:crypto';

/** A permanent access key, or a temporary one with its security token. */
export interface AccessKey {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityToken?: string | undefined;
}

/** What is signed: everything that reaches the server unchanged. */
export interface SignableRequest {
  readonly method: string;
  /** Path and query as they are sent. */
  readonly path: string;
  /** `host` among them; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const ALGORITHM = 'SDK-HMAC-SHA256';

/**
 * The headers of a request signed with SDK-HMAC-SHA256: those given, the date, the security token and `authorization`.
 * Method of the official SDK (`@huaweicloud/huaweicloud-sdk-core` 3.1.211), held against its output by the tests.
 */
export function signRequest(
  key: AccessKey,
  request: SignableRequest,
  date: Date,
): Readonly<Record<string, string>> {
  const stamp = date.toISOString().replace(/[-:]|\.\d+/g, '');
  const headers: Record<string, string> = {
    ...request.headers,
    'x-sdk-date': stamp,
    ...(key.securityToken === undefined ? {} : { 'x-security-token': key.securityToken }),
  };
  const names = Object.keys(headers).sort();
  const url = new URL(request.path, 'http://host');
  const canonical = [
    request.method,
    canonicalPath(url.pathname),
    canonicalQuery(url.searchParams),
    // Each line ends with a line feed, so that an empty line follows the last one.
    names.map((name) => `${name}:${headers[name]}\n`).join(''),
    names.join(';'),
    sha256(request.body),
  ].join('\n');
  const signature = createHmac('sha256', key.secretKey)
    .update([ALGORITHM, stamp, sha256(canonical)].join('\n'))
    .digest('hex');
  const authorization = `${ALGORITHM} Access=${key.accessKey}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...headers, authorization };
}

/** Every segment encoded anew, and a slash at the end, which only the signature has. */
function canonicalPath(path: string): string {
  const encoded = path
    .split('/')
    .map((segment) => encode(decodeURIComponent(segment)))
    .join('/');
  return encoded.endsWith('/') ? encoded : `${encoded}/`;
}

/** Sorted by name, then by value. */
function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** RFC 3986: all but `A-Z a-z 0-9 - . _ ~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
