import { expect, test } from 'vitest';
import { type CredentialChoice, chooseCredentials } from '../../src/config/credentials.js';
import { resolveConnection, resolveExport } from '../../src/config/options.js';
import { ConfigError } from '../../src/errors.js';

const CONNECTION = { endpoint: 'http://192.168.0.10:80', projectId: 'p1', graph: 'movies', token: 't' };
const EXPORT = { ...CONNECTION, jobId: 'j1', out: 'folder' };

function problemOf(changes: Record<string, unknown>): { code: string; message: string } {
  try {
    resolveExport({ ...EXPORT, ...changes });
  } catch (error) {
    if (error instanceof ConfigError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('the options were accepted');
}

test('what may be left out gets its default', () => {
  expect(resolveExport(EXPORT)).toEqual({
    ...EXPORT,
    maxAttempts: 6,
    requestTimeout: 600_000,
    format: 'csv',
    pageSize: 100_000,
    concurrency: 4,
    rowsPerFile: 1_000_000,
    partitionBy: [],
    fixedPartitions: [],
    latest: false,
    paths: 'list',
    raw: false,
    strict: false,
    force: false,
    engine: 'columnar',
    workers: 0,
    memory: 256 * 1024 * 1024,
    wait: 3_600_000,
    delimiter: ',',
    nullText: '',
    crlf: false,
    bom: false,
    escapeFormulas: false,
  });
  expect(resolveConnection(CONNECTION)).toEqual({ ...CONNECTION, maxAttempts: 6, requestTimeout: 600_000 });
});

test('text is trimmed, numbers may be text, the endpoint loses its last slashes', () => {
  expect(
    resolveExport({ ...EXPORT, endpoint: ' https://h/ges-proxy// ', pageSize: ' 500 ', graph: ' movies ' }),
  ).toMatchObject({ endpoint: 'https://h/ges-proxy', pageSize: 500, graph: 'movies' });
});

test.each<[unknown, number]>([
  [0, 0],
  [90, 90_000],
  ['90', 90_000],
  ['90s', 90_000],
  [' 15m ', 900_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
])('--wait %j is %i ms', (wait, ms) => {
  expect(resolveExport({ ...EXPORT, wait } as never).wait).toBe(ms);
});

const NO_DURATION = '--wait: not a duration such as 90s, 15m or 2h';

test.each<[Record<string, unknown>, string]>([
  [{ endpoint: undefined }, '--endpoint (or GES_ENDPOINT) is missing'],
  [{ projectId: undefined }, '--project-id (or GES_PROJECT_ID) is missing'],
  [{ graph: undefined }, '--graph (or GES_GRAPH) is missing'],
  [{ jobId: undefined }, 'JOB is missing'],
  [{ out: undefined }, '--out is missing'],
  [{ token: undefined }, 'No token: set GES_TOKEN or give --token-file'],
  [{ endpoint: '' }, '--endpoint (or GES_ENDPOINT): not an address such as http://192.168.0.10:80'],
  [
    { endpoint: '192.168.0.10' },
    '--endpoint (or GES_ENDPOINT): not an address such as http://192.168.0.10:80',
  ],
  [{ endpoint: 'ftp://h' }, '--endpoint (or GES_ENDPOINT): not an address such as http://192.168.0.10:80'],
  [{ endpoint: 'http://u:p@h' }, '--endpoint (or GES_ENDPOINT): must not hold a user name or a password'],
  [{ endpoint: 'http://:p@h' }, '--endpoint (or GES_ENDPOINT): must not hold a user name or a password'],
  [{ endpoint: 'http://h/?a=1' }, '--endpoint (or GES_ENDPOINT): must not hold a query or a fragment'],
  [{ projectId: 'a/b' }, '--project-id (or GES_PROJECT_ID): not 1 to 64 letters and digits'],
  [{ token: 'a b' }, 'GES_TOKEN: holds white space'],
  [{ graph: '  ' }, '--graph (or GES_GRAPH): empty'],
  [{ pageSize: 0 }, '--page-size: page-size must be from 1 to 100000'],
  [{ pageSize: '100001' }, '--page-size: page-size must be from 1 to 100000'],
  [{ pageSize: 'ten' }, '--page-size: not a whole number'],
  [{ pageSize: '1e3' }, '--page-size: not a whole number'],
  [{ pageSize: null }, '--page-size: not a whole number'],
  [{ concurrency: 65 }, '--concurrency: concurrency must be from 1 to 64'],
  [{ concurrency: 1.5 }, '--concurrency: concurrency must be from 1 to 64'],
  [{ rowsPerFile: -1 }, '--rows-per-file: rows-per-file must be from 1 to 1000000000'],
  [{ maxAttempts: 0 }, '--max-attempts: max-attempts must be from 1 to 100'],
  [{ format: 'xml' }, '--format must be one of csv, ndjson, parquet'],
  [{ compression: 'zip' }, '--compression must be one of none, gzip, snappy, zstd'],
  [{ paths: 'wide' }, '--paths must be one of list, long'],
  [{ wait: 'soon' }, NO_DURATION],
  [{ wait: -5 }, NO_DURATION],
  [{ wait: '1.5h' }, NO_DURATION],
  [{ wait: '' }, NO_DURATION],
  [{ wait: '99999999999999999d' }, NO_DURATION],
  [{ pagesize: 5 }, 'Unknown option "pagesize"'],
  [{ x: 1, y: 2 }, 'Unknown option "x", "y"'],
])('%j: %s', (changes, message) => {
  expect(problemOf(changes)).toEqual({ code: 'CONFIG_INVALID', message });
});

test('options of a wrong type name the option too', () => {
  for (const [key, flag] of [
    ['graph', '--graph (or GES_GRAPH): '],
    ['strict', '--strict: '],
    ['delimiter', '--delimiter: '],
  ] as const) {
    const { code, message } = problemOf({ [key]: 7 });
    expect(code).toBe('CONFIG_INVALID');
    expect(message.startsWith(flag)).toBe(true);
    expect(message).not.toContain('\n');
  }
});

test('everything wrong is told at once, in one line', () => {
  expect(problemOf({ endpoint: undefined, pageSize: 0, format: 'xml' }).message).toBe(
    '--endpoint (or GES_ENDPOINT) is missing; --page-size: page-size must be from 1 to 100000; --format must be one of csv, ndjson, parquet',
  );
});

test.each<[Record<string, unknown>, string]>([
  [{ out: '-', format: 'parquet' }, 'Parquet needs a folder: --out - takes csv or ndjson'],
  [{ raw: true }, '--raw needs --format ndjson'],
  [{ tokenFile: '/run/token' }, 'Both a token and a token file are given: leave one of them out'],
])('%j exclude each other: %s', (changes, message) => {
  expect(problemOf(changes)).toEqual({ code: 'CONFIG_CONFLICT', message });
});

test('no message repeats a token', () => {
  expect(problemOf({ token: 'very secret' }).message).not.toContain('secret');
});

test('a connection takes no options of an export', () => {
  expect(() => resolveConnection({ ...CONNECTION, format: 'csv' })).toThrow('Unknown option "format"');
});

const LOGIN = { user: 'u', domain: 'd', password: 'p', iamEndpoint: 'https://iam.r.example/' };

test.each<[Record<string, unknown>, CredentialChoice]>([
  [{ token: 't' }, { kind: 'token', token: 't', tokenFile: undefined }],
  [
    { ...LOGIN, projectName: 'cn-north-4' },
    {
      kind: 'password',
      user: 'u',
      domain: { name: 'd' },
      password: 'p',
      passwordFile: undefined,
      iamEndpoint: 'https://iam.r.example',
      projectName: 'cn-north-4',
      tokenCache: null,
    },
  ],
  [
    {
      ...LOGIN,
      domain: undefined,
      domainId: 'd1',
      password: undefined,
      passwordFile: '/run/p',
      tokenCache: '/c',
    },
    {
      kind: 'password',
      user: 'u',
      domain: { id: 'd1' },
      password: undefined,
      passwordFile: '/run/p',
      iamEndpoint: 'https://iam.r.example',
      projectName: null,
      tokenCache: '/c',
    },
  ],
  [
    { ak: 'a', sk: 's', securityToken: 'x' },
    { kind: 'key', ak: 'a', sk: 's', securityToken: 'x' },
  ],
])('%j says who asks', (given, choice) => {
  const { token: _, ...connection } = CONNECTION;
  expect(chooseCredentials(resolveConnection({ ...connection, ...given }))).toEqual(choice);
});

test.each<[Record<string, unknown>, string]>([
  [{ ...LOGIN, user: undefined }, 'A password, but no user: give --user or set GES_USER'],
  [{ ...LOGIN, password: undefined }, 'A user, but no password: set GES_PASSWORD or give --password-file'],
  [{ ...LOGIN, iamEndpoint: undefined }, 'No address of IAM: give --iam-endpoint or set GES_IAM_ENDPOINT'],
  [{ ...LOGIN, domain: undefined }, 'A user, but no account (domain): give --domain or set GES_DOMAIN'],
  [{ ...LOGIN, password: 12345678 }, 'GES_PASSWORD: not a text: write it in quotes'],
  [{ ak: 'a' }, 'An access key has two halves: set both GES_AK and GES_SK'],
  [{ ...LOGIN, sk: 's', ak: 'a' }, 'Both a password and a secret key are given: leave one of them out'],
  [{ token: 't', httpProxy: 'ftp://h' }, 'HTTP_PROXY: not an address such as http://proxy:3128'],
  [{ token: 't', httpsProxy: 'http://u:%zz@h' }, 'HTTPS_PROXY: not an address such as http://proxy:3128'],
])('%j does not: %s', (given, message) => {
  const { token: _, ...connection } = CONNECTION;
  expect(() => resolveConnection({ ...connection, ...given })).toThrow(message);
});

test('a proxy may be written without a scheme', () => {
  const { httpProxy, httpsProxy } = resolveConnection({
    ...CONNECTION,
    httpProxy: 'proxy.example:3128',
    httpsProxy: 'http://me:p%40ss@10.0.0.1:8080',
  });
  expect([httpProxy, httpsProxy]).toEqual(['http://proxy.example:3128', 'http://me:p%40ss@10.0.0.1:8080']);
});
