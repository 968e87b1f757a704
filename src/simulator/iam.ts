import { z } from 'zod';
import { GesFailure } from './ges-failure.js';
import { readJson } from './read-json.js';
import type { TokenRegistry } from './tokens.js';
import type { Answer } from './wire.js';

/** The one user that the simulated IAM knows. */
export const SIMULATOR_USER = {
  name: 'demo-user',
  password: 'demo-password',
  domain: 'demo-account',
  domainId: 'd78cbac186b744899480f25bd022f468',
} as const;
export const SIMULATOR_PROJECT = { id: '0d7f4a3c9b1e4f6a8c2d5e7f90a1b2c3', name: 'cn-north-4' } as const;

const byNameOrId = z.union([z.strictObject({ name: z.string() }), z.strictObject({ id: z.string() })]);
const request = z.strictObject({
  auth: z.strictObject({
    identity: z.strictObject({
      methods: z.tuple([z.literal('password')]),
      password: z.strictObject({
        user: z.strictObject({ name: z.string(), password: z.string(), domain: byNameOrId }),
      }),
    }),
    scope: z.union([z.strictObject({ project: byNameOrId }), z.strictObject({ domain: byNameOrId })]),
  }),
});

/** IAM locks a user after this many wrong passwords in a row (user guide, "Login Authentication Policy"). */
const MAX_WRONG_PASSWORDS = 5;

/** What IAM remembers of the logins. */
export class LoginRecord {
  /** Requests for a token so far, refused ones too. */
  requests = 0;
  wrongInARow = 0;
}

/**
 * `POST /v3/auth/tokens` with a password (IAM page "Obtaining a User Token Through Password Authentication"): 201,
 * the token in `X-Subject-Token`, its end in `token.expires_at`. Errors have the envelope of the same page.
 *
 * @throws GesFailure 400 for a body of another form, 401 for wrong words, a wrong project and a locked user
 */
export function answerTokenRequest(
  body: string,
  query: URLSearchParams,
  tokens: TokenRegistry,
  logins: LoginRecord,
): Answer {
  logins.requests += 1;
  const checked = request.safeParse(readJson(body));
  if (!checked.success) throw iamFailure(400, 'The request body is invalid', 'Bad Request');
  const { identity, scope } = checked.data.auth;
  const { user } = identity.password;
  if (logins.wrongInARow >= MAX_WRONG_PASSWORDS)
    throw iamFailure(401, 'The user is locked after too many wrong passwords.', 'Unauthorized');
  const isOurAccount = isSame(user.domain, { name: SIMULATOR_USER.domain, id: SIMULATOR_USER.domainId });
  if (!isOurAccount || user.name !== SIMULATOR_USER.name || user.password !== SIMULATOR_USER.password) {
    logins.wrongInARow += 1;
    throw iamFailure(401, 'The username or password is wrong.', 'Unauthorized');
  }
  logins.wrongInARow = 0;
  if ('project' in scope && !isSame(scope.project, SIMULATOR_PROJECT)) {
    throw iamFailure(401, 'The project cannot be found.', 'Unauthorized');
  }
  const { token, issuedAt, expiresAt } = tokens.issue('project' in scope);
  const domain = { id: SIMULATOR_USER.domainId, name: SIMULATOR_USER.domain };
  const description = {
    token: {
      // With any value of `nocatalog` the list of services is left out.
      catalog: query.has('nocatalog') ? [] : CATALOG,
      expires_at: timeText(expiresAt),
      issued_at: timeText(issuedAt),
      methods: ['password'],
      ...('project' in scope ? { project: { ...SIMULATOR_PROJECT, domain } } : { domain }),
      roles: [{ id: '0', name: 'te_admin' }],
      user: { domain, id: '7116d09f88fa41908676fdd4b039e95b', name: user.name, password_expires_at: '' },
    },
  };
  const text = Buffer.from(JSON.stringify(description));
  return { httpStatus: 201, headers: { 'X-Subject-Token': token }, body: [text] };
}

const CATALOG = [
  {
    endpoints: [
      {
        id: '33e1cbdd86d34e89a63cf8ad16a5f49f',
        interface: 'public',
        region: '*',
        region_id: '*',
        url: 'https://iam.myhuaweicloud.com/v3.0',
      },
    ],
    id: '100a6a3477f1495286579b819d399e36',
    name: 'iam',
    type: 'iam',
  },
];

function isSame(given: { name: string } | { id: string }, known: { name: string; id: string }): boolean {
  return 'id' in given ? given.id === known.id : given.name === known.name;
}

function iamFailure(code: number, message: string, title: string): GesFailure {
  return new GesFailure(code, { error: { code, message, title } });
}

/** `2020-01-04T09:05:22.701000Z`: UTC with microseconds. */
function timeText(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
