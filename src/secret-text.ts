/** Shorter texts occur in every message. */
const MIN_SECRET = 4;

/** A text with every secret blotted out, in whichever form; to be called before the text is cut. */
export function withoutSecrets(text: string, secrets: Iterable<string>): string {
  return [...secrets]
    .filter((secret) => secret.length >= MIN_SECRET)
    .flatMap(formsOf)
    .reduce((rest, form) => rest.replaceAll(form, '***'), text);
}

/** More secrets than an export has at a time. */
const MAX_KNOWN = 16;
const knownForms = new Map<string, readonly string[]>();

/** The forms of a secret; the few of an export are asked for with every name and message. */
function formsOf(secret: string): readonly string[] {
  const known = knownForms.get(secret);
  if (known !== undefined) return known;
  if (knownForms.size === MAX_KNOWN) knownForms.clear();
  const forms = findForms(secret);
  knownForms.set(secret, forms);
  return forms;
}

/** What a secret looks like in a text that quotes a request: as it is, in JSON, in JSON of ASCII alone, in a URL. */
function findForms(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const ascii = json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  // A surrogate without its pair has no form in a URL.
  const url = encodeURIComponent(secret.replace(/\p{Surrogate}/gu, '\ufffd'));
  const slashes = [json, ascii].map((form) => form.replaceAll('/', '\\/'));
  return [
    ...new Set([secret, json, ascii, ...slashes, url, url.replace(/%../g, (byte) => byte.toLowerCase())]),
  ];
}

/**
 * The same error with every secret blotted out of all that it says: message, stack, what else stands in it, and the
 * errors behind it. Whoever talks to a server lets no error of it go without this: a server may repeat what it was sent.
 */
export function hideInError(error: unknown, secrets: Iterable<string>): unknown {
  blotOut(error, [...secrets], new Set());
  return error;
}

function blotOut(value: unknown, secrets: readonly string[], seen: Set<unknown>): void {
  if (!isData(value) || seen.has(value)) return;
  seen.add(value);
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    if (typeof property.value !== 'string') {
      blotOut(property.value, secrets, seen);
      continue;
    }
    const clean = withoutSecrets(property.value, secrets);
    if (clean !== property.value) Reflect.defineProperty(value, name, { ...property, value: clean });
  }
}

/** Errors and plain data: what else hangs on an error, such as a connection, is in use. */
function isData(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return value instanceof Error || Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
