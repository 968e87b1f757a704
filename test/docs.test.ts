import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ERROR_CODES } from '../src/errors.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

const PAGES = ['cli.md', 'errors.md', 'shapes.md'];

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
    mkdirSync(join(copy, 'test'));
    symlinkSync(join(ROOT, 'test', 'golden'), join(copy, 'test', 'golden'));
    for (const name of PAGES) appendFileSync(join(copy, 'docs', name), 'a stray line\n');
    const { status, stderr } = checkDocs(copy);
    expect(stderr).toBe(PAGES.map((name) => `docs/${name} is out of date: run "npm run docs"\n`).join(''));
    expect(status).toBe(1);
  } finally {
    rmSync(copy, { recursive: true });
  }
});

/** The results that the algorithm pages of the API reference document, by `algorithmName`. */
const ALGORITHMS = [
  'pagerank',
  'personalrank',
  'topicrank',
  'kcore',
  'k_hop',
  'shortest_path',
  'filtered_shortest_path',
  'shortest_path_of_vertex_sets',
  'all_shortest_paths',
  'filtered_all_shortest_paths',
  'all_shortest_paths_of_vertex_sets',
  'all_pairs_shortest_paths',
  'filtered_all_pairs_shortest_paths',
  'sssp',
  'n_paths',
  'filtered_n_paths',
  'closeness',
  'label_propagation',
  'louvain',
  'connected_component',
  'bigclam',
  'link_prediction',
  'node2vec',
  'realtime_recommendation',
  'common_neighbors',
  'common_neighbors_of_vertex_sets',
  'degree_correlation',
  'triangle_count',
  'cluster_coefficient',
  'betweenness',
  'edge_betweenness',
  'od_betweenness',
  'single_vertex_circles_detection',
  'filtered_circle_detection',
  'subgraph_matching',
  'temporal_bfs',
  'temporal_graph',
  'temporal_paths',
];

test('docs/shapes.md shows every algorithm, with its API page', () => {
  const page = readFileSync(join(ROOT, 'docs', 'shapes.md'), 'utf8');
  const sections = page.split('\n### ').slice(1);
  const shown = sections.map((section) => /^[a-z0-9_]+/i.exec(section)?.[0]);
  expect(ALGORITHMS.filter((name) => !shown.includes(name))).toEqual([]);
  for (const section of sections) expect(section).toMatch(/^.*\n\nPage ges_0[35]_\d{4}\./);
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

const EVIDENCE = ['docs/delivery.md', 'SECURITY.md'];

test.each(EVIDENCE)('%s names tests that are there', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const named = [...text.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => String(path));
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('every promise in docs/delivery.md names the test that shows it', () => {
  const text = readFileSync(join(ROOT, 'docs', 'delivery.md'), 'utf8');
  const rows = text.split('\n').filter((line) => /^\| (?!failure|lie)/.test(line));
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.filter((row) => !/`test\/[^`]+\.test\.ts` \|$/.test(row))).toEqual([]);
});

test('every point of the proof in docs/delivery.md names its tests', () => {
  const text = readFileSync(join(ROOT, 'docs', 'delivery.md'), 'utf8');
  const [, section = ''] = text.split('\n## How completeness is proved\n');
  const [proof = ''] = section.split('\n## ');
  const points = proof.split(/\n(?=\d\. )/).slice(1);
  expect(points.length).toBe(4);
  expect(points.filter((point) => !/`test\/[^`]+\.test\.ts`/.test(point))).toEqual([]);
});
