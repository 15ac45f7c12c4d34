"""What the Gateway's tools cost, in multiples of the least that could do the same.

``python benchmarks/gateway_tools.py [--rounds N]`` needs no stack: DynamoDB is played by a
server in this process, the same one for the floor and for the tools. Each round starts every
contender once, in turn, so that whatever else the machine does meets them all alike.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bizassist.deployment.lambda_archives import build_function

ROUNDS = 15
LIMIT = 1.3

ITEM = (
    b'{"Item":{"serial_number":{"S":"LAPTOP2024001"},"product":{"S":"ProBook 14"},'
    b'"purchase_date":{"S":"2024-01-31"},"end_date":{"S":"2099-01-30"},'
    b'"coverage":{"S":"Parts and labour"},"customer_email":{"S":"alice@example.com"}}}'
)

FLOOR = """
import boto3
client = boto3.client("dynamodb")
client.get_item(TableName="t", Key={"serial_number": {"S": "LAPTOP2024001"}})["Item"]
"""

TOOL = """
import contextlib, io
from types import SimpleNamespace
from gateway_tools.handler import handler
name = {"bedrockAgentCoreToolName": "warranty___check_warranty_status"}
context = SimpleNamespace(client_context=SimpleNamespace(custom=name))
event = {"serial_number": "laptop-2024-001", "customer_email": "alice@example.com"}
with contextlib.redirect_stdout(io.StringIO()):
    assert handler(event, context)["status"] == "active"
"""

SEARCH = """
import contextlib, io
from types import SimpleNamespace
from gateway_tools.handler import handler
name = {"bedrockAgentCoreToolName": "search___web_search"}
context = SimpleNamespace(client_context=SimpleNamespace(custom=name))
with contextlib.redirect_stdout(io.StringIO()):
    assert "error" in handler({"query": ""}, context)
    import gateway_tools.tools.web_search
    gateway_tools.tools.web_search.web_search()
"""


class DynamoDB(BaseHTTPRequestHandler):
    """Answers every request with the one device there is."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Read the request, whatever it is, and answer."""
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "application/x-amz-json-1.0")
        self.send_header("content-length", str(len(ITEM)))
        self.end_headers()
        self.wfile.write(ITEM)

    def log_message(self, *args: Any) -> None:
        """Stay silent: the table below is the output."""


def seconds(program: str, folder: Path, environment: dict[str, str]) -> float:
    """How long a fresh process takes from its start to its end."""
    # -B: Lambda can't write byte code beside our sources, so they are compiled at each start.
    command = [sys.executable, "-B", "-c", program]
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, check=True)  # noqa: S603
    return time.perf_counter() - started


def measure(rounds: int) -> dict[str, list[float]]:
    """The seconds of each contender, round by round."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), DynamoDB)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    environment |= {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_address[1]}",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
        "WARRANTY_TABLE": "t",
    }
    contenders = {"bare boto3": FLOOR, "first warranty": TOOL, "ready to search": SEARCH}
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    try:
        with tempfile.TemporaryDirectory() as folder:
            task = Path(folder, "task")
            zipfile.ZipFile(build_function(Path(folder, "function.zip"))).extractall(task)
            for number in range(rounds + 1):
                for name, program in contenders.items():
                    duration = seconds(program, task, environment)
                    if number:  # the first round only warms the machine's file cache
                        taken[name].append(duration)
    finally:
        server.shutdown()
        server.server_close()
    return taken


def ratio(ours: list[float], theirs: list[float]) -> float:
    """The median of the rounds' own ratios."""
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    taken = measure(parser.parse_args().rounds)
    floor = taken["bare boto3"]
    print(f"{'from process start':<20}{'median':>10}{'least':>10}{'ratio':>8}")
    for name, durations in taken.items():
        median, least = statistics.median(durations) * 1000, min(durations) * 1000
        print(f"{name:<20}{median:>7.0f} ms{least:>7.0f} ms{ratio(durations, floor):>8.2f}")
    print(f"a first warranty answer may cost {LIMIT} x bare boto3")
    return int(ratio(taken["first warranty"], floor) > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
