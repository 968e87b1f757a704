import { bigqueryDdl } from './bigquery-ddl.js';
import { clickhouseDdl } from './clickhouse-ddl.js';
import type { Dialect, Warehouse } from './ddl-model.js';
import { duckdbDdl } from './duckdb-ddl.js';
import { dwsDdl } from './dws-ddl.js';
import { hiveDdl, sparkDdl } from './hive-ddl.js';
import { postgresDdl } from './postgres-ddl.js';
import { redshiftDdl } from './redshift-ddl.js';
import { snowflakeDdl } from './snowflake-ddl.js';

export const dialects: Readonly<Record<Warehouse, Dialect>> = {
  dws: dwsDdl,
  postgres: postgresDdl,
  clickhouse: clickhouseDdl,
  duckdb: duckdbDdl,
  snowflake: snowflakeDdl,
  bigquery: bigqueryDdl,
  redshift: redshiftDdl,
  hive: hiveDdl,
  spark: sparkDdl,
};
