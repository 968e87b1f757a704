import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ERROR_ENVELOPES } from './error-envelopes.js';
import { GesFailure } from './ges-failure.js';

/** The access keys that the simulator knows, a permanent and a temporary one. */
export const SIMULATOR_KEY = {
  accessKey: 'SIMULATORACCESSKEY01',
  secretKey: 'simulator-secret-key-of-40-characters-01',
} as const;
export const SIMULATOR_TEMPORARY_KEY = {
  accessKey: 'HSTSIMULATORACCESS02',
  secretKey: 'simulator-secret-key-of-40-characters-02',
  securityToken: 'simulator-security-token-of-the-temporary-key',
} as const;

/** A request as it came in. */
export interface IncomingProof {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const FORM =
  /^SDK-HMAC-SHA256 Access=(?<access>[^,]+), SignedHeaders=(?<names>[^,]+), Signature=(?<signature>[0-9a-f]{64})$/;
const MAX_SKEW_MS = 15 * 60 * 1000;

/** Whether a request is signed rather than carrying a token. */
export function isSigned(headers: IncomingHttpHeaders): boolean {
  return headers.authorization?.startsWith('SDK-HMAC-SHA256') === true;
}

/**
 * Checks a signature of SDK-HMAC-SHA256 ("Signing API Requests", API Gateway): the key, the date within 15 minutes, host
 * and date among the signed headers, and every byte of what they cover.
 *
 * @throws GesFailure HTTP 401 in the envelope of the gateway; GES.8006 for another project
 */
export function checkSignature(proof: IncomingProof, projectId: string): void {
  const { headers } = proof;
  const { access, names = '', signature = '' } = FORM.exec(headers.authorization ?? '')?.groups ?? {};
  const key = [SIMULATOR_KEY, SIMULATOR_TEMPORARY_KEY].find((known) => known.accessKey === access);
  if (key === undefined) throw refused('the access key does not exist');
  const stamp = headerOf(headers, 'x-sdk-date');
  const sentAt = readStamp(stamp);
  if (!(Math.abs(Date.now() - sentAt) <= MAX_SKEW_MS)) throw refused('x-sdk-date is out of range');
  const signed = names.split(';');
  const isSorted = signed.every((name, index) => index === 0 || (signed[index - 1] ?? '') < name);
  if (!isSorted || !signed.includes('host') || !signed.includes('x-sdk-date'))
    throw refused('host and x-sdk-date must be signed, names sorted');
  const wanted = 'securityToken' in key ? key.securityToken : '';
  if (headerOf(headers, 'x-security-token') !== wanted) throw refused('the security token is wrong');
  if (!isSame(signature, sign(proof, key.secretKey, signed, stamp)))
    throw refused('verify aksk signature fail');
  const project = headerOf(headers, 'x-project-id');
  if (project !== '' && project !== projectId)
    throw new GesFailure(400, ERROR_ENVELOPES.service('GES.8006', 'invalid resource access'));
}

function sign(proof: IncomingProof, secretKey: string, signed: readonly string[], stamp: string): string {
  const [path = '', query = ''] = proof.target.split('?');
  const lines = [
    proof.method,
    // The path is signed with a slash at its end.
    `${path.replace(/\/*$/, '').split('/').map(recode).join('/')}/`,
    query
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => pair.split('=').map(recode))
      .sort(([name = '', value = ''], [other = '', otherValue = '']) =>
        name === other ? compare(value, otherValue) : compare(name, other),
      )
      .map(([name = '', value = '']) => `${name}=${value}`)
      .join('&'),
    ...signed.map((name) => `${name}:${headerOf(proof.headers, name)}`),
    '',
    signed.join(';'),
    hex(proof.body),
  ];
  return createHmac('sha256', secretKey)
    .update(`SDK-HMAC-SHA256\n${stamp}\n${hex(lines.join('\n'))}`)
    .digest('hex');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Decoded, then encoded again with nothing but `A-Z a-z 0-9 - . _ ~` left as it is. */
function recode(part: string): string {
  return [...Buffer.from(decodeURIComponent(part))]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[\w.~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

function headerOf(headers: IncomingHttpHeaders, name: string): string {
  return String(headers[name] ?? '').trim();
}

/** `20260501T080000Z` in milliseconds; NaN for anything else. */
function readStamp(stamp: string): number {
  return Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What the gateway says of a wrong signature. */
function refused(reason: string): GesFailure {
  const message = `Incorrect IAM authentication information: ${reason}`;
  return new GesFailure(401, ERROR_ENVELOPES.gateway('APIG.0301', message));
}
