#!/usr/bin/env python3
"""What a store of 10 thousand customers and three million events costs at rest: disk, memory, the time of a start."""

import signal

import workloads
from processes import Store, folder_bytes, free_port, program
from rounds import run

EVENTS = 3_000_000
CUSTOMERS = 10_000


def start(folder, end_with):
    """Seconds from the start of the process to SERVING, and resident MiB then; ends it with the signal."""
    address = f"127.0.0.1:{free_port()}"
    return program("ebb-bench-start", address, int(end_with), *Store.command(folder, address, "--log-level", "warning"))


def at_rest(context):
    with Store(context.folder) as server:
        sent = server.load(workloads.workload(context.scaled(EVENTS), CUSTOMERS))
        written = server.stop().written_bytes
    size = folder_bytes(server.folder)
    yield "bytes_per_event", size / sent["accepted"], "B"
    yield "bytes_per_customer", size / CUSTOMERS, "B"
    yield "write_amplification", written / sent["bytes"], "times"
    after_stop = start(server.folder, signal.SIGKILL)
    yield "start", after_stop["seconds"], "s"
    yield "resident_memory", after_stop["resident_mib"], "MiB"
    after_kill = start(server.folder, signal.SIGTERM)
    yield "start_after_kill", after_kill["seconds"], "s"
    yield "resident_memory_after_kill", after_kill["resident_mib"], "MiB"


def killed_in_full_load(context):
    """The worst start: no checkpoint has been written yet, all of the log is folded again."""
    with Store(context.folder) as server:
        server.load(workloads.workload(context.scaled(EVENTS), CUSTOMERS))
        server.process.kill()
        server.process.wait()
    yield "start_after_kill_in_full_load", start(server.folder, signal.SIGTERM)["seconds"], "s"


run("footprint", {"at-rest": [at_rest], "kill": [killed_in_full_load]}, minutes=5)
