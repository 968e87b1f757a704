import { type Credentials, keyCredentials, tokenCredentials } from './client/credentials.js';
import type { NetworkOptions } from './client/dispatcher.js';
import { createIamClient, type IamClient, type IamOptions } from './client/iam-token.js';
import { createPasswordSource } from './client/password-token.js';
import { createTokenSource, readPasswordFile } from './client/token.js';
import { createTokenCache } from './client/token-cache.js';
import { type CredentialChoice, chooseCredentials } from './config/credentials.js';
import type { ResolvedConnection } from './config/options.js';

/** How IAM is reached: as the graph is. */
type Reaching = Omit<IamOptions, 'login' | 'network'>;

/**
 * Who asks, as the options say. `close()` them when done.
 *
 * @throws ConfigError `CONFIG_INVALID`, `CONFIG_CONFLICT`
 */
export function createCredentials(connection: ResolvedConnection, reaching: Reaching): Credentials {
  const choice = chooseCredentials(connection);
  const { projectId, endpoint } = connection;
  const network = networkOf(connection);
  const proxySecrets = [network.httpProxy, network.httpsProxy].flatMap(passwordIn);
  switch (choice.kind) {
    case 'token':
      return tokenCredentials(createTokenSource(choice), { secrets: proxySecrets });
    case 'key': {
      const key = { accessKey: choice.ak, secretKey: choice.sk, securityToken: choice.securityToken };
      const credentials = keyCredentials(key, projectId, new URL(endpoint).origin);
      return { ...credentials, secrets: () => [...credentials.secrets(), ...proxySecrets] };
    }
    case 'password':
      return passwordCredentials(choice, projectId, { ...reaching, network }, proxySecrets);
  }
}

/** The parts of the options that say how to reach a server. */
export function networkOf(connection: ResolvedConnection): NetworkOptions {
  const { caFile, insecure, httpProxy, httpsProxy, noProxy } = connection;
  return { caFile, insecure, httpProxy, httpsProxy, noProxy };
}

function passwordCredentials(
  choice: Extract<CredentialChoice, { kind: 'password' }>,
  projectId: string,
  reaching: Omit<IamOptions, 'login'>,
  proxySecrets: readonly string[],
): Credentials {
  const { iamEndpoint, user, domain, projectName, tokenCache } = choice;
  const project = projectName === null ? { id: projectId } : { name: projectName };
  const login = { iamEndpoint, user, domain, project };
  const secrets = new Set(proxySecrets);
  let iam: IamClient | null = null;
  const source = createPasswordSource(async () => {
    const password = choice.password ?? (await readPasswordFile(choice.passwordFile ?? ''));
    secrets.add(password);
    iam = createIamClient({ ...reaching, login });
    return {
      iam,
      password,
      cache: tokenCache === null ? null : createTokenCache(tokenCache, login, password),
    };
  });
  const tokens = tokenCredentials(source, { close: async () => iam?.close() });
  return { ...tokens, secrets: () => [...secrets, ...tokens.secrets()] };
}

/** The password in the address of a proxy, as it is written there and as it is sent. */
function passwordIn(proxy: string | undefined): readonly string[] {
  if (proxy === undefined) return [];
  const { password } = new URL(proxy);
  return password === '' ? [] : [password, decodeURIComponent(password)];
}
