CREATE TABLE `dm.it's "t\` 表` (
  `it\`s "n\\ 列` INT64 NOT NULL,
  `a boolean` BOOL,
  `a int64` INT64,
  `a double` FLOAT64,
  `a string` STRING,
  `a list<boolean>` JSON,
  `a list<int64>` JSON,
  `a list<double>` JSON,
  `a list<string>` JSON,
  `a json` JSON
);
LOAD DATA INTO `dm.it's "t\` 表`
FROM FILES (
  format = 'CSV',
  skip_leading_rows = 1,
  allow_quoted_newlines = true,
  field_delimiter = ',',
  null_marker = '',
  uris = ['gs://bucket/ranks/it\'s "t` 表/part-00000.csv', 'gs://bucket/ranks/it\'s "t` 表/part-00001.csv']
);
