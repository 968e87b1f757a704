import type { TokenSource } from './credentials.js';
import type { IamClient, IssuedToken } from './iam-token.js';
import type { TokenCache } from './token-cache.js';

/**
 * Tokens for a password: from the cache, else from IAM; renewed before their end and when the graph refuses one.
 * However many requests wait, IAM is asked once; what it refused is refused from then on without asking.
 *
 * @param open reads the password and prepares both, at the first use
 */
export function createPasswordSource(
  open: () => Promise<{ iam: Pick<IamClient, 'ask'>; password: string; cache: TokenCache | null }>,
): TokenSource {
  let current: IssuedToken | null = null;
  let asking: Promise<IssuedToken> | null = null;
  let opened: ReturnType<typeof open> | null = null;
  let failure: { readonly error: unknown } | null = null;

  return async (renew) => {
    if (failure !== null) throw failure.error;
    if (asking === null && current !== null && !renew && Date.now() < current.renewAt) return current.token;
    asking ??= fetchToken(renew || current !== null);
    return (await asking).token;
  };

  async function fetchToken(isRenewal: boolean): Promise<IssuedToken> {
    try {
      opened ??= open();
      const { iam, password, cache } = await opened;
      current = isRenewal ? null : ((await cache?.load()) ?? null);
      if (current === null) {
        current = await iam.ask(password);
        await cache?.save(current);
      }
      return current;
    } catch (error) {
      failure = { error };
      throw error;
    } finally {
      asking = null;
    }
  }
}
