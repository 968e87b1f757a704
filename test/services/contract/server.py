"""A GES service plane for tests, written from the public API pages.

    python3 server.py --port 0 --variant gzip+chunked --lie none --seed 1

prints one JSON line `{"endpoint", "projectId", "graph", "token"}` and serves until it is terminated.

    GET  /ges/v1.0/{project}/graphs/{graph}/jobs/{job}/status?offset=&limit=   ges_03_0037, ges_03_0472
    GET  /ges/v1.0/{project}/graphs/{graph}/jobs/status?offset=&limit=         ges_03_0204
    GET  /ges/v1.0/{project}/graphs/{graph}/schema
    GET  /_control/stats      what was asked since the last reset
    POST /_control/reset      forget the requests and the progress of lies
    POST /_control/lie?name=  change the lie

Variants are honest answers that the documents allow; they combine with `+`. A lie is an answer that no honest
server gives; one at a time.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import socket
import struct
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from records import (
    CYPHER_BODY,
    FAILED_JOBS,
    SUMMARY_BODY,
    UNUSED_SCHEMA,
    Job,
    Json,
    Number,
    Property,
    catalogue,
)

PROJECT_ID = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
GRAPH = "contract_graph"
TOKEN = "MIIcontract-token-" + "q7Zk" * 40
LIMIT_MAX = 100_000
CLAMP = 400

VARIANTS: dict[str, str] = {
    "plain": "as in the examples of ges_03_0037",
    "data-paging": "paging fields in `data`, as table 3 of ges_03_0037 lists them",
    "rows-in-data": "no `outputs`: everything in `data`, as table 3 of ges_03_0037 declares",
    "string-sizes": "sizes and offsets as numeric strings",
    "pretty": "indented JSON with CRLF and tabs",
    "shuffle": "another key order in every object of every answer",
    "status-first": "`status` before `data`",
    "escapes": "non-ASCII as \\uXXXX, `/` as `\\/`",
    "key-escapes": "one letter of every envelope key as \\uXXXX",
    "chunked": "chunked transfer, chunks of odd sizes from one byte up",
    "gzip": "gzip when the client accepts it",
    "status-complete": "`status: complete` with `result: success` (ges_03_0446, ges_03_0536)",
    "status-upper": "`status: SUCCESS`",
    "no-paging-fields": "no data_return_size, data_offset, data_total_size",
    "clamp": f"at most {CLAMP} records a page, whatever was asked",
    "no-schema": "the schema endpoint is not there",
    "slow-start": "the job is pending, then running, before it is done",
}

LIES: dict[str, str] = {
    "none": "the truth",
    "wrong-offset-echo": "data_offset is one more than what was asked",
    "offset-ignored": "the first page for every offset, echoed as offset 0",
    "repeated-page": "the second page again for every later offset, with the offset that was asked",
    "short-page": "pages end at record 1600 and the rest never comes",
    "long-page": "more records than asked",
    "return-size": "data_return_size is one more than the list holds",
    "total-changes": "data_total_size grows between pages",
    "html": "an HTML page with status 200",
    "html-always": "an HTML page with status 200 from the first request on",
    "truncated": "half a body, with the Content-Length of the half",
    "gzip-crc": "gzip with a wrong checksum",
    "gzip-cut": "gzip that ends early",
    "reset": "the connection is reset in the middle of the body",
    "trailing-garbage": "text after the JSON",
    "nan": "a NaN literal",
    "bad-utf8": "a byte that is no UTF-8, inside a text",
    "bad-utf8-surrogate": "a UTF-8 encoded surrogate, inside a text",
    "bad-utf8-cut": "a multi-byte character without its last byte",
    "bad-number": "a number with a leading zero",
    "bad-escape": "an escape that JSON does not know",
    "raw-newline": "a line feed inside a text",
    "missing-comma": "two records without a comma",
    "extra-comma": "a comma after the last record",
    "duplicate-final-page": "the last page again for every offset past the end",
    "job-vanishes": "can not find job, from the third page on (GES.8301)",
    "error-in-200": "errorCode in an answer with status 200, without data",
    "error-beside-rows": "errorCode in an answer with status 200, beside the records",
    "token-expires": "GES.8007 from the second page on",
    "unavailable": "503 for every page after the first",
    "unavailable-always": "503 for every request",
    "throttled-twice": "429 with Retry-After: 1 two times, then the truth",
}


@dataclass(frozen=True)
class Style:
    """How a JSON text is written."""

    pretty: bool = False
    shuffle: bool = False
    escapes: bool = False
    key_escapes: bool = False


_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_MUST_ESCAPE = re.compile(r'["\\\x00-\x1f]')
_MAY_ESCAPE = re.compile(r'["\\/\x00-\x1f]|[^\x00-\x7e]')


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    if char in _SHORT:
        return _SHORT[char]
    if char == "/":
        return "\\/"
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02X}" for at in range(0, len(units), 2))


def _string(text: str, style: Style) -> str:
    return '"' + (_MAY_ESCAPE if style.escapes else _MUST_ESCAPE).sub(_escape, text) + '"'


ENVELOPE_KEYS = frozenset(
    "data outputs status result data_return_size data_offset data_total_size vertices edges id label properties "
    "source target index".split()
)


def _key(name: str, style: Style, rng: random.Random) -> str:
    if style.key_escapes and name in ENVELOPE_KEYS:
        place = rng.randrange(len(name))
        return f'"{name[:place]}\\u{ord(name[place]):04x}{name[place + 1 :]}"'
    return _string(name, style)


def encode(value: Json, style: Style, rng: random.Random, depth: int = 0) -> str:
    """The JSON text of a value in the given style."""
    if isinstance(value, str):
        return _string(value, style)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, Number)):
        return str(value.text if isinstance(value, Number) else value)
    if isinstance(value, Encoded):
        return value.text
    inner, outer, colon = "", "", ":"
    if style.pretty:
        inner, outer, colon = "\r\n" + "\t" * (depth + 1), "\r\n" + "  " * depth, " : "
    if isinstance(value, list):
        parts = [encode(item, style, rng, depth + 1) for item in value]
        opening, closing = "[", "]"
    else:
        items = list(value.items())
        if style.shuffle:
            rng.shuffle(items)
        parts = [_key(name, style, rng) + colon + encode(item, style, rng, depth + 1) for name, item in items]
        opening, closing = "{", "}"
    if not parts:
        return opening + (" " if style.pretty else "") + closing
    return opening + inner + f",{inner}".join(parts) + outer + closing


@dataclass(frozen=True)
class Encoded:
    """A value that is JSON text already."""

    text: str


@dataclass
class Log:
    """What the client asked since the last reset."""

    pages: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    schema_requests: int = 0
    gzip_answers: int = 0
    without_language: int = 0


@dataclass
class Answer:
    """One HTTP answer before it goes over the wire."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json;charset=UTF-8"
    reset_at: int | None = None


def _error(status: int, code: str, message: str) -> tuple[int, Json]:
    return status, {"errorMessage": message, "errorCode": code}


def _spoil(value: Json, change: str) -> tuple[Json, bool]:
    """A copy of a record with its first number or its last text made wrong."""
    if isinstance(value, dict):
        result: dict[str, Json] = {}
        done = False
        for name, item in value.items():
            if not done:
                item, done = _spoil(item, change)
            result[name] = item
        if not done and change not in ("nan", "bad-number") and len(result) == 1:
            name = next(iter(result))
            return {name + MARK: result[name]}, True
        return result, done
    if isinstance(value, list):
        items = list(value)
        for place, item in enumerate(items):
            items[place], done = _spoil(item, change)
            if done:
                return items, True
        return items, False
    if change in ("nan", "bad-number"):
        if isinstance(value, (int, Number)) and not isinstance(value, bool):
            return Number("NaN" if change == "nan" else "01"), True
        return value, False
    if isinstance(value, str):
        return value + MARK, True
    return value, False


MARK = "@@SPOILED@@"
SPOILED_BYTES = {
    "bad-utf8": b"\xff",
    "bad-utf8-surrogate": b"\xed\xa0\x80",
    "bad-utf8-cut": b"\xe4\xb8",
    "bad-escape": b"\\x",
    "raw-newline": b"\n",
}


class Service:
    """The state of one graph: its jobs, how it answers, and what it was asked."""

    def __init__(self, variants: set[str], lie: str, seed: int) -> None:
        self.variants = variants
        self.lie = lie
        self.seed = seed
        self.jobs = catalogue(seed)
        self.style = Style(
            pretty="pretty" in variants,
            shuffle="shuffle" in variants,
            escapes="escapes" in variants,
            key_escapes="key-escapes" in variants,
        )
        self.lock = threading.Lock()
        self.counter = 0
        self.compact: dict[str, list[str]] = {}
        self.reset()

    def reset(self) -> None:
        self.log = Log()
        self.polls: dict[str, int] = {}
        self.throttled = 0
        self.vanished = False

    def respond(self, path: str, query: dict[str, list[str]], headers: Any) -> Answer:
        """The answer to a GET on the service plane."""
        with self.lock:
            self.counter += 1
            rng = random.Random(f"{self.seed}/{self.counter}")
        status, body = self.route(path, query, headers, rng)
        if isinstance(body, Answer):
            return body
        style = self.style if status == 200 else Style()
        text = encode(body, style, rng)
        return self.finish(Answer(status, text.encode()), headers)

    def finish(self, answer: Answer, headers: Any) -> Answer:
        accepts = "gzip" in (headers.get("Accept-Encoding") or "")
        if "gzip" in self.variants and accepts:
            answer.body = gzip.compress(answer.body, 1)
            answer.headers["Content-Encoding"] = "gzip"
            with self.lock:
                self.log.gzip_answers += 1
        return answer

    def route(self, path: str, query: dict[str, list[str]], headers: Any, rng: random.Random) -> tuple[int, Json]:
        """Checks in the order of a service: token, project, graph, resource (ges_03_0110 codes)."""
        if self.lie == "unavailable-always":
            return 503, Answer(503, b"Service Unavailable", content_type="text/plain")
        if self.lie == "html-always":
            return 200, _html()
        if headers.get("X-Auth-Token") != TOKEN:
            self.reject("token")
            return _error(400, "GES.8007", "invalid token")
        if not headers.get("X-Language"):
            self.log.without_language += 1
        found = re.fullmatch(r"/ges/v1\.0/([^/]+)/graphs/([^/]+)/(.+)", path)
        if not found:
            self.reject(path)
            return 404, {"error_msg": "The API does not exist", "error_code": "APIG.0101"}
        project, graph, resource = (unquote(part) for part in found.groups())
        if project != PROJECT_ID:
            return _error(400, "GES.8006", "invalid resource access")
        if graph != GRAPH:
            return _error(400, "GES.8000", f"graph : {graph} not exist")
        if resource == "schema":
            return self.schema()
        if resource == "jobs/status":
            return 200, self.job_list()
        job = re.fullmatch(r"jobs/([^/]+)/status", resource)
        if not job:
            self.reject(path)
            return 404, {"error_msg": "The API does not exist", "error_code": "APIG.0101"}
        return self.job_status(job.group(1), query, headers, rng)

    def reject(self, what: str) -> None:
        with self.lock:
            self.log.rejected.append(what)

    def schema(self) -> tuple[int, Json]:
        with self.lock:
            self.log.schema_requests += 1
        if "no-schema" in self.variants:
            return 404, {"error_msg": "The API does not exist", "error_code": "APIG.0101"}

        def entry(label: str, kind: str, properties: list[Property]) -> Json:
            listed = [{"name": item.name, "type": item.type, "cardinality": item.cardinality} for item in properties]
            return {"label": label, "type": kind, "properties": listed}

        entries: list[Json] = []
        for job_id, kind in (("vertices", "vertex"), ("edges", "edge"), ("vertices_drift", "vertex")):
            entries += [entry(label, kind, listed) for label, listed in self.jobs[job_id].schema.items()]
        entries += [entry(label, "vertex", listed) for label, listed in UNUSED_SCHEMA.items()]
        return 200, {"data": {"schema": entries}}

    def job_list(self) -> Json:
        """The list of the memory edition, without `result` as in its example (ges_03_0204)."""
        listed = [
            {
                "jobId": job.id,
                "rawRequest": json.dumps({"algorithmName": job.id, "parameters": {}}),
                "taskType": "Algorithm",
                "canStop": False,
                "progress": "100",
                "startTime": "2024-05-23 09:41:40",
                "endTime": "2024-05-23 09:41:40",
                "status": "success",
            }
            for job in self.jobs.values()
        ]
        return {"jobs": listed, "jobCount": len(listed)}

    def job_status(
        self, job_id: str, query: dict[str, list[str]], headers: Any, rng: random.Random
    ) -> tuple[int, Json]:
        try:
            offset = int(query.get("offset", ["0"])[0])
            limit = int(query.get("limit", [str(LIMIT_MAX)])[0])
        except ValueError:
            self.reject("offset or limit is no integer")
            return _error(400, "GES.8000", "offset or limit is invalid")
        with self.lock:
            self.log.pages.append({"job": job_id, "offset": offset, "limit": limit})
        if offset < 0 or not 1 <= limit <= LIMIT_MAX:
            self.reject(f"offset {offset}, limit {limit}")
            return _error(400, "GES.8000", f"limit {limit} is out of range [1, {LIMIT_MAX}]")
        if job_id in FAILED_JOBS:
            status, body, _ = FAILED_JOBS[job_id]
            return status, body
        if job_id not in self.jobs:
            return _error(400, "GES.8301", f"can not find job, jobId is  {job_id}")
        if "slow-start" in self.variants:
            waiting = self.not_done(job_id)
            if waiting is not None:
                return 200, waiting
        job = self.jobs[job_id]
        if self.lie != "none":
            return self.lying_page(job, offset, limit, headers, rng)
        return 200, self.page(job, offset, limit)

    def not_done(self, job_id: str) -> Json | None:
        """Bodies of jobs that are not done are documented nowhere; `data` may be absent, empty or null."""
        with self.lock:
            poll = self.polls[job_id] = self.polls.get(job_id, 0) + 1
        bodies: list[Json] = [
            {"status": "pending"},
            {"data": {}, "status": "running"},
            {"data": None, "status": "running"},
        ]
        return bodies[poll - 1] if poll <= len(bodies) else None

    def page(self, job: Job, offset: int, limit: int) -> Json:
        if job.shape == "cypher":
            return CYPHER_BODY
        if job.shape == "summary":
            return SUMMARY_BODY
        if job.shape == "nothing":
            return self.envelope(None)
        if "clamp" in self.variants:
            limit = min(limit, CLAMP)
        lists, returned = self.window(job, offset, limit)
        return self.body(job, lists, offset, returned, job.total)

    def window(self, job: Job, offset: int, limit: int) -> tuple[dict[str, Json], int]:
        """The record lists of one page and their size in the unit of paging."""
        if job.shape == "one path":
            return {job.key: job.records}, 1
        if not job.paged:
            return {key: self.texts(job, key, 0, len(rows)) for key, rows in job.lists.items()}, 0
        if job.unit == "path":
            return _window_of_paths(job, offset, limit)
        rows = self.texts(job, job.key, offset, offset + limit)
        return {job.key: rows}, len(rows)

    def texts(self, job: Job, key: str, start: int, end: int) -> list[Json]:
        """Records of a window, encoded once for all requests where the style allows it."""
        if self.style != Style():
            return job.lists[key][start:end]
        cached = f"{job.id}/{key}"
        with self.lock:
            if cached not in self.compact:
                rng = random.Random(0)
                self.compact[cached] = [encode(record, self.style, rng) for record in job.lists[key]]
        return [Encoded(text) for text in self.compact[cached][start:end]]

    def body(self, job: Job, lists: dict[str, Json], offset: int, returned: int, total: int) -> Json:
        def size(value: int) -> Json:
            return str(value) if "string-sizes" in self.variants else value

        sizes: dict[str, Json] = {}
        if job.paged and "no-paging-fields" not in self.variants:
            sizes = {
                "data_return_size": size(returned),
                "data_offset": size(offset),
                "data_total_size": size(total),
            }
        own: dict[str, Json] = {**lists, **job.scalars}
        if job.level == "data" or "rows-in-data" in self.variants:
            return self.envelope({**sizes, **own} if job.fields_first else {**own, **sizes})
        if "data-paging" in self.variants:
            return self.envelope({**sizes, "outputs": own} if job.fields_first else {"outputs": own, **sizes})
        if job.fields_first and sizes:
            first = {"data_return_size": sizes.pop("data_return_size")}
            return self.envelope({"outputs": {**first, **own, **sizes}})
        return self.envelope({"outputs": {**own, **sizes}})

    def envelope(self, data: Json | None) -> Json:
        word: dict[str, Json] = {"status": "success"}
        if "status-complete" in self.variants or data is None:
            word = {"status": "complete", "result": "success"}
        if "status-upper" in self.variants:
            word["status"] = "SUCCESS"
        content = {} if data is None else {"data": data}
        return {**word, **content} if "status-first" in self.variants else {**content, **word}

    def lying_page(self, job: Job, offset: int, limit: int, headers: Any, rng: random.Random) -> tuple[int, Json]:
        lie = self.lie
        early = lie in ("long-page", "short-page", "duplicate-final-page", "job-vanishes", "throttled-twice")
        if offset == 0 and not early:
            return 200, self.page(job, offset, limit)
        code = self.refusal(offset)
        if code is not None:
            return code
        status, body = self.wrong_page(job, offset, limit)
        if isinstance(body, Answer):
            return status, body
        return self.wrong_bytes(encode(body, self.style, rng).encode(), headers)

    def refusal(self, offset: int) -> tuple[int, Json] | None:
        """Lies that are an error in place of a page."""
        lie = self.lie
        if lie == "job-vanishes" and (self.vanished or offset >= 2000):
            self.vanished = True
            return _error(400, "GES.8301", "can not find job, jobId is  vanished")
        if lie == "token-expires":
            return _error(400, "GES.8007", "invalid token")
        if lie == "unavailable":
            return 503, Answer(503, b"Service Unavailable", content_type="text/plain")
        if lie == "throttled-twice" and self.throttled < 2:
            self.throttled += 1
            body = b'{"error_msg":"The throttling threshold has been reached","error_code":"APIG.0308"}'
            return 429, Answer(429, body, {"Retry-After": "1"})
        if lie == "error-in-200":
            return 200, {"errorMessage": "job query internal error", "errorCode": "GES.8302"}
        if lie == "html":
            return 200, _html()
        return None

    def wrong_page(self, job: Job, offset: int, limit: int) -> tuple[int, Json]:
        """Lies in the paging fields or the records."""
        lie, total, key = self.lie, job.total, job.key
        if lie == "offset-ignored":
            offset = 0
        start, end = offset, min(offset + limit, total)
        echo, shown_total = offset, total
        if lie == "repeated-page" and offset > job.page_size:
            start, end = job.page_size, job.page_size + (end - start)
        elif lie == "short-page":
            end = max(start, min(end, 1600))
        elif lie == "long-page" and limit > 1:
            end = min(end + 37, total)
        elif lie == "duplicate-final-page" and offset >= total:
            start = max(0, (total - 1) // job.page_size * job.page_size)
            end, echo = total, start
        elif lie == "wrong-offset-echo":
            echo += 1
        elif lie == "total-changes":
            shown_total += offset
        rows: list[Json] = list(job.records[start:end])
        returned = len(rows)
        if lie == "return-size":
            returned += 1
        if lie in SPOILED_BYTES or lie in ("nan", "bad-number"):
            for place in range(len(rows) // 2, len(rows)):
                rows[place], done = _spoil(rows[place], lie)
                if done:
                    break
        body = self.body(job, {key: rows}, echo, returned, shown_total)
        if lie == "error-beside-rows":
            body = {**body, "errorCode": "GES.8302", "errorMessage": "job query internal error"}
        return 200, body

    def wrong_bytes(self, raw: bytes, headers: Any) -> tuple[int, Json]:
        """Lies in the JSON text or on the wire."""
        lie = self.lie
        raw = raw.replace(MARK.encode(), SPOILED_BYTES.get(lie, b""))
        answer = Answer(200, raw)
        if lie == "truncated":
            answer.body = raw[: len(raw) * 6 // 10]
        elif lie == "trailing-garbage":
            answer.body = raw + b"} trailing"
        elif lie in ("missing-comma", "extra-comma"):
            answer.body = _break_list(raw, lie)
        elif lie == "reset":
            answer.reset_at = len(raw) // 2
        elif lie in ("gzip-crc", "gzip-cut"):
            packed = bytearray(gzip.compress(raw, 1))
            if lie == "gzip-crc":
                packed[-8] ^= 0xFF
            answer.body = bytes(packed if lie == "gzip-crc" else packed[: len(packed) * 7 // 10])
            answer.headers["Content-Encoding"] = "gzip"
        else:
            answer = self.finish(answer, headers)
        return 200, answer


def _window_of_paths(job: Job, offset: int, limit: int) -> tuple[dict[str, Json], int]:
    """Offsets that count paths: a pair may be cut in two (totals of the TXT example in ges_03_0528)."""
    groups: list[Json] = []
    position = taken = 0
    for group in job.records:
        size = len(group["paths"])
        start, end = max(0, offset - position), min(size, offset + limit - position)
        if start < end:
            groups.append({**group, "paths": group["paths"][start:end]})
            taken += end - start
        position += size
    return {job.key: groups}, taken


def _break_list(raw: bytes, lie: str) -> bytes:
    for joint, without in ((b"},{", b"}{"), (b"],[", b"][")):
        place = raw.rfind(joint)
        if place >= 0:
            if lie == "missing-comma":
                return raw[:place] + without + raw[place + 3 :]
            end = raw.find(b"]", place) if joint == b"],[" else raw.find(b"}]", place) + 1
            return raw[:end] + b"," + raw[end:]
    raise ValueError("a page of one record has no comma to break")


def _html() -> Answer:
    text = b"<html><head><title>Welcome</title></head><body><h1>Please sign in</h1></body></html>"
    return Answer(200, text, content_type="text/html")


class Handler(BaseHTTPRequestHandler):
    """HTTP around a `Service`."""

    protocol_version = "HTTP/1.1"
    server_version = "GES"
    disable_nagle_algorithm = True
    service: Service

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/_control/stats":
            self.send(Answer(200, json.dumps(vars(self.service.log)).encode()), chunked=False)
            return
        answer = self.service.respond(parts.path, parse_qs(parts.query), self.headers)
        self.send(answer, chunked="chunked" in self.service.variants)

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if parts.path == "/_control/reset":
            self.service.reset()
        elif parts.path == "/_control/lie":
            self.service.lie = parse_qs(parts.query)["name"][0]
        else:
            self.service.reject("POST " + parts.path)
            self.send(Answer(405, b"{}"), chunked=False)
            return
        self.send(Answer(200, b"{}"), chunked=False)

    def do_DELETE(self) -> None:
        self.service.reject("DELETE " + self.path)
        self.send(Answer(405, b"{}"), chunked=False)

    def send(self, answer: Answer, chunked: bool) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("TraceID", f"{self.service.counter:032x}")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if chunked and answer.reset_at is None:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.send_chunks(answer.body)
            return
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if answer.reset_at is None:
            self.wfile.write(answer.body)
            return
        self.wfile.write(answer.body[: answer.reset_at])
        self.wfile.flush()
        time.sleep(0.02)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def send_chunks(self, body: bytes) -> None:
        sizes = [1, 2, 1, 3, 5, 7, 63, 64, 65, 13, 1021, 4093, 1, 8191]
        place = turn = 0
        while place < len(body):
            piece = body[place : place + sizes[turn % len(sizes)]]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
            place += len(piece)
            turn += 1
        self.wfile.write(b"0\r\n\r\n")

    def finish(self) -> None:
        try:
            super().finish()
        except (ConnectionError, ValueError, OSError):
            pass

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionError, ValueError, OSError):
            pass

    def log_message(self, format: str, *args: Any) -> None:
        pass


class LoopbackServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def parse_variants(text: str) -> set[str]:
    chosen = {name for name in text.split("+") if name}
    unknown = chosen - VARIANTS.keys()
    if unknown:
        raise SystemExit(f"unknown variant {', '.join(sorted(unknown))}; known: {', '.join(VARIANTS)}")
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description="A GES service plane for tests.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--variant", default="plain", help="names joined with +: " + ", ".join(VARIANTS))
    parser.add_argument("--lie", default="none", choices=list(LIES))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    Handler.service = Service(parse_variants(options.variant), options.lie, options.seed)
    server = LoopbackServer(("127.0.0.1", options.port), Handler)
    endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    print(
        json.dumps({"endpoint": endpoint, "projectId": PROJECT_ID, "graph": GRAPH, "token": TOKEN}),
        flush=True,
    )
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
