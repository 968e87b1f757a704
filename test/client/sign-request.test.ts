import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { signRequest } from '../../src/client/sign-request.js';

interface Vector {
  readonly name: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly date: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly authorization: string;
}

const { vectors } = JSON.parse(readFileSync(new URL('./signer-vectors.json', import.meta.url), 'utf8')) as {
  vectors: Vector[];
};

function sign(vector: Vector): Readonly<Record<string, string>> {
  const { accessKey, secretKey, date, method, path, body } = vector;
  const { 'x-security-token': securityToken, ...headers } = vector.headers;
  const time = new Date(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  return signRequest({ accessKey, secretKey, securityToken }, { method, path, headers, body }, time);
}

test.each(vectors)('the signature is that of the official signer: $name', (vector) => {
  const signed = sign(vector);
  expect(signed).toEqual({
    ...vector.headers,
    'x-sdk-date': vector.date,
    authorization: vector.authorization,
  });
});

test('every part of the request is covered', () => {
  const [vector] = vectors;
  if (vector === undefined) throw new Error('no vectors');
  const changes: Partial<Vector>[] = [
    { method: 'POST' },
    { path: vector.path.replace('limit', 'Limit') },
    { path: vector.path.replace('jobs', 'jobz') },
    { headers: { ...vector.headers, host: '192.168.0.11' } },
    { body: 'x' },
    { date: vector.date.replace('9Z', '8Z') },
    { secretKey: `${vector.secretKey}x` },
  ];
  const signatures = [{}, ...changes].map((change) => sign({ ...vector, ...change })['authorization']);
  expect(new Set(signatures).size).toBe(changes.length + 1);
});
