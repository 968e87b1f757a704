import { request } from 'undici';
import { expect, test } from 'vitest';
import { SIMULATOR_PROJECT, SIMULATOR_USER } from '../../src/simulator/iam.js';
import { SIMULATOR_KEY } from '../../src/simulator/signature.js';
import type { Simulator } from '../../src/simulator/simulator.js';
import { openSimulator } from './client.js';

async function login(
  simulator: Simulator,
  password: string,
  scope: unknown = { project: { name: 'cn-north-4' } },
  query = '',
) {
  const { name, domain } = SIMULATOR_USER;
  const user = { name, password, domain: { name: domain } };
  const body = { auth: { identity: { methods: ['password'], password: { user } }, scope } };
  const reply = await request(`${simulator.iamEndpoint}/v3/auth/tokens${query}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json;charset=utf8' },
    body: JSON.stringify(body),
  });
  return { reply, body: (await reply.body.json()) as Record<string, never> };
}

const schemaWith = async (simulator: Simulator, token: string | null) => {
  const url = `${simulator.endpoint}/ges/v1.0/${simulator.projectId}/graphs/${simulator.graph}/schema`;
  const reply = await request(url, { headers: token === null ? {} : { 'X-Auth-Token': token } });
  return { httpStatus: reply.statusCode, body: (await reply.body.json()) as Record<string, string> };
};

test('IAM gives a project token that GES takes', async () => {
  const { simulator } = await openSimulator({ tokenLifetimeSeconds: 3600 });
  const { reply, body } = await login(simulator, SIMULATOR_USER.password);
  expect(reply.statusCode).toBe(201);
  const { issued_at, expires_at } = body['token'] as unknown as { issued_at: string; expires_at: string };
  expect(expires_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  expect(Date.parse(expires_at) - Date.parse(issued_at)).toBe(3_600_000);
  const token = String(reply.headers['x-subject-token']);
  expect(token).not.toBe(simulator.token);
  expect((await schemaWith(simulator, token)).httpStatus).toBe(200);
});

test('IAM refuses a wrong password with 401 and a wrong body with 400', async () => {
  const { simulator } = await openSimulator();
  const wrong = await login(simulator, 'guess');
  expect(wrong.reply.statusCode).toBe(401);
  expect(wrong.body['error']).toMatchObject({ code: 401, title: 'Unauthorized' });
  const reply = await request(`${simulator.iamEndpoint}/v3/auth/tokens`, { method: 'POST', body: '{}' });
  expect(reply.statusCode).toBe(400);
  expect(await reply.body.json()).toEqual({
    error: { code: 400, message: 'The request body is invalid', title: 'Bad Request' },
  });
});

test('missing and wrong tokens are HTTP 400 GES.8007, a domain token is GES.8006', async () => {
  const { simulator } = await openSimulator();
  for (const token of [null, 'wrong']) {
    expect(await schemaWith(simulator, token)).toEqual({
      httpStatus: 400,
      body: { errorMessage: 'invalid token', errorCode: 'GES.8007' },
    });
  }
  const { reply } = await login(simulator, SIMULATOR_USER.password, { domain: { name: 'demo-account' } });
  const token = String(reply.headers['x-subject-token']);
  expect((await schemaWith(simulator, token)).body['errorCode']).toBe('GES.8006');
});

test('an expired token is told to be updated', async () => {
  const { simulator } = await openSimulator({ tokenLifetimeSeconds: 0 });
  expect(await schemaWith(simulator, simulator.token)).toEqual({
    httpStatus: 400,
    body: { errorMessage: 'The token must be updated', errorCode: 'GES.8007' },
  });
});

test('the project is named or given by ID, the account too; anything else in the body is refused', async () => {
  const { simulator } = await openSimulator();
  const { password } = SIMULATOR_USER;
  const codes: number[] = [];
  for (const scope of [
    { project: { name: SIMULATOR_PROJECT.name } },
    { project: { id: SIMULATOR_PROJECT.id } },
    { project: { id: 'another' } },
    { project: { id: SIMULATOR_PROJECT.id, name: SIMULATOR_PROJECT.name } },
    { project: {} },
    undefined,
  ])
    codes.push((await login(simulator, password, scope)).reply.statusCode);
  // Left out, the scope is that of the test's own login.
  expect(codes).toEqual([201, 201, 401, 400, 400, 201]);
});

test('the list of services is left out on request', async () => {
  const { simulator } = await openSimulator();
  const full = await login(simulator, SIMULATOR_USER.password);
  expect(full.body['token']).toMatchObject({ catalog: [{ name: 'iam' }] });
  const short = await login(simulator, SIMULATOR_USER.password, undefined, '?nocatalog=true');
  expect(short.body['token']).toMatchObject({ catalog: [] });
});

test('five wrong passwords in a row lock the user', async () => {
  const { simulator } = await openSimulator();
  for (let time = 0; time < 4; time++) await login(simulator, 'guess');
  expect((await login(simulator, SIMULATOR_USER.password)).reply.statusCode).toBe(201);
  for (let time = 0; time < 5; time++) await login(simulator, 'guess');
  const { reply, body } = await login(simulator, SIMULATOR_USER.password);
  expect(reply.statusCode).toBe(401);
  expect(body['error']).toMatchObject({ message: 'The user is locked after too many wrong passwords.' });
  expect(simulator.logins()).toBe(11);
});

test.each([
  ['an unknown key', { authorization: 'SDK-HMAC-SHA256 Access=X, SignedHeaders=host, Signature=00' }],
  [
    'an old date',
    {
      authorization: `SDK-HMAC-SHA256 Access=${SIMULATOR_KEY.accessKey}, SignedHeaders=host;x-sdk-date, Signature=${'0'.repeat(64)}`,
      'x-sdk-date': '20200101T000000Z',
    },
  ],
  [
    'a wrong signature',
    {
      authorization: `SDK-HMAC-SHA256 Access=${SIMULATOR_KEY.accessKey}, SignedHeaders=host;x-sdk-date, Signature=${'0'.repeat(64)}`,
      'x-sdk-date': new Date().toISOString().replace(/[-:]|\.\d+/g, ''),
    },
  ],
])('%s is refused in the envelope of the gateway', async (_, headers) => {
  const { send } = await openSimulator();
  const reply = await send('schema', { headers });
  expect(reply.httpStatus).toBe(401);
  expect(JSON.parse(reply.text)).toMatchObject({
    error_code: 'APIG.0301',
    error_msg: expect.stringContaining('Incorrect IAM authentication information'),
  });
});
