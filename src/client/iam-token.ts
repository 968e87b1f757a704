import { z } from 'zod';
import { type ErrorCode, RequestError } from '../errors.js';
import { createHttp, type HttpOptions, type HttpResponse } from './http.js';
import { parseRetryAfter, type RetryEvent, type RetryPolicy, withRetries } from './retry.js';

/** Who logs in, and for what. */
export interface Login {
  /** `https://iam.{region}.myhuaweicloud.com`; a path before `/v3` is kept. */
  readonly iamEndpoint: string;
  readonly user: string;
  /** The account that the user belongs to, by name or by ID. */
  readonly domain: { readonly name: string } | { readonly id: string };
  /** The project that the token is for, by name or by ID. */
  readonly project: { readonly name: string } | { readonly id: string };
}

/** A token and the span in which this machine's clock may use it, as milliseconds since 1970. */
export interface IssuedToken {
  readonly token: string;
  /** From here on another one should be asked for. */
  readonly renewAt: number;
}

export interface IamOptions
  extends Pick<
    HttpOptions,
    'connectTimeoutMs' | 'headersTimeoutMs' | 'bodyTimeoutMs' | 'requestTimeoutMs' | 'network'
  > {
  readonly login: Login;
  readonly retry: RetryPolicy;
  readonly onRetry?: ((event: RetryEvent) => void) | undefined;
}

export interface IamClient {
  /**
   * A token for a password: `POST /v3/auth/tokens`, 201 with `X-Subject-Token` (IAM API, "Obtaining a User Token
   * Through Password Authentication").
   *
   * @throws RequestError `LOGIN_REFUSED` at once: IAM locks an account after a few wrong passwords; `REQUEST_…` after
   * the last attempt. None is to be tried again.
   */
  ask(password: string): Promise<IssuedToken>;
  close(): Promise<void>;
}

export function createIamClient(options: IamOptions): IamClient {
  const { login, retry, onRetry } = options;
  const base = new URL(login.iamEndpoint);
  const http = createHttp({ ...options, origin: base.origin, connections: 1 });
  // A login outlives the request that waits for it, but not the client.
  const closing = new AbortController();
  const path = `${base.pathname.replace(/\/+$/, '')}/v3/auth/tokens?nocatalog=true`;

  return {
    async ask(password) {
      try {
        return await withRetries(retry, () => askOnce(password), { signal: closing.signal, onRetry });
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        // The attempts of the request that waits for the token must not multiply those made here.
        const { code, message, facts, cause } = error;
        throw new RequestError(code, message.replaceAll(password, '***'), { facts, cause, retryable: false });
      }
    },
    close() {
      closing.abort();
      return http.close();
    },
  };

  async function askOnce(password: string): Promise<IssuedToken> {
    // The life of the token is counted from before the request, so that it never looks longer than it is.
    const askedAt = Date.now();
    const response = await http.send({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json;charset=utf8', 'user-agent': 'ges-export' },
      body: JSON.stringify(requestBody(login, password)),
      signal: closing.signal,
    });
    const text = await readText(response);
    if (response.status !== 201 && response.status !== 200) throw refusal(response, text, login.user);
    const token = response.header('x-subject-token');
    if (token === undefined) {
      throw new RequestError(
        'PAGE_INVALID',
        `${base.origin} answered HTTP ${response.status} without a token`,
        {
          facts: { httpStatus: response.status, traceId: response.traceId },
          retryable: true,
        },
      );
    }
    const life = readLife(text) ?? DOCUMENTED_LIFE_MS;
    return { token, renewAt: askedAt + life - marginOf(life) };
  }
}

function requestBody({ user, domain, project }: Login, password: string): object {
  const identity = { methods: ['password'], password: { user: { name: user, password, domain } } };
  return { auth: { identity, scope: { project } } };
}

/** "The validity period of a token is 24 hours"; used where the answer does not say. */
const DOCUMENTED_LIFE_MS = 86_400_000;

/** A tenth of the life, at most five minutes: no token ends while a page is on its way. */
function marginOf(lifeMs: number): number {
  return Math.min(300_000, lifeMs / 10);
}

const MAX_BODY_BYTES = 4_000_000;

async function readText(response: HttpResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) break;
    chunks.push(Uint8Array.from(chunk));
  }
  return Buffer.concat(chunks).toString();
}

const time = z.string().transform(Date.parse).refine(Number.isFinite);
const issued = z.object({ token: z.object({ issued_at: time, expires_at: time }) });
const refused = z.object({ error: z.object({ message: z.string() }) });
const gatewayRefused = z.object({ error_msg: z.string() }).transform((body) => body.error_msg);

/** How long the token lives by IAM's own clock, in milliseconds; null where the answer does not say. */
function readLife(text: string): number | null {
  const answer = issued.safeParse(parseJson(text));
  if (!answer.success) return null;
  const life = answer.data.token.expires_at - answer.data.token.issued_at;
  return life > 0 ? life : null;
}

function refusal(response: HttpResponse, text: string, user: string): RequestError {
  const { status, traceId } = response;
  const body = parseJson(text);
  const ofIam = refused.safeParse(body);
  const ofGateway = gatewayRefused.safeParse(body);
  const said = ofIam.success ? ofIam.data.error.message : ofGateway.success ? ofGateway.data : null;
  const code = codeOf(status);
  const words = said === null ? `HTTP ${status}` : `"${said}" (HTTP ${status})`;
  return new RequestError(code, `IAM gave no token to user "${user}": ${words}`, {
    facts: { httpStatus: status, traceId, gesErrorMessage: said ?? undefined },
    retryable: code === 'REQUEST_BUSY',
    retryAfterMs: parseRetryAfter(response.retryAfter, Date.now()),
  });
}

/** 401 and all other 4xx are final. */
function codeOf(status: number): ErrorCode {
  if (status === 407) return 'PROXY_REFUSED';
  if (status === 408 || status === 429 || status >= 500) return 'REQUEST_BUSY';
  return status >= 400 ? 'LOGIN_REFUSED' : 'PAGE_INVALID';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
