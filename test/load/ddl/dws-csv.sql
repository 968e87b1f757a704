CREATE TABLE "dm"."ranks" (
  "it`s ""n\ 列" bigint NOT NULL,
  "a boolean" boolean,
  "a int64" bigint,
  "a double" double precision,
  "a string" text,
  "a list<boolean>" text,
  "a list<int64>" text,
  "a list<double>" text,
  "a list<string>" text,
  "a json" text
);
CREATE FOREIGN TABLE "dm"."ranks_obs" (
  "it`s ""n\ 列" bigint,
  "a boolean" boolean,
  "a int64" bigint,
  "a double" double precision,
  "a string" text,
  "a list<boolean>" text,
  "a list<int64>" text,
  "a list<double>" text,
  "a list<string>" text,
  "a json" text
)
SERVER gsmpp_server
OPTIONS (
  location 'obs://bucket/ranks/ranks/part-00000.csv | obs://bucket/ranks/ranks/part-00001.csv',
  format 'csv',
  header 'true',
  encoding 'utf8',
  delimiter ',',
  null '',
  access_key '<access key>',
  secret_access_key '<secret key>'
)
READ ONLY;
INSERT INTO "dm"."ranks" SELECT * FROM "dm"."ranks_obs";
DROP FOREIGN TABLE "dm"."ranks_obs";
