CREATE TABLE `dm`.`it's "t`` 表` (
  `it``s "n\ 列` BIGINT,
  `a boolean` BOOLEAN,
  `a int64` BIGINT,
  `a double` DOUBLE,
  `a string` STRING,
  `a list<boolean>` ARRAY<BOOLEAN>,
  `a list<int64>` ARRAY<BIGINT>,
  `a list<double>` ARRAY<DOUBLE>,
  `a list<string>` ARRAY<STRING>,
  `a json` STRING
)
USING PARQUET
LOCATION 'obs://bucket/ranks/it\'s "t` 表';
