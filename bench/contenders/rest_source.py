"""The REST source of dlt, into files. Arguments: kind, records, format, output folder.

As its documentation says: an OffsetPaginator that reads the total, a processing step for records that are no flat
objects, no nested tables, files not compressed.
"""

import itertools
import os
import sys
from pathlib import Path

kind, records, file_format, out = sys.argv[1:]
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION"] = "true"

# The bench passes no HOME, so that nobody's settings count; dlt wants one.
os.environ.setdefault("HOME", out)

import dlt  # noqa: E402
from dlt.destinations import filesystem  # noqa: E402
from dlt.sources.helpers.rest_client.paginators import OffsetPaginator  # noqa: E402
from dlt.sources.rest_api import rest_api_source  # noqa: E402

from pages import COLUMNS, LISTS, PAGE_SIZE, graph_url, headers, to_row  # noqa: E402

numbers = itertools.count()


def as_object(record):
    return dict(zip(COLUMNS[kind], to_row(kind, record, next(numbers))))


source = rest_api_source(
    {
        "client": {"base_url": f"{graph_url()}/", "headers": headers()},
        "resources": [
            {
                "name": "table",
                "endpoint": {
                    "path": f"jobs/synthetic-{kind}-{records}/status",
                    "data_selector": f"data.outputs.{LISTS[kind]}",
                    "paginator": OffsetPaginator(limit=PAGE_SIZE, total_path="data.outputs.data_total_size"),
                },
                "processing_steps": [{"map": as_object}],
            }
        ],
    },
    name="ges",
    max_table_nesting=0,
)
pipeline = dlt.pipeline(
    "bench",
    pipelines_dir=f"{out}/state",
    destination=filesystem(bucket_url=Path(out, "data").as_uri()),
    dataset_name="bench",
)
info = pipeline.run(source, loader_file_format="jsonl" if file_format == "ndjson" else file_format)
info.raise_on_failed_jobs()
