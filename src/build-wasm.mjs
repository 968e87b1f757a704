// Compiles what is written in AssemblyScript, and embeds it: writes core-bytes.ts beside each folder.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

for (const folder of ['decode/columnar/core', 'verify/line-core']) {
  const wasm = await compile(fileURLToPath(new URL(`${folder}/`, import.meta.url)));
  const text = [
    `// Made by build-wasm.mjs from ${folder}/*.ts.`,
    `export const CORE_BASE64 =\n  '${wasm.toString('base64')}';`,
    '',
  ].join('\n');
  await writeFile(new URL(`${folder}/../core-bytes.ts`, import.meta.url), text);
  process.stdout.write(`${folder}: ${wasm.length} bytes\n`);
}

async function compile(folder) {
  const optimized = ['--runtime', 'stub', '--optimizeLevel', '3', '--noAssert', '--enable', 'simd'];
  const names = ['index.ts', '--baseDir', folder, '--outFile', 'core.wasm'];
  let wasm;
  const { error, stderr } = await asc.main(
    [...names, ...optimized, '--use', 'abort=', '--exportStart', 'start'],
    {
      writeFile(name, contents) {
        if (name.endsWith('.wasm')) wasm = Buffer.from(contents);
      },
    },
  );
  if (error === null && wasm !== undefined) return wasm;
  process.stderr.write(`${stderr.toString()}\n${error?.message ?? 'nothing was compiled'}\n`);
  process.exit(1);
}
