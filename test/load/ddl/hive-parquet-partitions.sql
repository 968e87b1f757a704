CREATE EXTERNAL TABLE `dm`.`it's "t`` 表` (
  `n` BIGINT,
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
PARTITIONED BY (`day's` BIGINT)
STORED AS PARQUET
LOCATION 's3a://bucket/ranks/it\'s "t` 表';
MSCK REPAIR TABLE `dm`.`it's "t`` 表`;
