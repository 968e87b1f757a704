import { request } from 'undici';
import { expect, test } from 'vitest';
import { SIMULATOR_USER } from '../../src/simulator/iam.js';
import type { Simulator } from '../../src/simulator/simulator.js';
import { openSimulator } from './client.js';

async function login(
  simulator: Simulator,
  password: string,
  scope: unknown = { project: { name: 'cn-north-4' } },
) {
  const { name, domain } = SIMULATOR_USER;
  const user = { name, password, domain: { name: domain } };
  const body = { auth: { identity: { methods: ['password'], password: { user } }, scope } };
  const reply = await request(`${simulator.iamEndpoint}/v3/auth/tokens`, {
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
