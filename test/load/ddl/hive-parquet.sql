CREATE EXTERNAL TABLE `dm`.`it's "t`` 表` (
  `it``s_"n\_列` BIGINT,
  `a_boolean` BOOLEAN,
  `a_int64` BIGINT,
  `a_double` DOUBLE,
  `a_string` STRING,
  `a_list<boolean>` ARRAY<BOOLEAN>,
  `a_list<int64>` ARRAY<BIGINT>,
  `a_list<double>` ARRAY<DOUBLE>,
  `a_list<string>` ARRAY<STRING>,
  `a_json` STRING
)
STORED AS PARQUET
LOCATION 'obs://bucket/ranks/it\'s "t` 表';
