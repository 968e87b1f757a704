CREATE TABLE "it's ""t` 表" (
  "it`s ""n\ 列" NUMBER(19,0) NOT NULL,
  "a boolean" BOOLEAN,
  "a int64" NUMBER(19,0),
  "a double" FLOAT,
  "a string" VARCHAR,
  "a list<boolean>" ARRAY,
  "a list<int64>" ARRAY,
  "a list<double>" ARRAY,
  "a list<string>" ARRAY,
  "a json" VARIANT
);
COPY INTO "it's ""t` 表" FROM (SELECT $1:"it`s ""n\ 列"::NUMBER(19,0), $1:"a boolean"::BOOLEAN, $1:"a int64"::NUMBER(19,0), $1:"a double"::FLOAT, $1:"a string"::VARCHAR, $1:"a list<boolean>"::ARRAY, $1:"a list<int64>"::ARRAY, $1:"a list<double>"::ARRAY, $1:"a list<string>"::ARRAY, PARSE_JSON($1:"a json"::VARCHAR) FROM @stage/ranks)
  FILES = ('it''s "t` 表/part-00000.parquet', 'it''s "t` 表/part-00001.parquet')
  FILE_FORMAT = (TYPE = PARQUET)
  ON_ERROR = ABORT_STATEMENT;
