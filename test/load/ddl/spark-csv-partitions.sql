CREATE TABLE `it's "t`` 表` (
  `n` BIGINT,
  `a boolean` BOOLEAN,
  `a int64` BIGINT,
  `a double` DOUBLE,
  `a string` STRING,
  `a list<boolean>` STRING,
  `a list<int64>` STRING,
  `a list<double>` STRING,
  `a list<string>` STRING,
  `a json` STRING,
  `day's` BIGINT
)
USING CSV
OPTIONS (header 'true', sep ',', quote '"', escape '"', multiLine 'true', nullValue '\u0001', emptyValue '')
PARTITIONED BY (`day's`)
LOCATION 'obs://bucket/ranks/it\'s "t` 表';
MSCK REPAIR TABLE `it's "t`` 表`;
