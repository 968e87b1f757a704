// Joins the modules of the command, once compiled, and the packages that every export loads into a few files: finding
// and reading some 300 modules one by one is a fifth of a short export (docs/decisions/0013-joined-modules.md). The library
// and its types stay as they were compiled.
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const PACKAGES = fileURLToPath(new URL('../node_modules/', import.meta.url));
const JOINED = ['commander', 'csv-stringify', 'hyparquet', 'p-limit', 'undici', 'zod'];
/**
 * What the command uses of undici: its index evaluates `fetch`, WebSocket, caches and mocks as well. Of the calls that
 * it adds to all dispatchers, only the agents for proxies need one.
 */
const UNDICI = `
import connect from 'undici/lib/api/api-connect.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
Object.assign(Dispatcher.prototype, { connect });
export { default as EnvHttpProxyAgent } from 'undici/lib/dispatcher/env-http-proxy-agent.js';
export { default as Pool } from 'undici/lib/dispatcher/pool.js';
`;
const UNDICI_ID = join(PACKAGES, 'undici', 'parts.js');
const target = join(DIST, 'cli');
const made = join(DIST, 'cli.new');

const { dependencies, peerDependencies } = JSON.parse(
  await readFile(new URL('../package.json', import.meta.url), 'utf8'),
);
const apart = Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => !JOINED.includes(name));

const bundle = await rolldown({
  input: join(target, 'main.js'),
  platform: 'node',
  external: (id) => apart.some((name) => id === name || id.startsWith(`${name}/`)),
  onLog(level, { message }) {
    if (level === 'warn') throw new Error(message);
  },
  plugins: [
    { name: 'own-places', transform: fromItsOwnPlace },
    {
      name: 'parts-of-undici',
      resolveId: (id) => (id === 'undici' ? UNDICI_ID : null),
      load: (id) => (id === UNDICI_ID ? UNDICI : null),
    },
  ],
});
const { output } = await bundle.write({
  dir: made,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
});
await bundle.close();
await writeFile(
  join(made, 'LICENSES.txt'),
  await licencesOf(output.flatMap(({ moduleIds }) => moduleIds ?? [])),
);
await rm(target, { recursive: true });
await rename(made, target);

/** Files beside a module are still found from where it was compiled to. */
function fromItsOwnPlace(code, id) {
  if (!id.startsWith(DIST) || !code.includes('import.meta.url')) return null;
  const place = JSON.stringify(relative(target, id).replaceAll('\\', '/'));
  return code.replaceAll('import.meta.url', `new URL(${place}, import.meta.url)`);
}

/** The licences of all packages whose code is in the files, as each of them asks for. */
async function licencesOf(modules) {
  const folders = new Set(modules.filter((id) => id.startsWith(PACKAGES)).map(folderOf));
  const texts = [];
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`${name} comes without the text of its licence`);
    texts.push(`${name} ${version} (${license})\n\n${(await readFile(join(folder, file), 'utf8')).trim()}\n`);
  }
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

function folderOf(id) {
  const [scopeOrName, name] = relative(PACKAGES, id).split(/[\\/]/);
  return join(PACKAGES, scopeOrName, scopeOrName.startsWith('@') ? name : '');
}
