import { readdir, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import { LoadError } from '../src/errors.js';
import { hideInError, withoutSecrets } from '../src/secret-text.js';
import { startSimulator } from '../src/simulator/simulator.js';
import { test } from './cli/export-test.js';
import { runCommand } from './cli/run-command.js';
import { json, serve } from './client/scripted-server.js';

/** Everything in every file below a folder, names included. */
async function everythingIn(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const parts: string[] = [];
  for (const entry of entries) {
    parts.push(entry.name);
    if (entry.isFile()) parts.push(await readFile(join(entry.parentPath, entry.name), 'latin1'));
  }
  return parts.join('\n');
}

test('the token is found in no file and no message, whether an export ends well, stops, or fails', async ({
  folder,
  openGraph,
}) => {
  const simulator = await startSimulator();
  const env = {
    GES_ENDPOINT: simulator.endpoint,
    GES_PROJECT_ID: simulator.projectId,
    GES_GRAPH: simulator.graph,
    GES_TOKEN: simulator.token,
  };
  const said: string[] = [];
  const tokens = [simulator.token];
  const run = async (args: readonly string[], changed: Record<string, string> = {}) => {
    const { stdout, stderr, exitCode } = await runCommand(args, { env: { ...env, ...changed } });
    said.push(stdout.toString(), stderr);
    return exitCode;
  };
  try {
    const out = (name: string) => join(folder, name);
    expect(await run(['export', 'vertices', '--out', out('whole'), '--json'])).toBe(0);
    expect(await run(['verify', out('whole'), '--remote', '1', '--json'])).toBe(0);
    expect(await run(['inspect', 'vertices', '--json'])).toBe(0);
    expect(await run(['jobs', 'list', '--json'])).toBe(0);
    expect(await run(['export', 'nobody', '--out', out('gone'), '--debug'])).toBe(4);
    const dead = await serve(() => ({ act: (response) => response.destroy() }));
    const attempts = ['--max-attempts', '2', '--debug', '--json'];
    expect(
      await run(['export', 'vertices', '--out', out('dead'), ...attempts], { GES_ENDPOINT: dead.endpoint }),
    ).toBe(3);
    const stopping = await openGraph({
      faults: { rules: [{ when: { path: 'status', requests: [40, 9999] }, fault: { status: 503 } }] },
    });
    const stopped = ['export', 'edges', '--out', out('stopped'), '--page-size', '100', '--max-attempts', '1'];
    const { exitCode, stderr } = await stopping.run(...stopped, '--debug');
    expect([exitCode, await readdir(join(out('stopped'), '.ges-export'))]).toEqual([3, ['checkpoint.json']]);
    said.push(stderr);
    tokens.push(stopping.simulator.token);
  } finally {
    await simulator.close();
  }
  const everything = `${said.join('')}${await everythingIn(folder)}`;
  expect(tokens.filter((token) => token.length < 8 || everything.includes(token))).toEqual([]);
}, 600_000);

test('a token that a server repeats in what it says of a job is blotted out, however long it is', async ({
  folder,
}) => {
  const token = `begin-${'t'.repeat(3000)}-end`;
  const answer = (status: string, more: object) =>
    json({ status, data: { outputs: { pagerank: [{ a: 0.5 }], data_total_size: 1 } }, ...more });
  for (const reply of [
    answer(token, {}),
    answer('success', { errorCode: 'GES.8000', errorMessage: `no ${token}` }),
  ]) {
    const { endpoint } = await serve(() => reply);
    const out = join(folder, String(reply.body?.length));
    const args = ['export', 'job', '--out', out, '--wait', '0', '--max-attempts', '1', '--json'];
    const env = { GES_ENDPOINT: endpoint, GES_PROJECT_ID: 'p', GES_GRAPH: 'g', GES_TOKEN: token };
    const { stdout, stderr } = await runCommand(args, { env });
    const everything = `${stdout.toString()}${stderr}${await everythingIn(folder)}`;
    expect(everything).toContain('***');
    expect(everything).not.toContain('begin-ttt');
  }
});

test('a token that a server repeats beside the records is in the manifest, the warnings and the events nowhere', async ({
  folder,
}) => {
  const token = 'planted-token-0123456789';
  const { endpoint } = await serve(({ url }) => {
    const [offset, limit] = [Number(url.searchParams.get('offset')), Number(url.searchParams.get('limit'))];
    const page = ['a', 'b', 'c', 'd'].slice(offset, offset + limit).map((id) => ({ [id]: token }));
    const paging = { data_offset: offset, data_return_size: page.length, data_total_size: 4 };
    const scalars = { note: `is ${token}`, [`by ${token}`]: { deep: [token] }, sources: [token] };
    const changing = { last: `${token}${offset}` };
    const outputs = { ...scalars, ...changing, rank: page, ...paging };
    return json({ status: 'success', who: token, data: { outputs, note: token } });
  });
  const env = { GES_ENDPOINT: endpoint, GES_PROJECT_ID: 'p', GES_GRAPH: 'g', GES_TOKEN: token };
  const out = join(folder, 'out');
  const args = ['export', 'job', '--out', out, '--page-size', '2', '--json', '--debug'];
  const { stdout, stderr, exitCode } = await runCommand(args, { env });
  expect([exitCode, stderr.includes(token)], stderr).toEqual([0, false]);
  expect(stdout.toString()).not.toContain(token);
  const manifest = await readFile(join(out, 'manifest.json'), 'utf8');
  expect(manifest).not.toContain(token);
  expect(JSON.parse(manifest)).toMatchObject({
    scalars: { note: 'is ***', 'data.note': '***', 'by ***': { deep: ['***'] }, sources: ['***'] },
    warnings: [{ code: 'SCALAR_CHANGED', message: expect.stringContaining('"last" was "***0"') }],
  });
  // Records are data: they stay as they came.
  expect(await readFile(join(out, 'rank/part-00000.csv'), 'utf8')).toContain(`a,${token}\n`);
  const inspected = await runCommand(['inspect', 'job', '--json'], { env });
  expect(JSON.parse(inspected.stdout.toString()).scalars).toMatchObject({ sources: '["***"]' });
});

test('a token in a record that fits no column is not in what is said of the record', async ({ folder }) => {
  const token = 'planted-token-0123456789';
  const total = 2000;
  const { endpoint } = await serve(({ url }) => {
    const [offset, limit] = [Number(url.searchParams.get('offset')), Number(url.searchParams.get('limit'))];
    // No sample shows this one.
    const scoreOf = (at: number) => (at === 110 ? token : at / 2);
    const page = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, at) => ({
      [`v${offset + at}`]: scoreOf(offset + at),
    }));
    const paging = { data_offset: offset, data_return_size: page.length, data_total_size: total };
    return json({ status: 'success', data: { outputs: { pagerank: page, ...paging } } });
  });
  const env = { GES_ENDPOINT: endpoint, GES_PROJECT_ID: 'p', GES_GRAPH: 'g', GES_TOKEN: token };
  for (const [engine, strict] of [
    ['columnar', []],
    ['reference', ['--strict']],
  ] as const) {
    const args = ['export', 'job', '--out', join(folder, engine), '--engine', engine, '--json', ...strict];
    const { stderr } = await runCommand(args, { env });
    expect(stderr).toContain('fits no column');
    expect(stderr).toContain('***');
    expect(stderr).not.toContain(token);
  }
});

test.for([
  ['content-encoding', 200],
  ['traceid', 503],
  ['x-request-id', 200],
  ['retry-after', 429],
  ['location', 302],
] as const)(
  'a token that a server repeats in the header %s (%i) is not told either',
  async ([name, status], { folder }) => {
    const token = 'Begin-0123456789-End';
    const { endpoint } = await serve(() => ({ status, headers: { [name]: token }, body: '{' }));
    const args = [
      'export',
      'job',
      '--out',
      folder,
      '--wait',
      '0',
      '--max-attempts',
      '1',
      '--debug',
      '--json',
    ];
    const env = { GES_ENDPOINT: endpoint, GES_PROJECT_ID: 'p', GES_GRAPH: 'g', GES_TOKEN: token };
    const { exitCode, stdout, stderr } = await runCommand(args, { env });
    expect(exitCode).not.toBe(0);
    expect(`${stdout.toString()}${stderr}`.toLowerCase()).not.toContain('0123456789');
  },
);

const PLANTED = 'planted-token-0123456789';

/** A finished job whose result has these lists, paged by the first; its graph has no schema and lists these jobs. */
async function plant(
  listsAt: (offset: number) => Readonly<Record<string, readonly unknown[]>>,
  jobs: readonly unknown[] = [],
) {
  const { endpoint } = await serve(({ url }) => {
    const [offset, limit] = [Number(url.searchParams.get('offset')), Number(url.searchParams.get('limit'))];
    if (url.pathname.endsWith('/jobs/status')) return json({ jobCount: jobs.length, jobs });
    if (url.pathname.endsWith('/schema')) return json({ errorCode: 'GES.8003', errorMessage: 'none' }, 400);
    const all = Object.entries(listsAt(offset));
    const pages = all.map(([name, records]) => [name, records.slice(offset, offset + limit)] as const);
    const total = all[0]?.[1].length;
    const paging = { data_offset: offset, data_return_size: pages[0]?.[1].length, data_total_size: total };
    return json({ status: 'success', data: { outputs: { ...Object.fromEntries(pages), ...paging } } });
  });
  return { GES_ENDPOINT: endpoint, GES_PROJECT_ID: 'p', GES_GRAPH: 'g', GES_TOKEN: PLANTED };
}

const scores = Array.from({ length: 2500 }, (_, at) => ({ [`v${at}`]: at / 8 }));
const vertices = (property: string) =>
  ['a', 'b', 'c'].map((id) => ({ id, label: 'x', properties: { [property]: [id] } }));

test.for([
  ['a list', () => ({ [PLANTED]: scores })],
  ['a list whose name holds it', () => ({ [`of ${PLANTED}.`]: scores })],
  ['a list of no documented shape', () => ({ [PLANTED]: [[{ a: 1 }], [2]] })],
  ['a list beside another', () => ({ pagerank: scores, [PLANTED]: scores })],
  [
    'a list of a page that no sample shows',
    (at: number) => ({ [at === 1100 ? PLANTED : 'pagerank']: scores }),
  ],
  ['a property', () => ({ vertices: vertices(PLANTED) })],
  ['a member', () => ({ distance: [{ a: { [PLANTED]: 1 } }, { b: { [PLANTED]: 2 } }] })],
  ['a column of Cypher', () => ({ columns: [PLANTED], data: [{ row: [1] }, { row: [2] }] })],
] as const)('a token that a server uses as the name of %s is told nowhere', async ([, lists], { folder }) => {
  const env = await plant(lists);
  for (const engine of ['columnar', 'reference']) {
    const out = join(folder, engine);
    const args = [
      'export',
      'job',
      '--out',
      out,
      '--engine',
      engine,
      '--page-size',
      '100',
      '--json',
      '--debug',
    ];
    const { exitCode, stdout, stderr } = await runCommand(args, { env });
    expect(exitCode, stderr).toBe(3);
    expect(`${stdout.toString()}${stderr}${await everythingIn(folder)}`).not.toContain('0123456789');
    expect(stderr).toMatch(/"code":"PAGE_INVALID","message":"The server gives [^\n]*\*\*\*/);
  }
  const inspected = await runCommand(['inspect', 'job'], { env });
  expect(`${inspected.stdout.toString()}${inspected.stderr}`).not.toContain('0123456789');
});

test('a token in what a result of Cypher says beside its rows is not in the manifest', async ({ folder }) => {
  const statement = { columns: ['n'], data: [{ row: [1] }], stats: { [PLANTED]: PLANTED } };
  const env = await plant(() => ({ results: [statement] }));
  const { exitCode, stderr } = await runCommand(['export', 'job', '--out', folder, '--json'], { env });
  expect(exitCode, stderr).toBe(0);
  expect(`${stderr}${await everythingIn(folder)}`).not.toContain(PLANTED);
  expect(await readFile(join(folder, 'manifest.json'), 'utf8')).toContain('***');
});

test('a token in a column of --partition-by is no name of a folder', async ({ folder }) => {
  const labelled = ['a', 'b'].map((id) => ({ id, label: id === 'a' ? 'x' : PLANTED, properties: {} }));
  const env = await plant(() => ({ vertices: labelled }));
  const args = ['export', 'job', '--out', folder, '--partition-by', 'label', '--json'];
  const { exitCode, stderr } = await runCommand(args, { env });
  expect([exitCode, stderr.includes('PARTITION_REFUSED')], stderr).toEqual([2, true]);
  const names = (await readdir(folder, { recursive: true })).join('\n');
  expect(`${stderr}${names}`).not.toContain(PLANTED);
});

test('a token in the job list is told neither in lines nor in a table', async ({ folder }) => {
  const entry = { jobId: 'j1', status: 'failed', failReason: `no ${PLANTED}`, algorithm: PLANTED };
  const env = await plant(() => ({}), [entry]);
  const said: string[] = [];
  for (const args of [
    ['jobs', 'list'],
    ['jobs', 'list', '--json'],
    ['jobs', 'show', 'j1'],
    ['jobs', 'show', 'j1', '--json'],
    ['jobs', 'list', '--export', folder],
  ]) {
    const { exitCode, stdout, stderr } = await runCommand(args, { env });
    expect(exitCode, stderr).toBe(0);
    said.push(stdout.toString(), stderr);
  }
  const everything = `${said.join('')}${await everythingIn(folder)}`;
  expect(everything).toContain('no ***');
  expect(everything).not.toContain(PLANTED);
});

test('a token in a record that fits no column any more is not in what verify --remote says', async ({
  folder,
}) => {
  let isAltered = false;
  // No sample shows these.
  const altered = scores.map((record, at) =>
    at < 1100 && at % 160 > 105 ? { [`v${at}`]: [PLANTED] } : record,
  );
  const env = await plant(() => ({ pagerank: isAltered ? altered : scores }));
  const exported = await runCommand(['export', 'job', '--out', folder, '--strict'], { env });
  expect(exported.exitCode, exported.stderr).toBe(0);
  isAltered = true;
  const { exitCode, stdout, stderr } = await runCommand(['verify', folder, '--remote', '20', '--json'], {
    env,
  });
  expect([exitCode, stderr], stdout.toString()).toEqual([5, expect.stringContaining('***')]);
  expect(`${stdout.toString()}${stderr}`).not.toContain(PLANTED);
});

test('a session token that an object store repeats is not told', async ({ openGraph }) => {
  const { endpoint } = await serve(({ headers }) => ({
    status: 403,
    headers: { 'content-type': 'application/xml' },
    body: `<Error><Code>InvalidToken</Code><Message>no ${headers['x-amz-security-token']}</Message></Error>`,
  }));
  const graph = await openGraph();
  const store = {
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'planted-secret',
    AWS_SESSION_TOKEN: PLANTED,
    AWS_REGION: 'cn-north-4',
    HOME: '/nonexistent',
  };
  const args = ['export', 'pagerank', '--out', 's3://bucket/a', '--json', '--debug'];
  const { exitCode, stdout, stderr } = await runCommand(args, { env: { ...graph.env, ...store } });
  expect([exitCode, stderr.includes('no ***')], stderr).toEqual([1, true]);
  expect(`${stdout.toString()}${stderr}`).not.toContain(PLANTED);
});

/** A database password where each database looks for it. */
const DATABASE_PASSWORD = 'planted-database-password';

/** A server of PostgreSQL that asks for the password, and repeats it in every part of its refusal. */
async function postgresThatTells(): Promise<{ readonly port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      // The first message has no letter before it (PostgreSQL manual, "Message Formats").
      if (bytes[0] === 0) {
        socket.write(Buffer.from('R\0\0\0\x08\0\0\0\x03', 'latin1'));
        return;
      }
      const password = bytes.toString('latin1', 5, bytes.length - 1);
      const fields = [
        'SFATAL',
        'C28P01',
        `Mno user has ${password}`,
        `Dnot ${password}`,
        `Wat ${password}`,
        '',
      ];
      const text = Buffer.from(`${fields.join('\0')}\0`, 'latin1');
      const head = Buffer.from('E\0\0\0\0', 'latin1');
      head.writeInt32BE(text.length + 4, 1);
      socket.end(Buffer.concat([head, text]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port };
}

test('a database password that PostgreSQL repeats is not told, wherever it came from', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph();
  const out = join(folder, 'out');
  expect((await graph.run('export', 'pagerank', '--out', out)).exitCode).toBe(0);
  const { port } = await postgresThatTells();
  const passwords = join(folder, 'pgpass');
  await writeFile(passwords, `*:*:*:*:${DATABASE_PASSWORD}\n`, { mode: 0o600 });
  const where = { PGHOST: '127.0.0.1', PGPORT: String(port), PGUSER: 'loader', PGSSLMODE: 'disable' };
  for (const from of [{ PGPASSWORD: DATABASE_PASSWORD }, { PGPASSFILE: passwords }]) {
    const args = ['load', 'postgres', out, '--debug', '--json'];
    const { exitCode, stdout, stderr } = await runCommand(args, { env: { ...where, ...from } });
    expect([exitCode, stderr.includes('no user has ***')], stderr).toEqual([1, true]);
    expect(`${stdout.toString()}${stderr}`).not.toContain(DATABASE_PASSWORD);
  }
});

test.for([0, 1])(
  'a database password that ClickHouse repeats is not told after %i statements',
  async (good, { folder, openGraph }) => {
    const graph = await openGraph();
    const out = join(folder, 'out');
    expect((await graph.run('export', 'pagerank', '--out', out)).exitCode).toBe(0);
    let asked = 0;
    const { endpoint } = await serve(({ headers }) => {
      if (asked++ < good) return json({ meta: [], data: [{ 1: 1 }], rows: 1 });
      const [, encoded = ''] = (headers.authorization ?? '').split(' ');
      const [, password] = Buffer.from(encoded, 'base64').toString().split(':');
      return {
        status: 403,
        body: `Code: 516. DB::Exception: default: ${password} is wrong. (AUTHENTICATION_FAILED)`,
      };
    });
    const env = { CLICKHOUSE_URL: endpoint, CLICKHOUSE_PASSWORD: DATABASE_PASSWORD };
    const args = ['load', 'clickhouse', out, '--debug', '--json'];
    const { exitCode, stdout, stderr } = await runCommand(args, { env });
    expect([exitCode, stderr.includes('*** is wrong')], stderr).toEqual([1, true]);
    expect(`${stdout.toString()}${stderr}`).not.toContain(DATABASE_PASSWORD);
  },
);

test('keys of an object store that the SDK found by itself are not told', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const keys = join(folder, 'credentials');
  await writeFile(
    keys,
    `[default]\naws_access_key_id = key\naws_secret_access_key = planted-secret-key\naws_session_token = ${PLANTED}\n`,
  );
  const { endpoint } = await serve(({ headers }) => ({
    status: 403,
    headers: { 'content-type': 'application/xml' },
    body: `<Error><Code>InvalidToken</Code><Message>no ${headers['x-amz-security-token']} planted-secret-key</Message></Error>`,
  }));
  const env = { ...graph.env, AWS_ENDPOINT_URL_S3: endpoint, AWS_SHARED_CREDENTIALS_FILE: keys };
  const args = ['export', 'pagerank', '--out', 's3://bucket/a', '--s3-region', 'x-1', '--json', '--debug'];
  const { exitCode, stdout, stderr } = await runCommand(args, { env: { ...env, HOME: '/nonexistent' } });
  expect([exitCode, stderr.includes('no *** ***')], stderr).toEqual([1, true]);
  expect(`${stdout.toString()}${stderr}`).not.toMatch(/planted-(secret-key|token)/);
});

test('a secret is blotted out of a text in the forms that a quoted request gives it', () => {
  const secret = 'p/w"ü\\nd+1=😀';
  const json = JSON.stringify(secret).slice(1, -1);
  const ascii = json.replace('ü', '\\u00fc').replace('😀', '\\ud83d\\ude00');
  const url = encodeURIComponent(secret);
  const forms = [
    secret,
    json,
    ascii,
    json.replace('/', '\\/'),
    ascii.replace('/', '\\/'),
    url,
    url.toLowerCase(),
  ];
  expect(withoutSecrets(forms.join(' | '), [secret])).toBe(forms.map(() => '***').join(' | '));
  expect(withoutSecrets('a\ud800bc and %EF%BF%BD', ['a\ud800bc', 'none'])).toBe('*** and %EF%BF%BD');
});

test('no error keeps a secret, in whatever of it and behind it', () => {
  const deep = Object.assign(new Error(`deep ${PLANTED}`), { detail: [{ said: PLANTED }] });
  const error = new LoadError('LOAD_REFUSED', `no ${PLANTED}`, { cause: deep, details: { text: PLANTED } });
  hideInError(error, [PLANTED, 'abc']);
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(PLANTED);
  expect(error.message).toBe('no ***');
  // A connection that hangs on an error is in use.
  const connection = new (class Connection {
    password = PLANTED;
  })();
  hideInError(Object.assign(new Error('x'), { connection }), [PLANTED]);
  expect(connection.password).toBe(PLANTED);
});
