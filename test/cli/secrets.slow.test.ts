import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { SIMULATOR_USER } from '../../src/simulator/iam.js';
import { SIMULATOR_KEY, SIMULATOR_TEMPORARY_KEY } from '../../src/simulator/signature.js';
import { openProxy } from '../client/network-servers.js';
import { type Graph, test } from './export-test.js';
import { startCommand } from './run-command.js';

const PROXY_PASSWORD = 'the-password-of-the-proxy';
const PLANTED = 'planted-secret-that-is-no-good';

type Setting = { readonly env?: Record<string, string>; readonly file?: string; readonly args?: string[] };

/** Ways to say who asks; `FOLDER` is the test's own, `TOKEN` the token of the simulator. */
const LOGIN = { user: SIMULATOR_USER.name, domain: SIMULATOR_USER.domain };
const LOGIN_ARGS = ['--user', LOGIN.user, '--domain', LOGIN.domain];
const { accessKey, secretKey } = SIMULATOR_KEY;
const TEMPORARY = SIMULATOR_TEMPORARY_KEY;
const WAYS: readonly (readonly [string, Setting])[] = [
  ['a token in the environment', { env: { GES_TOKEN: 'TOKEN' } }],
  ['a token in its file', { args: ['--token-file', 'FOLDER/token'] }],
  ['a token in the configuration', { file: 'token: TOKEN\n' }],
  ['a password in the environment', { env: { GES_PASSWORD: SIMULATOR_USER.password }, args: LOGIN_ARGS }],
  ['a password in its file', { args: [...LOGIN_ARGS, '--password-file', 'FOLDER/password'] }],
  [
    'a password in the configuration',
    { file: `user: ${LOGIN.user}\ndomain: ${LOGIN.domain}\npassword: ${SIMULATOR_USER.password}\n` },
  ],
  ['an access key in the environment', { env: { GES_AK: accessKey, GES_SK: secretKey } }],
  [
    'a temporary key under the names of the SDK',
    {
      env: {
        HUAWEICLOUD_SDK_AK: TEMPORARY.accessKey,
        HUAWEICLOUD_SDK_SK: TEMPORARY.secretKey,
        HUAWEICLOUD_SDK_SECURITY_TOKEN: TEMPORARY.securityToken,
      },
    },
  ],
  ['an access key in the configuration', { file: `ak: ${accessKey}\nsk: ${secretKey}\n` }],
];

/** Everything that must appear nowhere. */
function secretsOf(graph: Graph): readonly string[] {
  const keys = [...Object.values(SIMULATOR_KEY), ...Object.values(TEMPORARY)];
  return [graph.simulator.token, SIMULATOR_USER.password, PROXY_PASSWORD, PLANTED, ...keys];
}

/** Runs a command in the way given, and everything that it leaves behind. */
async function observe(graph: Graph, folder: string, setting: Setting, command: readonly string[]) {
  const fill = (text: string) => text.replace('FOLDER', folder).replace('TOKEN', graph.simulator.token);
  const { GES_TOKEN: _, ...where } = graph.env;
  const env: Record<string, string> = {
    ...where,
    GES_IAM_ENDPOINT: graph.simulator.iamEndpoint,
    XDG_CACHE_HOME: join(folder, 'cache'),
  };
  for (const [name, value] of Object.entries(setting.env ?? {})) env[name] = fill(value);
  const args = [...command, ...(setting.args ?? []).map(fill)];
  if (setting.file !== undefined) {
    await writeFile(join(folder, 'ges.yaml'), fill(setting.file));
    args.push('--config', join(folder, 'ges.yaml'));
  }
  const cwd = join(folder, 'cwd');
  await mkdir(cwd, { recursive: true });
  const { child, ended } = startCommand(args, { env, cwd });
  const title = await titleOf(child.pid);
  const { exitCode, stdout, stderr } = await ended;
  return { exitCode, text: `${title}\n${stdout.toString('latin1')}\n${stderr}` };
}

/** What every user of the machine can see of a process (proc(5)); empty where there is no such file system. */
async function titleOf(pid: number | undefined): Promise<string> {
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'latin1').catch(() => '');
  return (await read('cmdline')) + (await read('comm'));
}

/** The text of every file below a folder. */
async function filesIn(folder: string): Promise<{ path: string; text: string }[]> {
  const found: { path: string; text: string }[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.push({ path, text: await readFile(path, 'latin1') });
  }
  return found;
}

async function writeSecretFiles(graph: Graph, folder: string): Promise<void> {
  await writeFile(join(folder, 'token'), graph.simulator.token);
  await writeFile(join(folder, 'password'), SIMULATOR_USER.password);
}

function expectNone(text: string, secrets: readonly string[], where: string): void {
  for (const secret of secrets) {
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
      expect(text.includes(form), `${where} holds a secret`).toBe(false);
  }
}

describe('no secret is in the output, the files, the cache or the process title', () => {
  test.concurrent.for(WAYS)('%s', async ([, setting], { folder, openGraph }) => {
    const rules = [
      { when: { path: 'status' as const, requests: [4, 5] as [number, number] }, fault: { status: 503 } },
    ];
    const graph = await openGraph({ faults: { rules } });
    await writeSecretFiles(graph, folder);
    const proxy = await openProxy({ login: `me:${PROXY_PASSWORD}` });
    const proxied = {
      ...setting,
      env: { ...setting.env, http_proxy: proxy.address.replace('//', `//me:${PROXY_PASSWORD}@`) },
    };
    const secrets = secretsOf(graph);
    const out = join(folder, 'out');
    const loud = ['--json', '--debug'];
    const runs = [
      await observe(graph, folder, proxied, ['export', 'vertices', '--out', join(out, 'a'), ...loud]),
      await observe(graph, folder, setting, ['export', 'nobody', '--out', join(out, 'b'), '--debug']),
      await observe(graph, folder, setting, ['export', 'failed', '--out', join(out, 'c'), ...loud]),
      await observe(graph, folder, setting, ['export', 'pagerank', '--out', '-', ...loud]),
      await observe(graph, folder, setting, ['jobs', 'list']),
      await observe(graph, folder, setting, ['inspect', 'pagerank', '--json']),
      await observe(graph, folder, setting, ['submit', 'pagerank', '--wait', ...loud]),
      await observe(graph, folder, setting, ['jobs', 'cancel', 'nobody', ...loud]),
      await observe(graph, folder, setting, ['cloud-job', 'bms-create', '--export', join(out, 'd'), ...loud]),
    ];
    expect(runs.map((run) => run.exitCode)).toEqual([0, 4, 1, 0, 0, 0, 0, 4, 0]);
    expect(proxy.seen.length).toBeGreaterThan(3);
    for (const { text } of runs) expectNone(text, secrets, 'the output');
    const files = [...(await filesIn(out)), ...(await filesIn(join(folder, 'cwd')))];
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const { path, text } of files) expectNone(text, secrets, path);
    const cached = await filesIn(join(folder, 'cache'));
    expect(cached).toHaveLength(
      setting.env?.['GES_PASSWORD'] || /password/.test(JSON.stringify(setting)) ? 1 : 0,
    );
    for (const { path, text } of cached) {
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expectNone(text, secrets, path);
    }
  });
});

describe('no refusal repeats a secret', () => {
  const password = { GES_PASSWORD: PLANTED, GES_USER: LOGIN.user, GES_DOMAIN: LOGIN.domain };
  test.concurrent.for<[string, Setting, number]>([
    ['a wrong token', { env: { GES_TOKEN: PLANTED } }, 1],
    ['a token that no header takes', { env: { GES_TOKEN: `${PLANTED} é` } }, 2],
    ['a token of two lines in the configuration', { file: `token: "${PLANTED}\\n${PLANTED}"\n` }, 2],
    ['a token that the server repeats', { env: { GES_TOKEN: PLANTED } }, 1],
    ['a wrong password', { env: password }, 1],
    ['a wrong access key', { env: { GES_AK: PLANTED, GES_SK: PLANTED } }, 1],
    ['half an access key', { env: { GES_SK: PLANTED } }, 2],
    ['two secrets at once', { env: { GES_SK: PLANTED, ...password } }, 2],
    ['a password that is an alias of YAML', { file: `password: *${PLANTED}\n` }, 2],
    ['a password that is a tag of YAML', { file: `password: !${PLANTED}\n` }, 2],
    ['a password that begins a block of YAML', { file: `password: |${PLANTED}\n` }, 2],
    ['a password with a colon', { file: `password: ${PLANTED}: x\n` }, 2],
    ['a password that is a list', { file: `password: [${PLANTED}]\n` }, 2],
    ['an endpoint with a password', { env: { GES_ENDPOINT: `http://me:${PLANTED}@127.0.0.1` } }, 2],
    ['a proxy that is none', { env: { GES_TOKEN: PLANTED, HTTP_PROXY: `ftp://me:${PLANTED}@h` } }, 2],
    [
      'a proxy that is no address',
      { env: { GES_TOKEN: PLANTED, HTTP_PROXY: `http://me:${PLANTED}@h:x` } },
      2,
    ],
    [
      'a proxy that is not there',
      { env: { GES_TOKEN: PLANTED, HTTP_PROXY: `http://me:${PLANTED}@127.0.0.1:1` } },
      3,
    ],
  ])('%s', async ([name, setting, exitCode], { folder, openGraph }) => {
    const gesError = { code: 'GES.8007', message: `invalid token ${PLANTED}`, httpStatus: 400 };
    const faults = name.endsWith('repeats') ? { rules: [{ fault: { gesError } }] } : undefined;
    const graph = await openGraph({ faults });
    for (const loud of [[], ['--json'], ['--debug']]) {
      const command = ['export', 'pagerank', '--out', join(folder, 'out'), '--max-attempts', '1', ...loud];
      const run = await observe(graph, folder, setting, command);
      expect(run.exitCode, run.text).toBe(exitCode);
      expectNone(run.text, [PLANTED], 'the output');
    }
    for (const { path, text } of await filesIn(join(folder, 'out'))) expectNone(text, [PLANTED], path);
  });
});
