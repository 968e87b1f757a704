// The flow of docs/architecture.md as rules: a stage imports itself, the shared model and packages,
// never another stage; only export-job.ts and its siblings at the root know the order.
const stages = ['config', 'client', 'pager', 'tables', 'decode', 'sinks', 'destination', 'checkpoint', 'manifest', 'verify', 'load', 'lake', 'simulator'];
const shared = '^src/(model|errors|json-value|cell|csv-text|document-shape|page-codecs|partition|secret-text|thrift)\\.ts$';

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...stages.map((stage) => ({
      name: `stage-${stage}-stands-alone`,
      severity: 'error',
      from: { path: `^src/${stage}/` },
      to: { path: '^src/', pathNot: [`^src/${stage}/`, shared] },
    })),
    {
      name: 'shared-imports-only-shared',
      severity: 'error',
      from: { path: shared },
      to: { path: '^src/', pathNot: shared },
    },
    {
      name: 'nothing-imports-the-cli',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
