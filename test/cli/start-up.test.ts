import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const FOLDER = new URL('../../dist/cli/', import.meta.url);

/** The packages that a module of the built command loads before it does anything, itself or through others. */
function loadedPackages(name: string, seen = new Set<string>()): Set<string> {
  const packages = new Set<string>();
  if (seen.has(name)) return packages;
  seen.add(name);
  const code = readFileSync(new URL(name, FOLDER), 'utf8');
  for (const [, from = ''] of code.matchAll(/^(?:import|export)\b[^;]*?["']([^"';]+)["'];/gm)) {
    if (!from.startsWith('.')) packages.add(from);
    else for (const found of loadedPackages(from.slice(2), seen)) packages.add(found);
  }
  return packages;
}

test('an export loads no package that it may never need', () => {
  const main = [...loadedPackages('main.js')];
  const chunk = readdirSync(FOLDER).filter((name) => /^export-.*\.js$/.test(name));
  const exported = chunk.flatMap((name) => [...loadedPackages(name)]);

  expect(chunk.length).toBeGreaterThan(0);
  expect([...main, ...exported]).toContain('node:fs/promises');
  expect([...main, ...exported].filter((name) => !name.startsWith('node:'))).toEqual([]);
});
