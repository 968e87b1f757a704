import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** DER: one element of a tag and its content (ITU-T X.690). */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const size: number[] = [];
  for (let left = body.length; left > 0; left >>= 8) size.unshift(left & 0xff);
  const length = body.length < 0x80 ? [body.length] : [0x80 | size.length, ...size];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (...items: readonly Uint8Array[]) => der(0x30, ...items);
const bits = (bytes: Uint8Array) => der(0x03, Buffer.from([0]), bytes);
const octets = (bytes: Uint8Array) => der(0x04, bytes);
const TRUE = der(0x01, Buffer.from([0xff]));

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const number of rest) {
    const groups = [number & 0x7f];
    for (let left = number >> 7; left > 0; left >>= 7) groups.unshift(0x80 | (left & 0x7f));
    bytes.push(...groups);
  }
  return der(0x06, Buffer.from(bytes));
}

const nameOf = (common: string) =>
  sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, Buffer.from(common)))));
const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
/** Valid from 2020 to the end of the calendar of X.509 (RFC 5280, 4.1.2.5): no test dies of age. */
const VALIDITY = sequence(der(0x17, Buffer.from('200101000000Z')), der(0x18, Buffer.from('99991231235959Z')));

interface Certificate {
  readonly name: string;
  readonly key: KeyObject;
  /** The certificate and its private key, as PEM. */
  readonly cert: string;
  readonly keyPem: string;
}

/** An issuer of certificates, made for one test. */
export function createIssuer(name = 'test issuer'): Certificate {
  // basicConstraints CA:TRUE; keyUsage keyCertSign
  const extensions = [
    extension('2.5.29.19', sequence(TRUE)),
    extension('2.5.29.15', der(0x03, Buffer.from([2, 0x04]))),
  ];
  return issue(name, null, extensions);
}

/** A certificate for 127.0.0.1, or for another name, of an issuer. */
export function createServerCertificate(issuer: Certificate, host = '127.0.0.1'): Certificate {
  const isAddress = /^[\d.]+$/.test(host);
  const value = isAddress ? Buffer.from(host.split('.').map(Number)) : Buffer.from(host);
  return issue(host, issuer, [extension('2.5.29.17', sequence(der(isAddress ? 0x87 : 0x82, value)))]);
}

function extension(id: string, value: Uint8Array): Buffer {
  return sequence(oid(id), TRUE, octets(value));
}

function issue(name: string, issuer: Certificate | null, extensions: readonly Uint8Array[]): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const serial = createHash('sha256').update(spki).digest().subarray(0, 8);
  serial[0] = 0x40 | ((serial[0] ?? 0) & 0x3f);
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ECDSA_SHA256,
    nameOf(issuer?.name ?? name),
    VALIDITY,
    nameOf(name),
    spki,
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, issuer?.key ?? privateKey);
  const bytes = sequence(body, ECDSA_SHA256, bits(signature)).toString('base64');
  return {
    name,
    key: privateKey,
    cert: `-----BEGIN CERTIFICATE-----\n${bytes.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
