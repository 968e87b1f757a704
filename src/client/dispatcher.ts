import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { ConfigError, type ErrorCode } from '../errors.js';

/** The way to the server. */
export interface NetworkOptions {
  /** PEM certificates of issuers, trusted beside those that Node brings. */
  readonly caFile?: string | undefined;
  /** Takes any certificate. */
  readonly insecure?: boolean | undefined;
  /** `http://user:password@host:port` for `http:` endpoints, and for `https:` ones. */
  readonly httpProxy?: string | undefined;
  readonly httpsProxy?: string | undefined;
  /** Hosts to reach without a proxy: `host`, `.domain`, `host:port`, separated by commas; `*` for all. */
  readonly noProxy?: string | undefined;
}

interface DispatcherOptions {
  readonly origin: string;
  readonly connections: number;
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly network?: NetworkOptions | undefined;
}

/**
 * Keep-alive connections to one origin, straight or through a proxy: a tunnel (CONNECT) for `https:`, whole addresses
 * for `http:`, because most proxies allow no tunnel to port 80.
 *
 * @throws ConfigError `CONFIG_INVALID` when the file of `caFile` holds no certificate
 */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { origin, connections, connectTimeoutMs, headersTimeoutMs, bodyTimeoutMs, network = {} } = options;
  const { caFile, insecure = false, httpProxy, httpsProxy, noProxy } = network;
  const tls = {
    timeout: connectTimeoutMs,
    ...(caFile === undefined ? {} : { ca: [...rootCertificates, readCertificates(caFile)] }),
    ...(insecure ? { rejectUnauthorized: false } : {}),
  };
  const pool = { connections, pipelining: 1, headersTimeout: headersTimeoutMs, bodyTimeout: bodyTimeoutMs };
  const proxy = origin.startsWith('https:') ? httpsProxy : httpProxy;
  if (proxy === undefined) return new Pool(origin, { ...pool, connect: tls });
  return new EnvHttpProxyAgent({
    ...pool,
    // All three are given, so that undici does not look into the environment by itself.
    httpProxy: proxy,
    httpsProxy: proxy,
    noProxy: noProxy ?? '',
    proxyTunnel: false,
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
    factory: (target: string | URL, given: object) => new Pool(target, { ...pool, ...given }),
  });
}

function readCertificates(path: string): string {
  try {
    const text = readFileSync(path, 'utf8');
    new X509Certificate(text);
    return text;
  } catch (cause) {
    const reason =
      cause instanceof Error && 'syscall' in cause ? cause.message : 'it holds no certificate in PEM form';
    throw new ConfigError('CONFIG_INVALID', `Cannot use the CA file "${path}": ${reason}`, { cause });
  }
}

/** Codes of Node and OpenSSL for a certificate that does not hold (Node, "X509 certificate error codes"). */
const CERTIFICATE_CODE =
  /^(CERT_|UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)/;

/** What stands between here and the server and will not go away by itself; null for all else. */
export function networkProblem(
  error: unknown,
): { readonly code: ErrorCode; readonly retryable: boolean } | null {
  if (!(error instanceof Error)) return null;
  const code = 'code' in error ? String(error.code) : '';
  if (CERTIFICATE_CODE.test(code) || code === 'UND_ERR_PRX_TLS')
    return { code: 'TLS_UNTRUSTED', retryable: false };
  // undici tells the status of a refused tunnel only in words.
  const refused =
    /Proxy response \((\d+)\)/.exec(error.message) ??
    /Proxy Authentication Required \((407)\)/.exec(error.message);
  if (refused === null) return null;
  const isPassing = /^(429|5\d\d)$/.test(refused[1] ?? '');
  return isPassing ? { code: 'REQUEST_BUSY', retryable: true } : { code: 'PROXY_REFUSED', retryable: false };
}
