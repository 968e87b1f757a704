CREATE TABLE "DM"."it's ""t` 表" (
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
COPY INTO "DM"."it's ""t` 表" FROM (SELECT $1, $2, $3, $4, $5, PARSE_JSON($6)::ARRAY, PARSE_JSON($7)::ARRAY, PARSE_JSON($8)::ARRAY, PARSE_JSON($9)::ARRAY, PARSE_JSON($10) FROM @stage/ranks)
  FILES = ('it''s "t` 表/part-00000.csv', 'it''s "t` 表/part-00001.csv')
  FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE FIELD_DELIMITER = ',' SKIP_HEADER = 1 FIELD_OPTIONALLY_ENCLOSED_BY = '"' ESCAPE_UNENCLOSED_FIELD = NONE EMPTY_FIELD_AS_NULL = TRUE NULL_IF = () ENCODING = UTF8)
  ON_ERROR = ABORT_STATEMENT;
