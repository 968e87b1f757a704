import { readFileSync } from 'node:fs';
import { objectOf, string } from './document-shape.js';

const packageFile = new URL('../package.json', import.meta.url);

/** The version of this package, from its own package.json. */
export const VERSION = objectOf({ version: string })(
  JSON.parse(readFileSync(packageFile, 'utf8')),
  'package.json',
).version;
