"""pandas and pyarrow, one frame a page. Arguments: kind, records, format, output file."""

import json
import sys

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pages import COLUMNS, pages

kind, records, file_format, path = sys.argv[1:]
columns = COLUMNS[kind]

TYPES = {"age": pa.int64(), "score": pa.float64(), "code": pa.int64(), "weight": pa.float64()}
TYPES |= {"pagerank": pa.float64(), "path_id": pa.int64()}
TYPES |= {"vertices": pa.list_(pa.string()), "embedding": pa.list_(pa.float64())}
SCHEMA = pa.schema([(name, TYPES.get(name, pa.string())) for name in columns])


def to_frame(page, start):
    if kind == "paths":
        return pd.DataFrame({"path_id": range(start, start + len(page)), "vertices": page})
    if kind in ("pagerank", "embeddings"):
        return pd.DataFrame([entry for record in page for entry in record.items()], columns=columns)
    frame = pd.json_normalize(page)
    for name in frame.columns:
        if name.startswith("properties."):
            frame[name] = frame[name].str[0]
    return frame.rename(columns=lambda name: name.removeprefix("properties."))[columns]


def append(frame, is_first):
    mode = "w" if is_first else "a"
    if file_format == "csv":
        for name in {"vertices", "embedding"} & set(columns):
            frame[name] = frame[name].map(json.dumps)
        frame.to_csv(path, index=False, mode=mode, header=is_first)
    else:
        frame.to_json(path, orient="records", lines=True, mode=mode, force_ascii=False, double_precision=15)


writer = pq.ParquetWriter(path, SCHEMA) if file_format == "parquet" else None
start = 0
for page in pages(kind, int(records)):
    frame = to_frame(page, start)
    if writer is None:
        append(frame, start == 0)
    else:
        writer.write_table(pa.Table.from_pandas(frame, schema=SCHEMA, preserve_index=False))
    start += len(page)
if writer is not None:
    writer.close()
