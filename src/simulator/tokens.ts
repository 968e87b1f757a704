import { randomBytes } from 'node:crypto';
import { gesFailure } from './ges-failure.js';

interface IssuedToken {
  readonly expiresAt: number;
  /** False for a token of domain scope, which GES does not accept (ges_03_0112). */
  readonly isForProject: boolean;
}

/** The tokens that IAM gave out and GES takes. */
export class TokenRegistry {
  readonly #issued = new Map<string, IssuedToken>();
  readonly #lifetimeMs: number;

  constructor(lifetimeMs: number) {
    this.#lifetimeMs = lifetimeMs;
  }

  /** A new token; older ones stay valid (IAM page "Obtaining a User Token"). */
  issue(isForProject: boolean): { token: string; issuedAt: number; expiresAt: number } {
    const token = `MII${randomBytes(192).toString('base64url')}`;
    const issuedAt = Date.now();
    const expiresAt = issuedAt + this.#lifetimeMs;
    this.#issued.set(token, { expiresAt, isForProject });
    return { token, issuedAt, expiresAt };
  }

  /** Ends the life of every token so far. */
  expireAll(): void {
    for (const [token, issued] of this.#issued) this.#issued.set(token, { ...issued, expiresAt: 0 });
  }

  /**
   * @throws GesFailure HTTP 400 GES.8007 for a missing, unknown or expired token (table of service plane error codes;
   * the words for an expired one are IAM's), GES.8006 for a token of another scope
   */
  check(token: string | undefined): void {
    const issued = this.#issued.get(token ?? '');
    if (issued === undefined) throw gesFailure('GES.8007', 'invalid token');
    if (issued.expiresAt <= Date.now()) throw gesFailure('GES.8007', 'The token must be updated');
    if (!issued.isForProject) throw gesFailure('GES.8006', 'invalid resource access');
  }
}
