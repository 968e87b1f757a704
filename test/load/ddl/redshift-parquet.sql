CREATE TABLE "it's ""t` 表" (
  "it`s ""n\ 列" BIGINT NOT NULL,
  "a boolean" BOOLEAN,
  "a int64" BIGINT,
  "a double" DOUBLE PRECISION,
  "a string" VARCHAR(65535),
  "a list<boolean>" SUPER,
  "a list<int64>" SUPER,
  "a list<double>" SUPER,
  "a list<string>" SUPER,
  "a json" SUPER
);
-- s3://bucket/ranks/it's "t` 表.manifest is what this command prints with --manifest.
COPY "it's ""t` 表"
  FROM 's3://bucket/ranks/it''s "t` 表.manifest'
  IAM_ROLE '<ARN of the role>'
  MANIFEST
  FORMAT AS PARQUET
  SERIALIZETOJSON;
