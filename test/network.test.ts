import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SIMULATOR_KEY, SIMULATOR_TEMPORARY_KEY } from '../src/simulator/signature.js';
import { runCommand } from './cli/run-command.js';
import { createIssuer, createServerCertificate } from './client/certificates.js';
import { openProxy, openTls } from './client/network-servers.js';
import { openClient, openFolder, openGraph, passwordLogin } from './connections.js';

const issuer = createIssuer();
const certificate = createServerCertificate(issuer);

async function fileWith(text: string): Promise<string> {
  const path = join(await openFolder(), 'ca.pem');
  await writeFile(path, text);
  return path;
}

/** The simulator behind TLS; `token` is valid there. */
async function openTlsGraph(served = certificate) {
  const graph = await openGraph();
  return { ...graph, endpoint: await openTls(graph.endpoint, served) };
}

test('an issuer of the CA file is trusted, for the graph and for IAM', async () => {
  const graph = await openTlsGraph();
  const caFile = await fileWith(issuer.cert);
  const { read } = openClient(graph, { ...passwordLogin(graph), iamEndpoint: graph.endpoint, caFile });
  expect((await read()).envelope.total).toBe(305);
});

test('without it the connection is refused at once, and the way out is named', async () => {
  const graph = await openTlsGraph();
  const { read } = openClient(graph, { token: graph.token, maxAttempts: 6 });
  const error = await read().catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'TLS_UNTRUSTED', retryable: false });
  expect(error).toMatchObject({ action: expect.stringContaining('--ca-file') });
  expect(graph.requests()).toBe(0);
});

test('a certificate for another name, or of another issuer, is not trusted', async () => {
  for (const served of [
    createServerCertificate(issuer, 'graph.example'),
    createServerCertificate(createIssuer('test issuer')),
  ]) {
    const graph = await openTlsGraph(served);
    const { read } = openClient(graph, { token: graph.token, caFile: await fileWith(issuer.cert) });
    await expect(read()).rejects.toMatchObject({ code: 'TLS_UNTRUSTED' });
  }
});

test('--insecure takes any certificate', async () => {
  const graph = await openTlsGraph(createServerCertificate(createIssuer('other'), 'graph.example'));
  const { read } = openClient(graph, { token: graph.token, insecure: true });
  expect((await read()).envelope.total).toBe(305);
});

test('a CA file that is not there, or holds no certificate, is named', async () => {
  const graph = await openGraph();
  expect(() => openClient(graph, { token: 't', caFile: '/no/such/ca.pem' })).toThrow(
    /^Cannot use the CA file "\/no\/such\/ca\.pem": ENOENT/,
  );
  const caFile = await fileWith('no certificate');
  expect(() => openClient(graph, { token: 't', caFile })).toThrow(
    `Cannot use the CA file "${caFile}": it holds no certificate in PEM form`,
  );
});

test('a proxy gets whole addresses for http, also with a login', async () => {
  const graph = await openGraph();
  const proxy = await openProxy({ login: 'me:p@ss/word' });
  const httpProxy = proxy.address.replace('//', '//me:p%40ss%2Fword@');
  const { read } = openClient(graph, { ...passwordLogin(graph), httpProxy });
  expect((await read()).envelope.total).toBe(305);
  expect(proxy.seen).toEqual([
    `POST ${graph.endpoint}/v3/auth/tokens?nocatalog=true`,
    expect.stringMatching(`^GET ${graph.endpoint}/ges/v1\\.0/.*/jobs/pagerank/status\\?offset=0&limit=1$`),
  ]);
});

test('the command as it is built goes through a proxy, for http and https', async () => {
  const graph = await openTlsGraph();
  const plain = await openGraph();
  const proxy = await openProxy();
  const variables = { HTTP_PROXY: proxy.address, HTTPS_PROXY: proxy.address, NO_PROXY: '' };
  for (const { endpoint, token } of [graph, plain]) {
    const connection = { GES_ENDPOINT: endpoint, GES_TOKEN: token, GES_PROJECT_ID: graph.projectId };
    const env = { ...variables, ...connection, GES_GRAPH: graph.graph };
    const args = ['jobs', 'show', 'pagerank', '--ca-file', await fileWith(issuer.cert)];
    const { exitCode, stdout, stderr } = await runCommand(args, { env });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(String(stdout)).toContain('pagerank');
  }
  expect(proxy.seen).toEqual([
    `CONNECT ${new URL(graph.endpoint).host}`,
    expect.stringMatching(`^GET ${plain.endpoint}/ges/v1\\.0/`),
  ]);
});

test('a proxy gets a tunnel for https, and the certificate is still checked', async () => {
  const graph = await openTlsGraph();
  const proxy = await openProxy({ login: 'me:secret' });
  const httpsProxy = proxy.address.replace('//', '//me:secret@');
  const caFile = await fileWith(issuer.cert);
  const { read } = openClient(graph, { token: graph.token, httpsProxy, caFile });
  expect((await read()).envelope.total).toBe(305);
  expect(proxy.seen).toEqual([`CONNECT ${new URL(graph.endpoint).host}`]);
  const blind = openClient(graph, { token: graph.token, httpsProxy });
  await expect(blind.read()).rejects.toMatchObject({ code: 'TLS_UNTRUSTED' });
  const trusting = openClient(graph, { token: graph.token, httpsProxy, insecure: true });
  expect((await trusting.read()).envelope.total).toBe(305);
});

test('many requests share the connections through a proxy', async () => {
  const graph = await openTlsGraph();
  const proxy = await openProxy();
  const who = { token: graph.token, httpsProxy: proxy.address, insecure: true };
  const { read } = openClient(graph, who);
  const pages = await Promise.all([...Array(20).keys()].map(read));
  expect(pages.map((page) => page.envelope.offset)).toEqual([...Array(20).keys()]);
  expect(proxy.seen.length).toBeLessThanOrEqual(4);
});

test('each kind of address has its own proxy, and NO_PROXY goes around both', async () => {
  const graph = await openGraph();
  const proxy = await openProxy();
  for (const around of [
    { httpsProxy: proxy.address },
    { httpProxy: proxy.address, noProxy: 'example.com, 127.0.0.1' },
    { httpProxy: proxy.address, noProxy: '*' },
  ]) {
    expect((await openClient(graph, { token: graph.token, ...around }).read()).envelope.total).toBe(305);
  }
  expect(proxy.seen).toEqual([]);
  await openClient(graph, { token: graph.token, httpProxy: proxy.address, noProxy: '127.0.0.2' }).read();
  expect(proxy.seen).toHaveLength(1);
});

test.each(['http', 'https'] as const)(
  'a proxy that wants another login is named, not tried again (%s)',
  async (scheme) => {
    const graph = scheme === 'http' ? await openGraph() : await openTlsGraph();
    const proxy = await openProxy({ login: 'me:right-password' });
    const address = proxy.address.replace('//', '//me:wrong-password@');
    const who = { token: graph.token, httpProxy: address, httpsProxy: address, insecure: true };
    const error = await openClient(graph, { ...who, maxAttempts: 3 })
      .read()
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'PROXY_REFUSED', retryable: false });
    expect(JSON.stringify([error, String(error)])).not.toContain('wrong-password');
    expect(proxy.seen).toHaveLength(1);
  },
);

test('a proxy that forbids the tunnel is final, one that is busy is not', async () => {
  const graph = await openTlsGraph();
  for (const [status, code, requests] of [
    [403, 'PROXY_REFUSED', 1],
    [503, 'REQUEST_BUSY', 2],
  ] as const) {
    const proxy = await openProxy({ status });
    const who = { token: graph.token, httpsProxy: proxy.address, insecure: true, maxAttempts: 2 };
    await expect(openClient(graph, who).read()).rejects.toMatchObject({ code });
    expect(proxy.seen).toHaveLength(requests);
  }
});

test('a proxy that is not there is a failed connection', async () => {
  const graph = await openGraph();
  const { read } = openClient(graph, { token: graph.token, httpProxy: 'http://127.0.0.1:1' });
  await expect(read()).rejects.toMatchObject({ code: 'REQUEST_CONNECTION' });
});

test.each([
  ['permanent', SIMULATOR_KEY],
  ['temporary', SIMULATOR_TEMPORARY_KEY],
])('a %s access key signs every request; a graph that checks it takes it', async (_, key) => {
  const graph = await openGraph();
  const { accessKey: ak, secretKey: sk, ...rest } = key;
  const { read, client } = openClient(graph, { ak, sk, ...rest });
  expect((await read(7)).envelope).toMatchObject({ offset: 7, total: 305 });
  expect((await client.readJob('a b/电影~(1)', { offset: 0, limit: 1 }).catch(String)).toString()).toContain(
    'can not find job',
  );
  expect((await client.listJobs({ offset: 0, limit: 2 })).body.lists).toHaveLength(1);
});

test('a signature goes through TLS and proxies unharmed', async () => {
  const graph = await openTlsGraph();
  const proxy = await openProxy();
  const key = { ak: SIMULATOR_KEY.accessKey, sk: SIMULATOR_KEY.secretKey };
  const who = { ...key, httpsProxy: proxy.address, httpProxy: proxy.address, insecure: true };
  expect((await openClient(graph, who).read()).envelope.total).toBe(305);
  const plain = await openGraph();
  expect((await openClient(plain, who).read()).envelope.total).toBe(305);
});

test.each([
  ['secret key', { sk: 'wrong' }],
  ['access key', { ak: 'NOBODY' }],
  ['security token', { securityToken: 'none' }],
])('a wrong %s is refused once, and the doubt about signatures is told', async (_, changes) => {
  const graph = await openGraph();
  const { accessKey: ak, secretKey: sk } = SIMULATOR_KEY;
  const { read } = openClient(graph, { ak, sk, maxAttempts: 3, ...changes });
  await expect(read()).rejects.toMatchObject({
    code: 'API_UNAUTHORIZED',
    action: expect.stringContaining('may not take signatures at all'),
  });
  expect(graph.requests()).toBe(1);
});
