import * as louvainModule from 'graphology-communities-louvain';
import * as betweennessModule from 'graphology-metrics/centrality/betweenness.js';
import * as edgeBetweennessModule from 'graphology-metrics/centrality/edge-betweenness.js';

// These packages are CommonJS: `module.exports` is the function itself, while their declarations speak of a
// default export. Node gives `module.exports` as `default`, TypeScript takes one level more for granted.
export const louvain = louvainModule.default as unknown as typeof louvainModule.default.default;
export const betweennessCentrality =
  betweennessModule.default as unknown as typeof betweennessModule.default.default;
export const edgeBetweennessCentrality =
  edgeBetweennessModule.default as unknown as typeof edgeBetweennessModule.default.default;
