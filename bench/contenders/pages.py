"""Pages and rows of a job, shared by the contenders in Python."""

import gzip
import json
import os
import urllib.request

PAGE_SIZE = 100_000
LISTS = {
    "vertices": "vertices",
    "pagerank": "pagerank",
    "edges": "edges",
    "paths": "paths",
    "embeddings": "embedding",
}
COLUMNS = {
    "vertices": ["id", "label", "name", "age", "score", "code", "city"],
    "pagerank": ["vertex_id", "pagerank"],
    "edges": ["source", "target", "index", "label", "weight", "since"],
    "paths": ["path_id", "vertices"],
    "embeddings": ["vertex_id", "embedding"],
}


def graph_url():
    env = os.environ
    return f"{env['GES_ENDPOINT']}/ges/v1.0/{env['GES_PROJECT_ID']}/graphs/{env['GES_GRAPH']}"


def headers():
    return {"X-Auth-Token": os.environ["GES_TOKEN"]}


def pages(kind, records):
    """The records of each page, page after page."""
    for offset in range(0, records, PAGE_SIZE):
        url = f"{graph_url()}/jobs/synthetic-{kind}-{records}/status?offset={offset}&limit={PAGE_SIZE}"
        request = urllib.request.Request(url, headers={**headers(), "Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request) as response:
            body = response.read()
            if response.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
        yield json.loads(body)["data"]["outputs"][LISTS[kind]]


def first(properties, name):
    values = properties.get(name)
    return values[0] if values else None


def to_row(kind, record, number):
    """The cells of a record, in the order of its columns; `number` is its place in the job."""
    if kind == "paths":
        return [number, record]
    if kind in ("pagerank", "embeddings"):
        return list(*record.items())
    columns = COLUMNS[kind]
    if kind == "vertices":
        return [record["id"], record["label"], *(first(record["properties"], name) for name in columns[2:])]
    ends = [record[name] for name in columns[:4]]
    return [*ends, *(first(record["properties"], name) for name in columns[4:])]
