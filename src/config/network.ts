import { z } from 'zod';
import { text } from './text.js';

/** `http://user:password@host:3128`, or without the scheme, as curl takes it. Messages must not repeat it. */
const proxy = z
  .string()
  .trim()
  .transform((value) => (/^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`))
  .refine(
    (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) && canDecode(value),
    'not an address such as http://proxy:3128',
  );

function canDecode(value: string): boolean {
  const { username, password } = new URL(value);
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

/** The way to the graph and to IAM. */
export const networkShape = {
  /** PEM file of issuers to trust beside the usual ones. */
  caFile: text.optional(),
  /** Takes any certificate. */
  insecure: z.boolean().optional(),
  httpProxy: proxy.optional(),
  httpsProxy: proxy.optional(),
  noProxy: z.string().optional(),
};
