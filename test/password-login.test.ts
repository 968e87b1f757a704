import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RequestError } from '../src/errors.js';
import type { FaultPlan } from '../src/simulator/fault-plan.js';
import { SIMULATOR_PROJECT, SIMULATOR_USER } from '../src/simulator/iam.js';
import { openClient, openFolder, openGraph, passwordLogin } from './connections.js';

test.each([
  ['project by ID, account by name', {}],
  ['project by name', { projectName: SIMULATOR_PROJECT.name }],
  ['account by ID', { domain: undefined, domainId: SIMULATOR_USER.domainId }],
])('a password gets a token that the graph takes: %s', async (_, changes) => {
  const graph = await openGraph();
  const { read } = openClient(graph, { ...passwordLogin(graph), ...changes });
  expect((await read()).envelope.total).toBe(305);
  await read(1);
  expect(graph.logins()).toBe(1);
});

test('requests that wait for the first token share one login', async () => {
  const graph = await openGraph({ latencyMs: 50 });
  const { read } = openClient(graph, passwordLogin(graph));
  await Promise.all([...Array(8).keys()].map(read));
  expect(graph.logins()).toBe(1);
});

test('a wrong password is sent once, however many requests wait and follow', async () => {
  const graph = await openGraph({ latencyMs: 20 });
  const { read } = openClient(graph, { ...passwordLogin(graph), password: 'guess-1234', maxAttempts: 6 });
  const failures = await Promise.allSettled([...Array(4).keys()].map(read));
  for (const { status, ...rest } of failures) {
    expect(status).toBe('rejected');
    expect(rest).toMatchObject({ reason: { code: 'LOGIN_REFUSED', retryable: false } });
  }
  await expect(read()).rejects.toThrow(
    'IAM gave no token to user "demo-user": "The username or password is wrong." (HTTP 401)',
  );
  expect(graph.logins()).toBe(1);
  expect(graph.requests()).toBe(1);
});

test.each([
  ['a user that is not there', { user: 'nobody' }],
  ['another account', { domain: 'elsewhere' }],
  ['a project that is not there', { projectName: 'mars-1' }],
])('%s is refused at once', async (_, changes) => {
  const graph = await openGraph();
  const { read } = openClient(graph, { ...passwordLogin(graph), ...changes, maxAttempts: 3 });
  await expect(read()).rejects.toMatchObject({ code: 'LOGIN_REFUSED' });
  expect(graph.logins()).toBe(1);
});

const ofIam = (fault: FaultPlan['rules'][number]['fault'], times?: number): FaultPlan => ({
  rules: [{ when: { path: 'token' }, ...(times === undefined ? {} : { times }), fault }],
});

test('an IAM that is busy for a moment is outlived', async () => {
  const graph = await openGraph({ faults: ofIam({ status: 503, retryAfterSeconds: 0 }, 1) });
  const { read } = openClient(graph, { ...passwordLogin(graph), maxAttempts: 2 });
  expect((await read()).envelope.total).toBe(305);
  expect(graph.logins()).toBe(1);
});

test('an IAM that stays busy gets no more requests than there are attempts', async () => {
  const graph = await openGraph({ faults: ofIam({ status: 503 }) });
  const { read } = openClient(graph, { ...passwordLogin(graph), maxAttempts: 2 });
  await expect(read()).rejects.toMatchObject({ code: 'REQUEST_BUSY' });
  expect(graph.requests()).toBe(2);
});

test.each<[string, FaultPlan['rules'][number]['fault'], string]>([
  ['HTML', { status: 200, body: 'html' }, 'PAGE_INVALID'],
  ['a redirect', { status: 302, body: 'empty' }, 'PAGE_INVALID'],
  ['the error of a gateway', { status: 403, body: 'json' }, 'LOGIN_REFUSED'],
  [
    'its own error',
    { gesError: { code: '400', message: 'bad body', httpStatus: 400, envelope: 'iam' } },
    'LOGIN_REFUSED',
  ],
  ['nothing', { status: 404, body: 'empty' }, 'LOGIN_REFUSED'],
])('an IAM that answers with %s', async (_, fault, code) => {
  const graph = await openGraph({ faults: ofIam(fault) });
  const { read } = openClient(graph, passwordLogin(graph));
  await expect(read()).rejects.toMatchObject({ code });
});

const expire = (requests: number | [number, number]): FaultPlan => ({
  rules: [{ when: { path: 'status', requests }, fault: { expireToken: true } }],
});

test('a refused token is renewed inside the same attempt, once for all requests', async () => {
  const graph = await openGraph({ faults: expire(3), latencyMs: 30 });
  const { read } = openClient(graph, passwordLogin(graph));
  await read();
  const pages = await Promise.all([0, 1, 2, 3].map(read));
  expect(pages.map((page) => page.envelope.offset)).toEqual([0, 1, 2, 3]);
  expect(graph.logins()).toBe(2);
});

test('a fresh token that is refused on the first request is final after one renewal', async () => {
  const graph = await openGraph({ faults: expire([1, 100]) });
  const { read } = openClient(graph, { ...passwordLogin(graph), maxAttempts: 6 });
  await expect(read()).rejects.toMatchObject({ code: 'API_UNAUTHORIZED' });
  expect(graph.logins()).toBe(2);
});

test('where the graph has taken tokens before, one that dies at once costs an attempt and no more', async () => {
  const graph = await openGraph({ faults: expire([2, 3]) });
  const { read } = openClient(graph, { ...passwordLogin(graph), maxAttempts: 2 });
  await read();
  expect((await read(1)).envelope.offset).toBe(1);
});

test('GES.8002 and GES.8005 are worth one fresh token; then they are what they say', async () => {
  for (const [code, message, after] of [
    ['GES.8002', 'graph statistics error', 'REQUEST_BUSY'],
    ['GES.8005', 'Parameter error!', 'API_REJECTED'],
  ] as const) {
    const gesError = { code, message, httpStatus: 400 };
    const once = await openGraph({
      faults: { rules: [{ when: { path: 'status' }, times: 1, fault: { gesError } }] },
    });
    expect((await openClient(once, passwordLogin(once)).read()).envelope.total).toBe(305);
    expect(once.logins()).toBe(2);
    const always = await openGraph({
      faults: { rules: [{ when: { path: 'status' }, fault: { gesError } }] },
    });
    await expect(openClient(always, passwordLogin(always)).read()).rejects.toMatchObject({ code: after });
    expect(always.logins()).toBe(2);
  }
});

test('a token is renewed before its end, by the life that IAM states', async () => {
  const graph = await openGraph({ tokenLifetimeSeconds: 4 });
  const { read } = openClient(graph, passwordLogin(graph));
  await read();
  const [requests, logins] = [graph.requests(), graph.logins()];
  await new Promise((resolve) => setTimeout(resolve, 4100));
  await read();
  // One for the token, one for the page: nothing was refused.
  expect([graph.requests() - requests, graph.logins() - logins]).toEqual([2, 1]);
});

test('a token is kept for the next run in a file that only its owner reads', async () => {
  const graph = await openGraph();
  const tokenCache = join(await openFolder(), 'a', 'tokens');
  await openClient(graph, { ...passwordLogin(graph), tokenCache }).read();
  const [name = '', ...others] = await readdir(tokenCache);
  expect(others).toEqual([]);
  expect((await stat(join(tokenCache, name))).mode & 0o777).toBe(0o600);
  expect((await stat(tokenCache)).mode & 0o777).toBe(0o700);
  expect(await readFile(join(tokenCache, name), 'utf8')).not.toContain(SIMULATOR_USER.password);
  await openClient(graph, { ...passwordLogin(graph), tokenCache }).read();
  expect(graph.logins()).toBe(1);
});

test('the cache serves only the login that filled it', async () => {
  const graph = await openGraph();
  const tokenCache = await openFolder();
  const login = { ...passwordLogin(graph), tokenCache };
  await openClient(graph, login).read();
  await openClient(graph, { ...login, projectName: SIMULATOR_PROJECT.name }).read();
  expect(graph.logins()).toBe(2);
  await expect(openClient(graph, { ...login, password: 'guess' }).read()).rejects.toMatchObject({
    code: 'LOGIN_REFUSED',
  });
  expect(await readdir(tokenCache)).toHaveLength(2);
});

test('a cached token that is refused is replaced, in the file too', async () => {
  const graph = await openGraph({ faults: expire(2) });
  const login = { ...passwordLogin(graph), tokenCache: await openFolder() };
  await openClient(graph, login).read();
  await openClient(graph, login).read();
  expect(graph.logins()).toBe(2);
  await openClient(graph, login).read();
  expect(graph.logins()).toBe(2);
});

test('a cache that is damaged, open to others or of a dead token is not used', async () => {
  const graph = await openGraph();
  const tokenCache = await openFolder();
  const login = { ...passwordLogin(graph), tokenCache };
  await openClient(graph, login).read();
  const [name = ''] = await readdir(tokenCache);
  const path = join(tokenCache, name);
  const good = await readFile(path, 'utf8');
  const spoil: (() => Promise<void>)[] = [
    () => writeFile(path, '{"token":'),
    () => writeFile(path, JSON.stringify({ ...JSON.parse(good), renewAt: 1 })),
    () => chmod(path, 0o644),
  ];
  for (const [index, damage] of spoil.entries()) {
    await damage();
    await openClient(graph, login).read();
    expect(graph.logins()).toBe(index + 2);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  }
});

test('a cache that cannot be written is no failure', async () => {
  const graph = await openGraph();
  const file = join(await openFolder(), 'file');
  await writeFile(file, '');
  const login = { ...passwordLogin(graph), tokenCache: join(file, 'tokens') };
  expect((await openClient(graph, login).read()).envelope.total).toBe(305);
});

test('an export that is stopped does not wait for IAM', async () => {
  const graph = await openGraph({ faults: ofIam({ delayMs: 600_000 }) });
  const { client } = openClient(graph, passwordLogin(graph));
  const stop = new AbortController();
  const reason = new Error('stop now');
  const reading = client.readJob('pagerank', { offset: 0, limit: 1 }, stop.signal);
  setTimeout(() => stop.abort(reason), 50);
  await expect(reading).rejects.toBe(reason);
});

test('a password file holds one line', async () => {
  const graph = await openGraph();
  const path = join(await openFolder(), 'password');
  const { password, ...login } = passwordLogin(graph);
  await writeFile(path, `${password}\n`);
  expect((await openClient(graph, { ...login, passwordFile: path }).read()).envelope.total).toBe(305);
  for (const text of ['', '\n', 'two\nlines']) {
    await writeFile(path, text);
    await expect(openClient(graph, { ...login, passwordFile: path }).read()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `The password file "${path}" must hold one password and nothing else`,
    });
  }
});

test('no error repeats the password or the token, even if IAM and the graph do', async () => {
  const { password } = SIMULATOR_USER;
  const graph = await openGraph({
    faults: ofIam({
      gesError: { code: '400', message: `wrong: ${password}`, httpStatus: 400, envelope: 'iam' },
    }),
  });
  const error: unknown = await openClient(graph, passwordLogin(graph))
    .read()
    .catch((caught: unknown) => caught);
  if (!(error instanceof RequestError)) throw error;
  expect(error.message).toContain('***');
  expect(JSON.stringify([error, error.message, error.details, error.stack])).not.toContain(password);
});
