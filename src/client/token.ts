import { readFile } from 'node:fs/promises';
import { ConfigError } from '../errors.js';
import type { TokenSource } from './credentials.js';

export interface TokenOptions {
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
}

/**
 * Gives the token of the options. A token file is read again when the server refuses its token, so that another
 * program may renew it there.
 *
 * @throws ConfigError `CONFIG_INVALID` when the file cannot be read, is empty or holds more than one line
 */
export function createTokenSource(options: TokenOptions): TokenSource {
  const { tokenFile } = options;
  let current = tokenFile === undefined ? options.token : undefined;
  return async (renew) => {
    if (current === undefined || (renew && tokenFile !== undefined)) current = await readTokenFile(tokenFile);
    return current;
  };
}

async function readTokenFile(path: string | undefined): Promise<string> {
  if (path === undefined)
    throw new ConfigError('CONFIG_INVALID', 'No token: set GES_TOKEN or give --token-file');
  const text = (await readSecretFile(path, 'token')).trim();
  if (!/^[\x21-\x7e]+$/.test(text)) {
    throw new ConfigError('CONFIG_INVALID', `The token file "${path}" must hold one token and nothing else`);
  }
  return text;
}

/**
 * The password in a file: its text without the line end.
 *
 * @throws ConfigError `CONFIG_INVALID` when the file cannot be read, is empty or holds more than one line
 */
export async function readPasswordFile(path: string): Promise<string> {
  const text = (await readSecretFile(path, 'password')).replace(/\r?\n$/, '');
  if (text === '' || /[\r\n]/.test(text)) {
    throw new ConfigError(
      'CONFIG_INVALID',
      `The password file "${path}" must hold one password and nothing else`,
    );
  }
  return text;
}

async function readSecretFile(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new ConfigError('CONFIG_INVALID', `Cannot read the ${what} file "${path}"`, { cause });
  }
}
