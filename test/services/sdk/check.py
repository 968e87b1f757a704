"""The official Python client of GES (huaweicloudsdkges) against `ges-export simulate`, with signed requests.

Its generated calls are those of the management plane: jobs of a graph by its ID, and the task center. It has none for the
service plane, where results are read; those paths are sent through its `do_http_request`, so that it signs them and
reads the answers.

    python check.py [--requests N]   N random requests for the two signers; ends with "N passed, N failed"
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from huaweicloudsdkges.v1 import GesClient as GesClientV1
from huaweicloudsdkges.v1 import ListJobsRequest, ShowJobRequest
from huaweicloudsdkges.v2 import GesClient as GesClientV2
from huaweicloudsdkges.v2 import ListJobs2Request, ShowJob2Request

ROOT = Path(__file__).resolve().parents[3]
IMPORT_JOB = "ff80808167bb90340167bc5d0b1d0002"


def client_of(kind: type, facts: dict[str, str], secret: str | None = None):
    keys = BasicCredentials(facts["ak"], secret or facts["sk"], facts["projectId"])
    return kind.new_builder().with_credentials(keys).with_endpoint(facts["endpoint"]).build()


def same(actual: object, expected: object) -> None:
    if actual != expected:
        raise AssertionError(f"{actual!r} is not {expected!r}")


def refused(call: Callable[[], object], status: int, code: str) -> None:
    try:
        call()
    except ClientRequestException as error:
        # Of the form with `errorMessage` the client keeps the text and makes no code.
        same((error.status_code, code in f"{error.error_code} {error.error_msg}"), (status, True))
        return
    raise AssertionError("nothing was refused")


def show_job(facts: dict[str, str]) -> None:
    """ges_03_0061 and ges_03_0373: the same job in both versions."""
    graph = facts["graphId"]
    v1 = client_of(GesClientV1, facts).show_job(ShowJobRequest(graph_id=graph, job_id=IMPORT_JOB))
    same((v1.job_id, v1.status, v1.job_name), (IMPORT_JOB, "success", "ImportGraph"))
    same([(f.path, f.status) for f in v1.job_detail.edgeset_path], [("airports/routes.csv", "partFailed")])
    v2 = client_of(GesClientV2, facts).show_job2(ShowJob2Request(graph_id=graph, job_id=IMPORT_JOB))
    same((v2.job_id, v2.begin_time, v2.end_time), (IMPORT_JOB, v1.begin_time, v1.end_time))
    same([f.path for f in v2.job_detail.vertexset_path], ["airports/airports.csv"])


def task_center(facts: dict[str, str]) -> None:
    """ges_03_0102."""
    v1 = client_of(GesClientV1, facts)
    everything = v1.list_jobs(ListJobsRequest())
    same((everything.job_count, len(everything.job_list)), (3, 3))
    page = v1.list_jobs(ListJobsRequest(offset="1", limit="1", graph_name=facts["graph"]))
    same((page.job_count, [job.job_id for job in page.job_list]), (3, [IMPORT_JOB]))
    v2 = client_of(GesClientV2, facts)
    failed = v2.list_jobs2(ListJobs2Request(status="failed", start_time="2024-05-24", end_time="2024-05-24"))
    same([(job.job_name, job.fail_reason) for job in failed.job_list], [("ExportGraph", "export graph failed")])


def refusals(facts: dict[str, str]) -> None:
    v1 = client_of(GesClientV1, facts)
    v2 = client_of(GesClientV2, facts)
    graph = facts["graphId"]
    refused(lambda: v1.show_job(ShowJobRequest(graph_id=graph, job_id="none")), 400, "GES.7007")
    refused(lambda: v2.show_job2(ShowJob2Request(graph_id="none", job_id=IMPORT_JOB)), 400, "GES.7000")
    refused(lambda: v2.list_jobs2(ListJobs2Request(status="odd")), 400, "GES.0001")
    other = client_of(GesClientV2, facts, secret="x" * 40)
    refused(lambda: other.list_jobs2(ListJobs2Request()), 401, "APIG.0301")


def service_plane(facts: dict[str, str]) -> None:
    """Submits, waits for, pages, lists and cancels jobs: ges_03_0030, 0037, 0204, 0038."""
    client = client_of(GesClientV1, facts)
    base = f"/ges/v1.0/{facts['projectId']}/graphs/{facts['graph']}"

    def call(method: str, path: str, query: list[tuple[str, object]], body: object = None) -> dict:
        headers = {"Content-Type": "application/json"}
        # Any model will do: what the client does not know stays in the bytes of the answer.
        answer = client.do_http_request(
            method, base + path, query_params=query, header_params=headers, body=body, response_type="ShowJobResponse"
        )
        return json.loads(answer.raw_content)

    body = {"algorithmName": "pagerank", "parameters": {"alpha": 0.85}}
    job = call("POST", "/action", [("action_id", "execute-algorithm")], body)["jobId"]
    state: dict = {}
    for _ in range(200):
        state = call("GET", f"/jobs/{job}/status", [("offset", 100), ("limit", 7)])
        if state["status"] == "success":
            break
        time.sleep(0.1)
    outputs = state["data"]["outputs"]
    same((len(outputs["pagerank"]), outputs["data_offset"], outputs["data_total_size"]), (7, 100, 305))
    listed = call("GET", "/jobs/status", [("limit", 1000), ("offset", 0)])
    same([entry["status"] for entry in listed["jobs"] if entry["jobId"] == job], ["success"])
    refused(lambda: call("DELETE", "/jobs/none", []), 400, "GES.8303")
    refused(lambda: call("GET", "/jobs/none/status", []), 400, "GES.8301")


TEXTS = ["a", "Z9", "-._~", "offset", "a b", "a+b", "100%", "中文", "é", "!*'()", "😀", "=&?", "@:,;$", "x" * 200]


def signers(count: int) -> Callable[[dict[str, str]], None]:
    """Random requests: the same signature from both."""

    def check(_: dict[str, str]) -> None:
        chance = random.Random(20240523)
        lines, expected = [], []
        for index in range(count):
            key = {"accessKey": f"AK{index}", "secretKey": f"secret {chance.random()} é"}
            segments = [chance.choice(TEXTS) for _ in range(chance.randrange(6))]
            path = "/" + "/".join(quote(segment, safe="") for segment in segments)
            query = {chance.choice(TEXTS): chance.choice(TEXTS) for _ in range(chance.randrange(5))}
            body = "".join(chance.choice(TEXTS) for _ in range(chance.randrange(4)))
            stamp = f"2024-0{chance.randrange(1, 10)}-1{chance.randrange(10)}T0{chance.randrange(10)}:30:59Z"
            headers = {"host": f"h{index}.example.com:{chance.randrange(1, 65536)}"}
            if chance.random() < 0.7:
                headers["content-type"] = chance.choice(["application/json", "application/json;charset=utf8"])
            if chance.random() < 0.5:
                headers["x-project-id"] = "p" * chance.randrange(1, 40)
            request = SdkRequest(
                method=chance.choice(["GET", "POST", "DELETE", "PUT"]),
                schema="http",
                host=headers["host"],
                resource_path=path,
                query_params=list(query.items()),
                header_params={**headers, "X-Sdk-Date": stamp.replace("-", "").replace(":", "")},
                body=body,
            )
            target = path + ("?" + "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in query.items()) if query else "")
            plain = {"method": request.method, "path": target, "headers": headers, "body": body}
            lines.append(json.dumps({"key": key, "request": plain, "date": stamp}))
            keys = BasicCredentials(key["accessKey"], key["secretKey"], "p")
            expected.append((Signer(keys).sign(request).header_params["Authorization"], plain))
        signed = subprocess.run(
            ["node", str(Path(__file__).with_name("sign.mjs"))],
            input="\n".join(lines) + "\n", capture_output=True, text=True, check=True,
        ).stdout.splitlines()
        same(len(signed), count)
        for ours, (theirs, plain) in zip(signed, expected):
            if ours != theirs:
                raise AssertionError(f"{plain}\n    {ours}\n    {theirs}")

    return check


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=2000)
    count = parser.parse_args().requests
    command = ["node", str(ROOT / "dist" / "cli" / "main.js"), "simulate"]
    simulator = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    passed = failed = 0
    try:
        assert simulator.stdout is not None
        facts = json.loads(simulator.stdout.readline())
        for name, check in [
            ("show_job, show_job2", show_job),
            ("list_jobs, list_jobs2", task_center),
            ("refusals", refusals),
            ("service plane, signed", service_plane),
            (f"{count} signatures", signers(count)),
        ]:
            try:
                check(facts)
                passed += 1
            except Exception as error:
                failed += 1
                print(f"sdk: {name}: {type(error).__name__}: {error}", file=sys.stderr)
    finally:
        simulator.terminate()
        simulator.wait()
    print(f"official client: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
