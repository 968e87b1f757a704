import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ERROR_CODES } from '../src/errors.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

function checkDocs(root: string) {
  return spawnSync(process.execPath, [join(root, 'docs', 'generate.mjs'), '--check'], { encoding: 'utf8' });
}

test('the generated pages are what the program says', () => {
  const { status, stderr } = checkDocs(ROOT);
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('a changed page is named', () => {
  const copy = mkdtempSync(join(tmpdir(), 'ges-export-docs-'));
  try {
    cpSync(join(ROOT, 'docs'), join(copy, 'docs'), { recursive: true });
    symlinkSync(join(ROOT, 'dist'), join(copy, 'dist'));
    for (const name of ['cli.md', 'errors.md']) appendFileSync(join(copy, 'docs', name), 'a stray line\n');
    const { status, stderr } = checkDocs(copy);
    expect(stderr).toBe(
      ['cli.md', 'errors.md'].map((name) => `docs/${name} is out of date: run "npm run docs"\n`).join(''),
    );
    expect(status).toBe(1);
  } finally {
    rmSync(copy, { recursive: true });
  }
});

test('the README mentions every command', () => {
  const cli = readFileSync(join(ROOT, 'docs', 'cli.md'), 'utf8');
  const headings = [...cli.matchAll(/^## (ges-export [a-z -]+)$/gm)].map(([, command]) => String(command));
  // A group such as "jobs" is no command of its own: its members are.
  const commands = headings.filter((command) => !headings.some((other) => other.startsWith(`${command} `)));
  expect(commands).toContain('ges-export export');
  expect(commands.filter((command) => !README.includes(command))).toEqual([]);
});

test('the README explains exactly the exit codes that the program has', () => {
  const [, section = ''] = README.split('\n## Exit codes\n');
  const [table = ''] = section.split('\n## ');
  const explained = [...table.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  const codes = new Set([0, ...Object.values(ERROR_CODES).map(({ exit }) => exit)]);
  expect(explained).toEqual([...codes].sort((a, b) => a - b));
});
