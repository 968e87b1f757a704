CREATE TABLE `dm`.`it's "t\` 表` (
  `it\`s "n\\ 列` Int64,
  `a boolean` Nullable(Bool),
  `a int64` Nullable(Int64),
  `a double` Nullable(Float64),
  `a string` Nullable(String),
  `a list<boolean>` Array(Nullable(Bool)),
  `a list<boolean>_is_null` UInt8,
  `a list<int64>` Array(Nullable(Int64)),
  `a list<int64>_is_null` UInt8,
  `a list<double>` Array(Nullable(Float64)),
  `a list<double>_is_null` UInt8,
  `a list<string>` Array(Nullable(String)),
  `a list<string>_is_null` UInt8,
  `a json` Nullable(String)
) ENGINE = MergeTree() ORDER BY tuple();
INSERT INTO `dm`.`it's "t\` 表` SELECT `it\`s "n\\ 列`, `a boolean`, `a int64`, `a double`, `a string`, JSONExtract(ifNull(`a list<boolean>`, '[]'), 'Array(Nullable(Bool))'), isNull(`a list<boolean>`), JSONExtract(ifNull(`a list<int64>`, '[]'), 'Array(Nullable(Int64))'), isNull(`a list<int64>`), JSONExtract(ifNull(`a list<double>`, '[]'), 'Array(Nullable(Float64))'), isNull(`a list<double>`), JSONExtract(ifNull(`a list<string>`, '[]'), 'Array(Nullable(String))'), isNull(`a list<string>`), `a json`
  FROM s3('https://bucket.obs.example.com/ranks/it\'s "t` 表/part-00000.ndjson', 'JSONEachRow', '`it\\`s "n\\\\ 列` Int64, `a boolean` Nullable(Bool), `a int64` Nullable(Int64), `a double` Nullable(Float64), `a string` Nullable(String), `a list<boolean>` Nullable(String), `a list<int64>` Nullable(String), `a list<double>` Nullable(String), `a list<string>` Nullable(String), `a json` Nullable(String)')
  SETTINGS precise_float_parsing = 1, input_format_json_read_objects_as_strings = 1, input_format_json_read_arrays_as_strings = 1, input_format_json_read_numbers_as_strings = 1, input_format_json_read_bools_as_strings = 1;
INSERT INTO `dm`.`it's "t\` 表` SELECT `it\`s "n\\ 列`, `a boolean`, `a int64`, `a double`, `a string`, JSONExtract(ifNull(`a list<boolean>`, '[]'), 'Array(Nullable(Bool))'), isNull(`a list<boolean>`), JSONExtract(ifNull(`a list<int64>`, '[]'), 'Array(Nullable(Int64))'), isNull(`a list<int64>`), JSONExtract(ifNull(`a list<double>`, '[]'), 'Array(Nullable(Float64))'), isNull(`a list<double>`), JSONExtract(ifNull(`a list<string>`, '[]'), 'Array(Nullable(String))'), isNull(`a list<string>`), `a json`
  FROM s3('https://bucket.obs.example.com/ranks/it\'s "t` 表/part-00001.ndjson', 'JSONEachRow', '`it\\`s "n\\\\ 列` Int64, `a boolean` Nullable(Bool), `a int64` Nullable(Int64), `a double` Nullable(Float64), `a string` Nullable(String), `a list<boolean>` Nullable(String), `a list<int64>` Nullable(String), `a list<double>` Nullable(String), `a list<string>` Nullable(String), `a json` Nullable(String)')
  SETTINGS precise_float_parsing = 1, input_format_json_read_objects_as_strings = 1, input_format_json_read_arrays_as_strings = 1, input_format_json_read_numbers_as_strings = 1, input_format_json_read_bools_as_strings = 1;
