import * as cell from '../../../src/cell.js';
import * as blockStore from '../../../src/decode/columnar/block-store.js';
import * as core from '../../../src/decode/columnar/core.js';
import * as corePlan from '../../../src/decode/columnar/core-plan.js';
import * as windowDecoders from '../../../src/decode/columnar/window-decoders.js';
import * as bufferPool from '../../../src/decode/reference/buffer-pool.js';
import * as decodeBody from '../../../src/decode/reference/decode-body.js';
import * as rowReader from '../../../src/decode/reference/row-reader.js';
import * as jobSource from '../../../src/job-source.js';
import * as jsonValue from '../../../src/json-value.js';
import * as partition from '../../../src/partition.js';
import * as rowDealer from '../../../src/row-dealer.js';
import * as sinkFormats from '../../../src/sinks/sink-formats.js';
import type { Engines } from './compare-engines.mjs';

/** Both engines, from the sources. */
export const engines: Engines = {
  ...cell,
  ...blockStore,
  ...core,
  ...corePlan,
  ...windowDecoders,
  ...bufferPool,
  ...decodeBody,
  ...rowReader,
  ...jobSource,
  ...jsonValue,
  ...partition,
  ...rowDealer,
  ...sinkFormats,
};
