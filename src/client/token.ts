import { readFile } from 'node:fs/promises';
import { ConfigError } from '../errors.js';

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
export function createTokenSource(options: TokenOptions): (renew: boolean) => Promise<string> {
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
  let text: string;
  try {
    text = (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    throw new ConfigError('CONFIG_INVALID', `Cannot read the token file "${path}"`, { cause });
  }
  if (text === '' || /\s/.test(text)) {
    throw new ConfigError('CONFIG_INVALID', `The token file "${path}" must hold one token and nothing else`);
  }
  return text;
}
