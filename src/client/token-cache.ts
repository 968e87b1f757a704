import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { IssuedToken, Login } from './iam-token.js';

/** Keeps the token of one login between runs. */
export interface TokenCache {
  /** Null where there is none, or none that may be used: another password, an open file, a damaged one. */
  load(): Promise<IssuedToken | null>;
  /** A folder that cannot be written is no failure: the next run asks IAM again. */
  save(token: IssuedToken): Promise<void>;
}

const entry = z.object({
  token: z.string().min(1),
  renewAt: z.number(),
  /** The password that the token was got with, salted and stretched: another password gets no token from here. */
  salt: z.string(),
  check: z.string(),
});

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const CHECK_BYTES = 32;

/**
 * One file for each login in `folder` (made with mode 0700): mode 0600, replaced whole.
 * Its name is a hash of IAM address, user, account and project.
 */
export function createTokenCache(folder: string, login: Login, password: string): TokenCache {
  const { iamEndpoint, user, domain, project } = login;
  const name = createHash('sha256')
    .update(JSON.stringify([iamEndpoint, user, domain, project]))
    .digest('hex');
  const path = join(folder, `${name}.json`);
  return {
    async load() {
      const found = entry.safeParse(await readPrivate(path));
      if (!found.success || found.data.renewAt <= Date.now()) return null;
      const { token, renewAt, salt, check } = found.data;
      const known = Buffer.from(check, 'base64');
      const given = await derive(password, Buffer.from(salt, 'base64'), CHECK_BYTES);
      return known.length === CHECK_BYTES && timingSafeEqual(known, given) ? { token, renewAt } : null;
    },
    async save({ token, renewAt }) {
      const salt = randomBytes(16);
      const check = await derive(password, salt, CHECK_BYTES);
      const text = JSON.stringify({
        token,
        renewAt,
        salt: salt.toString('base64'),
        check: check.toString('base64'),
      });
      const temporary = `${path}.${randomBytes(6).toString('hex')}`;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(temporary, text, { mode: 0o600, flag: 'wx' });
        // The umask may have taken rights away, never added any.
        await chmod(temporary, 0o600);
        await rename(temporary, path);
      } catch {
        await rm(temporary, { force: true }).catch(() => undefined);
      }
    },
  };
}

/** The JSON in a file that only its owner may read; null where there is no such file. */
async function readPrivate(path: string): Promise<unknown> {
  try {
    const { mode } = await stat(path);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) return null;
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}
