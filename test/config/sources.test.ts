import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { resolveExport } from '../../src/config/options.js';
import { CONNECTION_OPTIONS, EXPORT_OPTIONS, mergeSources } from '../../src/config/sources.js';

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
