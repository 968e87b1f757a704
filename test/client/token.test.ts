import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tokenCredentials } from '../../src/client/credentials.js';
import { createTokenSource } from '../../src/client/token.js';
import { DONE, json, type SeenRequest } from './scripted-server.js';
import { openClient } from './test-client.js';

async function tokenFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ges-token-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'token');
  await writeFile(path, text);
  return path;
}

const INVALID_TOKEN = json({ errorCode: 'GES.8007', errorMessage: 'invalid token' }, 400);

const acceptOnly = (token: string) => (request: SeenRequest) =>
  request.headers['x-auth-token'] === token ? DONE : INVALID_TOKEN;

test('a token that is refused is read once more from its file', async () => {
  const path = await tokenFile('old\n');
  const source = createTokenSource({ tokenFile: path });
  const { read, seen } = await openClient(acceptOnly('new'), { credentials: tokenCredentials(source) });
  expect(await source(false)).toBe('old');
  await writeFile(path, 'new\n');
  expect((await read()).envelope.total).toBe(1);
  expect(seen.map(({ headers }) => headers['x-auth-token'])).toEqual(['old', 'new']);
  await read();
  expect(seen.map(({ headers }) => headers['x-auth-token'])).toEqual(['old', 'new', 'new']);
});

test('if the file still holds the refused token, the refusal is final', async () => {
  const token = createTokenSource({ tokenFile: await tokenFile('old') });
  const { read, seen } = await openClient(acceptOnly('new'), { credentials: tokenCredentials(token) });
  await expect(read()).rejects.toMatchObject({ code: 'API_UNAUTHORIZED', retryable: false });
  expect(seen).toHaveLength(1);
});

test('a renewed token that is refused as well is final', async () => {
  const path = await tokenFile('one');
  const source = createTokenSource({ tokenFile: path });
  const { read, seen } = await openClient(acceptOnly('none'), { credentials: tokenCredentials(source) });
  await source(false);
  await writeFile(path, 'two');
  await expect(read()).rejects.toMatchObject({ code: 'API_UNAUTHORIZED' });
  expect(seen.map(({ headers }) => headers['x-auth-token'])).toEqual(['one', 'two']);
});

test.each<[number, unknown]>([
  [400, { errorCode: 'GES.8007', errorMessage: 'x' }],
  [400, { errorCode: 'GES.8005', errorMessage: 'parameter X-Auth-Token is wrong: token' }],
  [500, { errorCode: 'GES.8002', errorMessage: 'check the token' }],
  [401, {}],
  [400, { error_code: 'APIG.0301', error_msg: 'The token must be updated' }],
  [400, { errorCode: 'GES.8000', errorMessage: 'Token已过期' }],
])('HTTP %i %j asks for a new token; without a file it is final', async (status, body) => {
  const { read, seen } = await openClient(() => json(body, status));
  await expect(read()).rejects.toMatchObject({ code: 'API_UNAUTHORIZED' });
  expect(seen).toHaveLength(1);
});

test('no error tells the token', async () => {
  const { read } = await openClient(() => INVALID_TOKEN);
  const error: unknown = await read().catch((caught: unknown) => caught);
  expect(JSON.stringify([error, error instanceof Error ? [error.message, error.stack] : ''])).not.toContain(
    'secret-token',
  );
});

test.each(['', ' \n', 'two\nlines', 'two words'])('a token file that holds %j is refused', async (text) => {
  const path = await tokenFile(text);
  await expect(createTokenSource({ tokenFile: path })(false)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: `The token file "${path}" must hold one token and nothing else`,
  });
});

test('a token file that is not there is refused by name; without any token the way out is named', async () => {
  const path = join(tmpdir(), 'no-such-folder', 'token');
  await expect(createTokenSource({ tokenFile: path })(false)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: `Cannot read the token file "${path}"`,
  });
  await expect(createTokenSource({})(false)).rejects.toThrow('set GES_TOKEN or give --token-file');
});
