import type { HttpRequest } from './http.js';
import { type AccessKey, signRequest } from './sign-request.js';

/** Who asks, for one graph. */
export interface Credentials {
  /**
   * Headers that prove who asks, for one request.
   *
   * @throws ConfigError when a file that holds a secret cannot be used; RequestError `LOGIN_REFUSED` and others of IAM
   */
  prove(request: HttpRequest): Promise<Readonly<Record<string, string>>>;
  /** Asks for other headers than those that were refused; false where there are none. */
  renew(refused: Readonly<Record<string, string>>): Promise<boolean>;
  /** Texts that no message may repeat. */
  secrets(): Iterable<string>;
  /** What to do when they are refused, where it is not to get a new token. */
  readonly advice?: string | undefined;
  close(): Promise<void>;
}

/** Gives a token; with `renew`, another one than it gave last, where it can. */
export type TokenSource = (renew: boolean) => Promise<string>;

/** `X-Auth-Token` (ges_03_0121) from a source of tokens. */
export function tokenCredentials(
  source: TokenSource,
  options: { readonly secrets?: readonly string[]; readonly close?: () => Promise<void> } = {},
): Credentials {
  const known = new Set(options.secrets);
  const give = async (renew: boolean) => {
    const token = await source(renew);
    known.add(token);
    return token;
  };
  return {
    prove: async () => ({ 'x-auth-token': await give(false) }),
    async renew({ 'x-auth-token': refused }) {
      // Another request may have been refused before this one, and have renewed the token for both.
      return (await give(false)) !== refused || (await give(true)) !== refused;
    },
    secrets: () => known,
    close: options.close ?? (async () => {}),
  };
}

/**
 * Signs each request with an access key instead of a token. For the service plane the documents contradict each other
 * (ges_03_0112: token only; developer guide ges_05_0005: access keys are recommended): unproven there.
 *
 * @param origin of the endpoint: its host is signed
 */
export function keyCredentials(key: AccessKey, projectId: string, origin: string): Credentials {
  const { host } = new URL(origin);
  return {
    async prove({ method, path, headers, body }) {
      const signed = {
        'content-type': headers['content-type'] ?? 'application/json',
        host,
        'x-project-id': projectId,
      };
      return signRequest(key, { method, path, headers: signed, body: body ?? '' }, new Date());
    },
    renew: async () => false,
    secrets: () => Object.values(key).filter((part) => part !== undefined),
    advice:
      'Check the access key and the clock; a graph may not take signatures at all: use a token, or user and password',
    close: async () => {},
  };
}
