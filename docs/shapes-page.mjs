import { readdirSync, readFileSync } from 'node:fs';

const GOLDEN = new URL('../test/golden/', import.meta.url);

/** Order of the page; a case of another group is an error. */
const GROUPS = [
  'Scores of vertices',
  'Communities and embeddings',
  'Bare vertices',
  'Paths',
  'Circles and subgraphs',
  'Scores of edges',
  'One value',
  'Dynamic graphs',
  'Queries',
  'Cypher and GQL',
  'Jobs without rows',
  'The same result in another form',
];

/**
 * The page of results: one section for each case of test/golden.
 *
 * @throws Error when a case belongs to no group of the page
 */
export function shapesPage(note) {
  const cases = readdirSync(GOLDEN, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => readCase(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const stray = cases.find(({ facts }) => !GROUPS.includes(facts.group));
  if (stray !== undefined) throw new Error(`test/golden/${stray.name}/case.json names no group of docs/shapes.md`);
  const sections = GROUPS.map((group) => {
    const members = cases.filter(({ facts }) => facts.group === group);
    return `## ${group}\n\n${members.map(caseSection).join('\n')}`;
  });
  return [
    note,
    '',
    '# Results and their tables',
    '',
    'For each job of GES: one answer, and the tables that an export makes of it. `ges_03_…` is the page of the API',
    'reference that documents the result. The shape is read from the records, not from the name of the algorithm. Every',
    'answer here is a case of `test/golden`. Scalars stand in `scalars` of `manifest.json`.',
    '',
    sections.join('\n'),
  ].join('\n');
}

function readCase(name) {
  const folder = new URL(`${name}/`, GOLDEN);
  const read = (path) => readFileSync(new URL(path, folder), 'utf8');
  return {
    name,
    facts: JSON.parse(read('case.json')),
    answer: compact(read('answer.json')),
    columns: JSON.parse(read('expected-columns.json')),
    manifest: JSON.parse(read('expected-manifest.json')),
    rows: (table) => read(`${table}/expected.csv`),
  };
}

/** Without the white space between tokens; numbers and escapes as they are. */
function compact(json) {
  return json.replace(/("(?:[^"\\]|\\.)*")|\s+/g, (_, text) => text ?? '');
}

function caseSection({ facts, answer, columns, manifest, rows }) {
  const { job, page, note } = facts;
  const tables = Object.entries(columns).map(([table, list]) => {
    const named = list.map(({ name, type, nullable }) => `\`${name}\` ${type}${nullable ? '' : ' not null'}`);
    return [`Table \`${table}\`: ${named.join(', ')}`, '', '```csv', rows(table).trimEnd(), '```', ''];
  });
  if (tables.length === 0) tables.push(['No table: a manifest with 0 rows and no part file.', '']);
  const scalars = Object.entries(manifest.scalars).map(([name, value]) => `\`${name}\` ${JSON.stringify(value)}`);
  const warnings = manifest.warnings.map((code) => `\`${code}\``);
  return [
    `### ${job}`,
    '',
    `Page ${page}.${note === undefined ? '' : ` ${note}`}`,
    '',
    '```json',
    answer,
    '```',
    '',
    ...tables.flat(),
    ...(scalars.length === 0 ? [] : [`Scalars: ${scalars.join(', ')}`, '']),
    ...(warnings.length === 0 ? [] : [`Warning: ${warnings.join(', ')}`, '']),
  ].join('\n');
}
