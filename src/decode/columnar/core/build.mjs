// Compiles the core and embeds it: writes ../core-bytes.ts.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const here = fileURLToPath(new URL('.', import.meta.url));
let wasm;
const { error, stderr } = await asc.main(
  [
    'index.ts',
    '--baseDir',
    here,
    '--outFile',
    'core.wasm',
    '--runtime',
    'stub',
    '--enable',
    'simd',
    '--optimizeLevel',
    '3',
    '--noAssert',
    '--use',
    'abort=',
    '--exportStart',
    'start',
  ],
  {
    writeFile(name, contents) {
      if (name.endsWith('.wasm')) wasm = Buffer.from(contents);
    },
  },
);
if (error !== null || wasm === undefined) {
  process.stderr.write(`${stderr.toString()}\n${error?.message ?? 'nothing was compiled'}\n`);
  process.exit(1);
}
const text = [
  '// Made by core/build.mjs from core/*.ts.',
  `export const CORE_BASE64 =\n  '${wasm.toString('base64')}';`,
  '',
].join('\n');
await writeFile(`${here}../core-bytes.ts`, text);
process.stdout.write(`core: ${wasm.length} bytes\n`);
