import { z } from 'zod';

/** Text of at least one character, without white space around it. */
export const text = z.string().trim().min(1, 'empty');

/** `http://…` or `https://…`, with a path at most; no slash at the end. */
export const httpAddress = z
  .string()
  .trim()
  .superRefine((value, context) => {
    const problem = addressProblem(value);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  })
  .transform((value) => value.replace(/\/+$/, ''));

function addressProblem(value: string): string | null {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol))
    return 'not an address such as http://192.168.0.10:80';
  const { username, password } = new URL(value);
  if (username !== '' || password !== '') return 'must not hold a user name or a password';
  return /[?#]/.test(value) ? 'must not hold a query or a fragment' : null;
}
