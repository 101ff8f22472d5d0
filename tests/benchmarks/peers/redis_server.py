"""Redis of the system, without persistence unless asked for."""

import csv
import pathlib
import subprocess

from peers.python_packages import version_of
from processes import HOURS, Server, accepts, die_with_parent, free_port, program, wait_until


class Redis(Server):
    def __init__(self, context, *settings):
        self.port = free_port()
        folder = pathlib.Path(context.folder)
        context.peer("redis", version_of(["redis-server", "--version"]))
        super().__init__(["redis-server", "--port", self.port, "--bind", "127.0.0.1", "--dir", folder, "--save", "", *settings],
                         folder / "redis.log")
        wait_until(lambda: accepts(self.port), self.process)

    def increments(self, commands, keys):
        """Pipelined HINCRBYFLOATs a second, by redis-benchmark."""
        command = ["redis-benchmark", "-p", self.port, "-P", 100, "-c", 4, "-n", commands, "-r", keys, "--csv",
                   "HINCRBYFLOAT", "customer:__rand_int__", "revenue", "1.5"]
        ended = subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, text=True, timeout=HOURS,
                               preexec_fn=die_with_parent)
        header, row = list(csv.reader(ended.stdout.splitlines()))[-2:]
        return float(row[header.index("rps")])

    def hmget(self, customers, connections, seconds):
        """What ebb-bench-redis-hmget prints: 100 customers of 20 fields a pipeline, read as numbers."""
        return program("ebb-bench-redis-hmget", self.port, customers, connections, seconds)
