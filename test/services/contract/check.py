"""Runs an export command against the contract server and judges what it leaves behind.

    python3 check.py --command "node dist/cli/main.js"
    python3 check.py --command "..." --only vertices,edges --variants plain,gzip+shuffle --lies none --formats csv

Every honest job must come back value for value, in every format, through two readers. Every lie must end in a
non-zero exit code with one clear line on stderr and without `_SUCCESS` or `manifest.json`; where the exit code
promises that the same command goes on (3), it must do so once the server is honest again.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import readers
from compare import Export
from expected import Expectation, expect
from records import FAILED_JOBS, Job, catalogue
from server import LIES, VARIANTS, parse_variants

HERE = Path(__file__).resolve().parent
FORMATS = ("csv", "ndjson", "parquet")
STOPPED_FOR_NOW = 3

CORE_JOBS = [
    "pagerank",
    "vertices",
    "edges",
    "all_shortest_paths",
    "bigclam",
    "circles_edge_object",
    "louvain",
    "shortest_path",
    "temporal_graph",
]
"""Jobs that meet every variant; all jobs meet the plain one."""

COMBINATIONS = [
    *VARIANTS,
    "shuffle+pretty+escapes+chunked+string-sizes+data-paging+status-complete",
    "gzip+chunked+clamp+status-first+key-escapes",
    "no-paging-fields+no-schema+shuffle+chunked",
    "rows-in-data+no-paging-fields+clamp",
    "clamp+string-sizes+no-schema",
]

SURVIVABLE = {"none", "throttled-twice", "duplicate-final-page"}
"""Lies after which a complete and exact export is right."""

LIE_CASES = [("pagerank", "csv"), ("vertices", "parquet"), ("edges", "ndjson")]

LIE_COMBINATIONS = [
    *((lie, "plain") for lie in LIES if lie != "none"),
    ("offset-ignored", "no-paging-fields"),
    ("repeated-page", "no-paging-fields"),
    ("duplicate-final-page", "no-paging-fields"),
    ("truncated", "chunked"),
    ("truncated", "pretty+no-paging-fields"),
    ("trailing-garbage", "chunked+shuffle"),
]

EXIT_CODE = {"job-vanishes": {4}, "unavailable": {3}, "unavailable-always": {3}, "reset": {3}}
FAILURES = {1, 3, 4, 5}

STACK_TRACE = re.compile(r"^\s+at .+|node:internal|UnhandledPromise|Traceback|\[object Object\]", re.MULTILINE)
ERROR_LINE = re.compile(r"^ges-export: (.{20,})$", re.MULTILINE)
"""What went wrong, in one line; progress, retries and warnings stand without the name of the program."""


@dataclass
class Server:
    """A running contract server."""

    endpoint: str
    project: str
    graph: str
    token: str

    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GES_")}
        return {
            **inherited,
            "GES_ENDPOINT": self.endpoint,
            "GES_PROJECT_ID": self.project,
            "GES_GRAPH": self.graph,
            "GES_TOKEN": self.token,
        }

    def control(self, path: str) -> None:
        request = urllib.request.Request(f"{self.endpoint}/_control/{path}", data=b"", method="POST")
        urllib.request.urlopen(request, timeout=30).close()

    def stats(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.endpoint}/_control/stats", timeout=30) as response:
            return dict(json.load(response))


@contextmanager
def serving(variant: str, lie: str, seed: int) -> Iterator[Server]:
    command = [
        sys.executable,
        str(HERE / "server.py"),
        "--variant",
        variant,
        "--lie",
        lie,
        "--seed",
        str(seed),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        yield Server(said["endpoint"], said["projectId"], said["graph"], said["token"])
    finally:
        process.terminate()
        process.wait()


class Check:
    """The export command under test, and the count of what passed."""

    def __init__(self, command: list[str], workspace: Path, options: argparse.Namespace) -> None:
        self.command = command
        self.workspace = workspace
        self.options = options
        self.jobs = catalogue(options.seed)
        self.passed = 0
        self.failed = 0

    def run(self, server: Server, job: str, form: str, out: Path) -> subprocess.CompletedProcess[str]:
        job_page = self.jobs[job].page_size if job in self.jobs else 1000
        arguments = ["export", job, "--format", form, "--out", str(out), "--page-size", str(job_page), "--quiet"]
        return subprocess.run(
            [*self.command, *arguments],
            env=server.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=self.options.timeout,
        )

    def bounded(self, export: Callable[..., list[str]], *case: Any) -> list[str]:
        try:
            return export(*case)
        except subprocess.TimeoutExpired:
            return [f"still running after {self.options.timeout} s"]

    def report(self, name: str, problems: list[str]) -> None:
        if problems:
            self.failed += 1
            print(f"FAIL {name}", flush=True)
            for problem in problems[: self.options.lines]:
                print(f"     {problem}", flush=True)
        else:
            self.passed += 1
            if self.options.verbose:
                print(f"ok   {name}", flush=True)

    def honest(self, variant: str, jobs: list[str]) -> None:
        variants = parse_variants(variant)
        with (
            serving(variant, "none", self.options.seed) as server,
            ThreadPoolExecutor(self.options.workers) as pool,
        ):
            cases = [(job, form) for job in jobs for form in self.options.formats]
            for (job, form), problems in zip(
                cases, pool.map(lambda case: self.bounded(self.honest_export, server, variant, variants, *case), cases)
            ):
                self.report(f"{job} {form} [{variant}]", problems)
            self.report(f"requests [{variant}]", self.judge_requests(server, variants))

    def honest_export(self, server: Server, variant: str, variants: set[str], job: str, form: str) -> list[str]:
        expectation = expect(job, self.jobs, variants)
        out = self.workspace / f"{variant}-{job}-{form}"
        result = self.run(server, job, form, out)
        if "slow-start" in variants:
            result = self.ask_again(result, server, job, form, out)
        problems = self.judge(result, out, form, expectation, server)
        exported = result.returncode == 0 and job in self.jobs
        if exported and not problems and variant == "plain" and form == "parquet":
            problems += self.judge_row_groups(self.jobs[job], out)
        shutil.rmtree(out, ignore_errors=True)
        return problems

    def ask_again(
        self, result: subprocess.CompletedProcess[str], server: Server, job: str, form: str, out: Path
    ) -> subprocess.CompletedProcess[str]:
        """A job that is not done may be waited for, or end in exit code 3: then the same command goes on."""
        for _ in range(6):
            if result.returncode != STOPPED_FOR_NOW:
                break
            result = self.run(server, job, form, out)
        return result

    def judge(
        self,
        result: subprocess.CompletedProcess[str],
        out: Path,
        form: str,
        expectation: Expectation,
        server: Server,
    ) -> list[str]:
        if result.returncode not in expectation.exits:
            accepted = " or ".join(map(str, expectation.exits))
            return [f"exit code {result.returncode}, expected {accepted}", *_said(result)]
        if result.returncode != 0:
            return judge_failure(result, out, server.token)
        problems = Export(out, form, expectation, server.token).check()
        if server.token in result.stdout + result.stderr:
            problems.append("the token is in the output")
        return problems

    def judge_row_groups(self, job: Job, out: Path) -> list[str]:
        """One row group for each window that holds records."""
        if not job.paged or job.total == 0 or job.unit != "record":
            return []
        windows = -(-job.total // job.page_size)
        groups = sum(readers.row_groups(path) for path in out.rglob("*.parquet"))
        return [] if groups == windows else [f"{groups} row groups for {windows} windows"]

    def judge_requests(self, server: Server, variants: set[str]) -> list[str]:
        """What the client may ask: nothing past a known total or over the page size, no pages where there are none."""
        stats = server.stats()
        problems = [f"rejected: {what}" for what in stats["rejected"][:3]]
        if stats["without_language"]:
            problems.append(f"{stats['without_language']} requests without X-Language (ges_03_0121)")
        asked: dict[str, int] = {}
        for page in stats["pages"]:
            job = self.jobs.get(page["job"])
            if job is None:
                continue
            asked[job.id] = asked.get(job.id, 0) + 1
            known = job.paged and "no-paging-fields" not in variants and job.total > 0
            if known and page["offset"] >= job.total:
                problems.append(f"{job.id}: offset {page['offset']} asked, total {job.total}")
            if page["limit"] > job.page_size:
                problems.append(f"{job.id}: limit {page['limit']} asked, page size {job.page_size}")
        for name, count in asked.items():
            unpaged = not self.jobs[name].paged and self.jobs[name].shape not in ("cypher", "summary")
            if unpaged and "slow-start" not in variants and count > 2 * len(self.options.formats):
                problems.append(
                    f"{name}: {count} requests for {len(self.options.formats)} exports of an answer without pages"
                )
        return problems[:10]

    def lying(self) -> None:
        chosen = [
            (lie, variant) for lie, variant in LIE_COMBINATIONS if not self.options.lies or lie in self.options.lies
        ]
        cases = [(lie, variant, job, form) for lie, variant in chosen for job, form in LIE_CASES]
        if self.options.only:
            cases = [case for case in cases if case[2] in self.options.only]
        with ThreadPoolExecutor(self.options.workers * 3) as pool:  # most of the time they wait between attempts
            for case, problems in zip(cases, pool.map(lambda case: self.bounded(self.lying_export, *case), cases)):
                lie, variant, job, form = case
                self.report(f"lie {lie}, {job} {form} [{variant}]", problems)

    def lying_export(self, lie: str, variant: str, job: str, form: str) -> list[str]:
        expectation = expect(job, self.jobs, parse_variants(variant))
        out = self.workspace / f"{lie}-{variant}-{job}-{form}"
        with serving(variant, lie, self.options.seed) as server:
            result = self.run(server, job, form, out)
            if result.returncode == 0:
                problems = Export(out, form, expectation, server.token).check()
                if lie not in SURVIVABLE:
                    exact = "the files are right" if not problems else problems[0]
                    problems = [f"exit code 0 although: {LIES[lie]}; {exact}"]
            elif lie == "throttled-twice":
                problems = [f"exit code {result.returncode}, expected 0", *_said(result)]
            else:
                problems = judge_failure(result, out, server.token, EXIT_CODE.get(lie, FAILURES))
                if result.returncode == STOPPED_FOR_NOW:
                    problems += self.go_on(server, job, form, out, expectation)
        shutil.rmtree(out, ignore_errors=True)
        return problems

    def go_on(self, server: Server, job: str, form: str, out: Path, expectation: Expectation) -> list[str]:
        """Exit code 3: the same command goes on."""
        server.control("lie?name=none")
        result = self.run(server, job, form, out)
        if result.returncode != 0:
            return [f"the same command, with an honest server: exit code {result.returncode}", *_said(result)]
        return [f"resumed: {problem}" for problem in Export(out, form, expectation, server.token).check()]


def judge_failure(
    result: subprocess.CompletedProcess[str], out: Path, token: str, codes: set[int] | None = None
) -> list[str]:
    """A failure says what happened in one line and leaves nothing that looks complete."""
    problems = []
    if codes is not None and result.returncode not in codes:
        problems.append(f"exit code {result.returncode}, expected one of {sorted(codes)}")
    for name in ("_SUCCESS", "manifest.json"):
        if (out / name).exists():
            problems.append(f"exit code {result.returncode}, and yet there is {name}")
    if STACK_TRACE.search(result.stderr):
        problems.append("a stack trace on stderr")
    errors = ERROR_LINE.findall(result.stderr)
    if len(errors) != 1 or not result.stderr.rstrip().endswith(errors[0]):
        problems.append(f"{len(errors)} error lines on stderr, expected one, at the end")
    if token in result.stderr + result.stdout:
        problems.append("the token is in the output")
    return problems + _said(result) if problems else []


def _said(result: subprocess.CompletedProcess[str]) -> list[str]:
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    return [f"stderr: {line[:300]}" for line in lines[:4]]


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Judge an export command against the contract server.")
    parser.add_argument("--command", required=True, help='the command under test, e.g. "node dist/cli/main.js"')
    parser.add_argument("--only", type=_names, default=[], help="job ids, joined with commas")
    parser.add_argument(
        "--variants", type=_names, help="combinations such as plain,gzip+shuffle; none for no honest run"
    )
    parser.add_argument("--lies", type=_names, help="names of lies; none for no lying run")
    parser.add_argument("--formats", type=_names, default=list(FORMATS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=240.0, help="seconds for one export")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--lines", type=int, default=6, help="findings to print for one failure")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


def main() -> int:
    options = parse_options()
    with tempfile.TemporaryDirectory(prefix="ges-contract-") as folder:
        check = Check(shlex.split(options.command), Path(folder), options)
        unknown = set(options.only) - check.jobs.keys() - FAILED_JOBS.keys()
        if unknown:
            raise SystemExit(f"unknown job {', '.join(sorted(unknown))}")
        for variant in COMBINATIONS if options.variants is None else options.variants:
            if variant == "none":
                continue
            everything = [*check.jobs, *FAILED_JOBS] if variant == "plain" else CORE_JOBS
            check.honest(variant, options.only or everything)
        if options.lies != ["none"]:
            check.lying()
    print(f"{check.passed} passed, {check.failed} failed")
    return 1 if check.failed or not check.passed else 0


if __name__ == "__main__":
    sys.exit(main())
