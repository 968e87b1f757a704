import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { resolveExport, resolveStore } from '../../src/config/options.js';
import { CONNECTION_OPTIONS, EXPORT_OPTIONS, mergeSources, STORE_OPTIONS } from '../../src/config/sources.js';

async function fileWith(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ges-config-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'ges.yaml');
  await writeFile(path, text);
  return path;
}

const ENV = { GES_ENDPOINT: 'http://env', GES_GRAPH: 'env', GES_TOKEN: 'env-token', GES_PROJECT_ID: 'env1' };

test('flags win over the environment, the environment over the file', async () => {
  const file = await fileWith('endpoint: http://file\ngraph: file\nproject-id: file1\nformat: parquet\n');
  const { GES_ENDPOINT, GES_GRAPH } = ENV;
  expect(
    await mergeSources(
      { endpoint: 'http://flag', out: undefined },
      { GES_ENDPOINT, GES_GRAPH },
      file,
      EXPORT_OPTIONS,
    ),
  ).toEqual({ endpoint: 'http://flag', graph: 'env', projectId: 'file1', format: 'parquet' });
});

test('each variable sets its option; an empty one and any other sets nothing', async () => {
  expect(await mergeSources({}, ENV, undefined, CONNECTION_OPTIONS)).toEqual({
    endpoint: 'http://env',
    graph: 'env',
    token: 'env-token',
    projectId: 'env1',
  });
  expect(await mergeSources({}, { GES_GRAPH: '', PATH: '/bin' }, undefined, CONNECTION_OPTIONS)).toEqual({});
});

test('a token and a token file replace each other, the stronger source wins', async () => {
  const withFile = await fileWith('tokenFile: /run/token\n');
  const withToken = await fileWith('token: file-token\n');
  const { GES_TOKEN } = ENV;
  expect(await mergeSources({}, { GES_TOKEN }, withFile, EXPORT_OPTIONS)).toEqual({ token: 'env-token' });
  expect(await mergeSources({}, {}, withFile, EXPORT_OPTIONS)).toEqual({ tokenFile: '/run/token' });
  expect(await mergeSources({ tokenFile: 'f' }, { GES_TOKEN }, withToken, EXPORT_OPTIONS)).toEqual({
    tokenFile: 'f',
  });
});

test('a file may write keys with dashes, and values as text', async () => {
  const file = await fileWith('page-size: "500"\nrows-per-file: 1000\nnullText: \\N\nwait: 15m\n');
  const merged = await mergeSources({ jobId: 'j', out: 'o' }, ENV, file, EXPORT_OPTIONS);
  expect(resolveExport(merged)).toMatchObject({
    pageSize: 500,
    rowsPerFile: 1000,
    nullText: '\\N',
    wait: 900_000,
  });
});

test('keys of an object store come from one source as a whole; those of OBS win over those of AWS', async () => {
  const file = await fileWith(
    's3-endpoint: obs.cn-north-4.myhuaweicloud.com\ns3-access-key-id: f\ns3-secret-access-key: fs\ns3-session-token: ft\n',
  );
  const read = (env: Record<string, string>) => mergeSources({}, env, file, STORE_OPTIONS);
  const fromFile = { s3AccessKeyId: 'f', s3SecretAccessKey: 'fs', s3SessionToken: 'ft' };
  expect(await read({ AWS_SESSION_TOKEN: 'of no key', AWS_REGION: 'cn-north-4' })).toEqual({
    s3Endpoint: 'obs.cn-north-4.myhuaweicloud.com',
    s3Region: 'cn-north-4',
    ...fromFile,
  });
  const aws = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'as', AWS_SESSION_TOKEN: 'at' };
  expect(await read(aws)).toMatchObject({
    s3AccessKeyId: 'a',
    s3SecretAccessKey: 'as',
    s3SessionToken: 'at',
  });
  const obs = { OBS_ACCESS_KEY_ID: 'o', OBS_SECRET_ACCESS_KEY: 'os', OBS_ENDPOINT: 'https://obs' };
  const both = await read({ ...aws, ...obs });
  expect(both).toMatchObject({ s3AccessKeyId: 'o', s3SecretAccessKey: 'os', s3Endpoint: 'https://obs' });
  expect(both['s3SessionToken']).toBeUndefined();
  expect(resolveStore(await read({})).s3Endpoint).toBe('https://obs.cn-north-4.myhuaweicloud.com');
});

test('one file serves all commands: options of another command are passed over', async () => {
  const file = await fileWith('format: csv\ngraph: g\n');
  expect(await mergeSources({}, {}, file, CONNECTION_OPTIONS)).toEqual({ graph: 'g' });
});

test.each(['formt: csv', 'page_size: 5', 'jobId: j1', 'force: true', '__proto__: 1'])(
  'a key that no command takes is an error: %s',
  async (text) => {
    const file = await fileWith(`${text}\n`);
    await expect(mergeSources({}, {}, file, EXPORT_OPTIONS)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `Unknown option "${text.split(':')[0]}" in "${file}"`,
    });
  },
);

test.each(['- endpoint', 'text', '7'])('a file that holds no map is an error: %s', async (text) => {
  const file = await fileWith(text);
  await expect(mergeSources({}, {}, file, EXPORT_OPTIONS)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: `The configuration file "${file}" must hold options as "name: value"`,
  });
});

test.each(['', '# nothing yet\n'])('an empty file sets nothing', async (text) => {
  expect(await mergeSources({}, {}, await fileWith(text), EXPORT_OPTIONS)).toEqual({});
});

test('a file that is not there, or no YAML, is an error in one line', async () => {
  const missing = join(tmpdir(), 'no-such-folder', 'ges.yaml');
  for (const file of [missing, await fileWith('a: [1\nb: }')]) {
    const error: unknown = await mergeSources({}, {}, file, EXPORT_OPTIONS).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    const message = error instanceof Error ? error.message : '';
    expect(message.startsWith(`Cannot read the configuration file "${file}": `)).toBe(true);
    expect(message).not.toContain('\n');
  }
});

const SDK = {
  HUAWEICLOUD_SDK_AK: 'sdk-ak',
  HUAWEICLOUD_SDK_SK: 'sdk-sk',
  HUAWEICLOUD_SDK_SECURITY_TOKEN: 'sdk-st',
  HUAWEICLOUD_SDK_PROJECT_ID: 'sdk1',
  HUAWEICLOUD_SDK_DOMAIN_ID: 'sdk-domain',
  HUAWEICLOUD_SDK_IAM_ENDPOINT: 'https://iam.sdk',
};
const SDK_PLACES = { projectId: 'sdk1', domainId: 'sdk-domain', iamEndpoint: 'https://iam.sdk' };

test('the variables of the SDK serve where nothing else is given', async () => {
  expect(await mergeSources({}, SDK, undefined, CONNECTION_OPTIONS)).toEqual({
    ...SDK_PLACES,
    ak: 'sdk-ak',
    sk: 'sdk-sk',
    securityToken: 'sdk-st',
  });
  const file = await fileWith('token-file: /run/token\nproject-id: file1\n');
  expect(await mergeSources({}, SDK, file, CONNECTION_OPTIONS)).toEqual({
    ...SDK_PLACES,
    projectId: 'file1',
    tokenFile: '/run/token',
  });
});

test.each<[string, Record<string, string>, Record<string, string>, string, Record<string, unknown>]>([
  ['a token over an access key', {}, { GES_TOKEN: 't' }, 'ak: a\nsk: s\nsecurity-token: x', { token: 't' }],
  ['an access key over a token', {}, { GES_AK: 'a', GES_SK: 's' }, 'token: t', { ak: 'a', sk: 's' }],
  [
    'a permanent key over a temporary one',
    {},
    { GES_AK: 'a', GES_SK: 's' },
    'ak: b\nsk: c\nsecurity-token: x',
    { ak: 'a', sk: 's' },
  ],
  ['the halves of a key in two places', {}, { GES_SK: 's' }, 'ak: a', { ak: 'a', sk: 's' }],
  ['a password over a token', {}, { GES_PASSWORD: 'p' }, 'token: t\nuser: u', { password: 'p', user: 'u' }],
  [
    'a password file over a password',
    { passwordFile: 'f' },
    { GES_PASSWORD: 'p' },
    'user: u',
    { passwordFile: 'f', user: 'u' },
  ],
  ['a token file over a password', { tokenFile: 'f' }, { GES_PASSWORD: 'p' }, '', { tokenFile: 'f' }],
  [
    'the lower case of a proxy',
    {},
    { HTTP_PROXY: 'http://A', http_proxy: 'http://a', NO_PROXY: 'x' },
    '',
    { httpProxy: 'http://a', noProxy: 'x' },
  ],
])('%s', async (_, flags, env, text, merged) => {
  expect(await mergeSources(flags, env, await fileWith(text), CONNECTION_OPTIONS)).toEqual(merged);
});

test('two secrets of one source are both kept, to be refused as a conflict', async () => {
  const merged = await mergeSources({}, { GES_TOKEN: 't', GES_PASSWORD: 'p' }, undefined, CONNECTION_OPTIONS);
  expect(merged).toEqual({ token: 't', password: 'p' });
});
