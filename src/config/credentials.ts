import { z } from 'zod';
import { ConfigError } from '../errors.js';
import { httpAddress, text } from './text.js';

/** What an HTTP header can carry. */
const headerText = z
  .string()
  .trim()
  .regex(/^\S+$/, 'holds white space')
  .regex(/^[\x21-\x7e\s]+$/, 'holds what is not ASCII');

/** Who asks: exactly one of a token, a user with a password, and an access key. */
export const credentialShape = {
  /** The token itself, or the file that holds it. */
  token: headerText.optional(),
  tokenFile: text.optional(),
  /** User, account by name or ID, and password of IAM. */
  user: text.optional(),
  domain: text.optional(),
  domainId: text.optional(),
  password: z.string({ error: 'not a text: write it in quotes' }).min(1, 'empty').optional(),
  passwordFile: text.optional(),
  /** Such as `https://iam.cn-north-4.myhuaweicloud.com`. */
  iamEndpoint: httpAddress.optional(),
  /** The token is for the project of this name, instead of for `projectId`. */
  projectName: text.optional(),
  /** Folder in which tokens that IAM gave are kept; left out, they are kept in memory only. */
  tokenCache: text.optional(),
  /** Access key and secret key, with a security token if they are temporary. */
  ak: headerText.optional(),
  sk: headerText.optional(),
  securityToken: headerText.optional(),
};

type Given = z.output<z.ZodObject<typeof credentialShape>>;

/** One way to say who asks. `projectName` is null where the project's ID is meant. */
export type CredentialChoice =
  | { readonly kind: 'token'; readonly token?: string | undefined; readonly tokenFile?: string | undefined }
  | {
      readonly kind: 'password';
      readonly user: string;
      readonly domain: { readonly name: string } | { readonly id: string };
      readonly password?: string | undefined;
      readonly passwordFile?: string | undefined;
      readonly iamEndpoint: string;
      readonly projectName: string | null;
      readonly tokenCache: string | null;
    }
  | {
      readonly kind: 'key';
      readonly ak: string;
      readonly sk: string;
      readonly securityToken?: string | undefined;
    };

/** @throws ConfigError as `chooseCredentials` does */
export function checkCredentials(given: Given): void {
  chooseCredentials(given);
}

/** @throws ConfigError `CONFIG_CONFLICT` for two of them, `CONFIG_INVALID` for none or half of one */
export function chooseCredentials(given: Given): CredentialChoice {
  const { token, tokenFile, password, passwordFile, ak, sk, securityToken } = given;
  const ways = [
    ['a token', token],
    ['a token file', tokenFile],
    ['a password', password],
    ['a password file', passwordFile],
    ['a secret key', sk],
  ].flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const [first, second] = ways;
  if (second !== undefined) {
    const what = `Both ${first} and ${second} are given`;
    throw new ConfigError('CONFIG_CONFLICT', `${what}: leave one of them out`);
  }
  if (token !== undefined || tokenFile !== undefined) return { kind: 'token', token, tokenFile };
  if (password !== undefined || passwordFile !== undefined) return passwordChoice(given);
  if (ak !== undefined && sk !== undefined) return { kind: 'key', ak, sk, securityToken };
  if (ak !== undefined || sk !== undefined)
    throw missing('An access key has two halves', 'set both GES_AK and GES_SK');
  if (given.user !== undefined)
    throw missing('A user, but no password', 'set GES_PASSWORD or give --password-file');
  throw missing('No token', 'set GES_TOKEN or give --token-file');
}

function passwordChoice(given: Given): CredentialChoice {
  const { user, domain, domainId, password, passwordFile, iamEndpoint, projectName, tokenCache } = given;
  if (user === undefined) throw missing('A password, but no user', 'give --user or set GES_USER');
  if (iamEndpoint === undefined) {
    throw missing(
      'No address of IAM',
      'give --iam-endpoint or set GES_IAM_ENDPOINT, such as https://iam.cn-north-4.myhuaweicloud.com',
    );
  }
  const account =
    domain !== undefined ? { name: domain } : domainId !== undefined ? { id: domainId } : undefined;
  if (account === undefined)
    throw missing(
      'A user, but no account (domain)',
      'give --domain or set GES_DOMAIN; for the account itself it is the same name as the user',
    );
  return {
    kind: 'password',
    user,
    domain: account,
    password,
    passwordFile,
    iamEndpoint,
    projectName: projectName ?? null,
    tokenCache: tokenCache ?? null,
  };
}

function missing(what: string, way: string): ConfigError {
  return new ConfigError('CONFIG_INVALID', `${what}: ${way}`);
}
