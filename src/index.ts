export type { SubmittedJob } from './client/submission.js';
export { collectGarbage, type Garbage, type GarbageOptions } from './collect-garbage.js';
export type { ConnectionOptions, ExportOptions, StoreOptions } from './config/options.js';
export { ERROR_CODES, type ErrorCode, GesExportError } from './errors.js';
export type { ExportEvent } from './events.js';
export { type ExportHooks, exportJob } from './export-job.js';
export { JsonNumber, JsonObject, type JsonValue, stringifyJson } from './json-value.js';
export {
  type LoadDatabase,
  type LoadHooks,
  type LoadReport,
  type LoadRequest,
  loadExport,
} from './load-export.js';
export type { Manifest } from './manifest/manifest.js';
export { openPages, type PageOptions, type ResultPage } from './open-pages.js';
export { type ReadPagesOptions, readPages } from './pager/read-pages.js';
export { type Simulator, startSimulator } from './simulator/simulator.js';
export { type SubmitOptions, submitJob } from './submit-job.js';
export { checkExport, type VerifyOptions, type VerifyReport, verifyExport } from './verify-export.js';
