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
} as const;
export const SIMULATOR_PROJECT = { id: '0d7f4a3c9b1e4f6a8c2d5e7f90a1b2c3', name: 'cn-north-4' } as const;

const named = z.object({ name: z.string() });
const request = z.object({
  auth: z.object({
    identity: z.object({
      methods: z.tuple([z.literal('password')]),
      password: z.object({ user: z.object({ name: z.string(), password: z.string(), domain: named }) }),
    }),
    scope: z.union([
      z.object({ project: z.union([named, z.object({ id: z.string() })]) }),
      z.object({ domain: z.unknown() }),
    ]),
  }),
});

/**
 * `POST /v3/auth/tokens` with a password (IAM page "Obtaining a User Token Through Password Authentication"): 201,
 * the token in `X-Subject-Token`, its end in `token.expires_at`.
 */
export function answerTokenRequest(body: string, tokens: TokenRegistry): Answer {
  const checked = request.safeParse(readJson(body));
  if (!checked.success) throw iamFailure(400, 'The request body is invalid', 'Bad Request');
  const { identity, scope } = checked.data.auth;
  const { user } = identity.password;
  const knowsUser = user.name === SIMULATOR_USER.name && user.domain.name === SIMULATOR_USER.domain;
  if (!knowsUser || user.password !== SIMULATOR_USER.password) {
    throw iamFailure(401, 'The username or password is wrong.', 'Unauthorized');
  }
  if ('project' in scope && !isOurProject(scope.project)) {
    throw iamFailure(401, 'The project cannot be found.', 'Unauthorized');
  }
  const { token, issuedAt, expiresAt } = tokens.issue('project' in scope);
  const domain = { id: 'd78cbac186b744899480f25bd022f468', name: SIMULATOR_USER.domain };
  const description = {
    token: {
      catalog: [],
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

function isOurProject(project: { name: string } | { id: string }): boolean {
  return 'id' in project ? project.id === SIMULATOR_PROJECT.id : project.name === SIMULATOR_PROJECT.name;
}

function iamFailure(code: number, message: string, title: string): GesFailure {
  return new GesFailure(code, { error: { code, message, title } });
}

/** `2020-01-04T09:05:22.701000Z`: UTC with microseconds. */
function timeText(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
