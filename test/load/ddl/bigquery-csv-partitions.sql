CREATE TABLE `dm.it's "t\` 表` (
  `n` INT64 NOT NULL,
  `a boolean` BOOL,
  `a int64` INT64,
  `a double` FLOAT64,
  `a string` STRING,
  `a list<boolean>` JSON,
  `a list<int64>` JSON,
  `a list<double>` JSON,
  `a list<string>` JSON,
  `a json` JSON,
  `day's` INT64
);
LOAD DATA INTO `dm.it's "t\` 表`
FROM FILES (
  format = 'CSV',
  skip_leading_rows = 1,
  allow_quoted_newlines = true,
  field_delimiter = ',',
  null_marker = '',
  hive_partition_uri_prefix = 'gs://bucket/ranks/it\'s "t` 表',
  uris = ['gs://bucket/ranks/it\'s "t` 表/day%27s=7/part-00000.csv', 'gs://bucket/ranks/it\'s "t` 表/day%27s=__HIVE_DEFAULT_PARTITION__/part-00001.csv']
)
WITH PARTITION COLUMNS (`day's` INT64);
