CREATE EXTERNAL TABLE `dm`.`it's "t`` 表` (
  `n` BIGINT,
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
PARTITIONED BY (`day's` BIGINT)
STORED AS PARQUET
LOCATION 's3a://bucket/ranks/it\'s "t` 表';
MSCK REPAIR TABLE `dm`.`it's "t`` 表`;
