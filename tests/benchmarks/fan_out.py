#!/usr/bin/env python3
"""Many subscribers, many models, many ends: what the scorer does beside scoring.

`delivered`: a thousand subscribers, each of a thousand customers of its own choice, hear of a model change, beside bare stream writes of gRPC.
`start`: from the start of the three services to all serving, and their memory then. `switches`: a hundred model changes while four connections ask for
scores. `resumed`: a subscriber that is cut off a thousand times and goes on with its last token.
"""

import contextlib
import json
import subprocess
import time

from processes import BIN, Server, die_with_parent, free_port, program
from rounds import run
from scored_shop import scored_shop

CUSTOMERS = 10_000
SUBSCRIBERS = 1_000
EACH = 1_000
SWITCHES = 100
RESUMES = 1_000


class Reader:
    """A program that says `ready` and ends by itself."""

    def __init__(self, name, *arguments):
        self.process = subprocess.Popen([str(BIN / name), *map(str, arguments)], stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)

    def ready(self):
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError(f"{self.process.args[0]} is not ready")

    def result(self):
        out, _ = self.process.communicate(timeout=1200)
        if self.process.returncode:
            raise RuntimeError(f"{self.process.args[0]} ended with status {self.process.returncode}")
        return json.loads(out.splitlines()[-1])


def subscribers(context):
    streams, each = context.scaled(SUBSCRIBERS, least=50), context.scaled(EACH, least=100)
    with scored_shop(context, CUSTOMERS, "logistic", "--max-subscribers", 2 * SUBSCRIBERS) as (_, champion, scorer):
        readers = Reader("ebb-bench-fan-out", scorer.address, streams, CUSTOMERS, each)
        readers.ready()
        champion.promote(2, "logistic")
        yield "delivered", readers.result()["updates_per_second"], "updates/s"


def bare_streams(context):
    streams, each = context.scaled(SUBSCRIBERS, least=50), context.scaled(EACH, least=100)
    port = free_port()
    with Server([BIN / "ebb-bench-bare-fan-out", port, streams, each], context.folder / "bare.log"):
        yield "grpc_streams", Reader("ebb-bench-fan-out", f"127.0.0.1:{port}", streams, CUSTOMERS, each).result()["updates_per_second"], "updates/s"


def services(folder, addresses):
    """The commands of store, trainer and scorer on a folder."""
    store, trainer, scorer = addresses
    yield [BIN / "ebb-feature-store", "--data-dir", folder / "store", "--listen", store]
    yield [BIN / "ebb-trainer", "--data-dir", folder / "trainer", "--listen", trainer, "--feature-store", store]
    yield [BIN / "ebb-scorer", "--data-dir", folder / "scorer", "--listen", scorer, "--feature-store", store, "--trainer", trainer]


def start(context):
    """Of a shop of ten thousand customers who are scored by a stack."""
    with scored_shop(context, CUSTOMERS, "stack") as (store, _, scorer):
        scorer.stop()
        store.stop()
    addresses = [f"127.0.0.1:{free_port()}" for _ in range(3)]
    with contextlib.ExitStack() as stack:
        begin = time.monotonic()
        servers = [stack.enter_context(Server(command, context.folder / f"started-{i}.log"))
                   for i, command in enumerate(services(context.folder, addresses))]
        program("ebb-bench-until-serving", *addresses)
        yield "start", time.monotonic() - begin, "s"
        time.sleep(2)
        yield "resident_memory", sum(server.memory_mib("VmRSS") for server in servers), "MiB"


def switches(context):
    count = context.scaled(SWITCHES, least=10)
    with scored_shop(context, CUSTOMERS, "stack") as (_, champion, scorer):
        champion.promote(2, "stack")  # what the first change takes for good is not a leak
        scorer.wait(2, CUSTOMERS)
        before = scorer.memory_mib("VmRSS")
        asking = Reader("ebb-bench-switches", scorer.address, CUSTOMERS, 2 + count)
        for version in range(3, 3 + count):
            champion.promote(version, "stack" if version == 2 + count else "logistic")
            scorer.wait(version, CUSTOMERS)
        seen = asking.result()
        time.sleep(2)
        yield "switches_failed", seen["failed"], "error"
        yield "switches_mixed", seen["mixed"], "error"
        yield "switches_calls", seen["calls"], "calls"
        yield "memory_before_switches", before, "MiB"
        yield "memory_after_switches", scorer.memory_mib("VmRSS"), "MiB"


def resumed(context):
    with scored_shop(context, CUSTOMERS, "logistic") as (store, _, scorer):
        seen = program("ebb-bench-resume", store.address, scorer.address, CUSTOMERS, context.scaled(RESUMES, least=50))
    yield "resumed_missed", seen["missed"], "error"
    yield "resumed_out_of_order", seen["out_of_order"], "error"
    yield "resumed_scores", seen["scores"], "scores"


run("fan-out", {"subscribers": [subscribers, bare_streams], "start": [start], "switches": [switches], "resume": [resumed]}, minutes=15)
