"""Feast: a repository with Redis as its online store, its HTTP and gRPC servers, and its point-in-time join with DuckDB."""

import datetime
import http.client
import json
import os
import pathlib
import subprocess
import threading
import time

from peers import python_packages
from processes import HOURS, Server, accepts, die_with_parent, free_port, wait_until

REQUIREMENTS = ["feast[redis,duckdb,grpcio]==0.67.0", "duckdb==2.0.1"]
SCRIPTS = pathlib.Path(__file__).parent
QUIET = {"FEAST_USAGE": "False", "PYTHONWARNINGS": "ignore", "LOG_LEVEL": "ERROR"}


def interpreter(context):
    python = python_packages.python("feast", *REQUIREMENTS)
    for name, version in python_packages.versions(python, "feast", "duckdb", "redis", "pandas", "grpcio").items():
        context.peer(f"feast environment: {name}", version)
    return python


def script(python, name, *arguments):
    """Runs one of the feast_*.py scripts; the JSON object that it printed last."""
    ended = subprocess.run([python, SCRIPTS / name, *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True, timeout=2 * HOURS,
                           env=os.environ | QUIET, preexec_fn=die_with_parent)
    lines = ended.stdout.splitlines()
    return json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}


class Repository:
    """Feast on a Redis that holds one row of 20 features for each of the customers."""

    def __init__(self, context, redis, customers):
        self.python = interpreter(context)
        self.folder = pathlib.Path(context.folder) / "feast"
        self.customers = customers
        script(self.python, "feast_views.py", self.folder, redis.port, customers)

    def http_server(self):
        return HttpServer(self)

    def grpc_server(self):
        return GrpcServer(self)

    def command(self, *arguments):
        return [pathlib.Path(self.python).with_name("feast"), "-c", self.folder, *arguments]


class HttpServer(Server):
    """`feast serve`, one worker, as it is by default but for its restart after a thousand requests."""

    def __init__(self, repository):
        self.port = free_port()
        super().__init__(repository.command("serve", "--port", self.port, "--no-access-log", "--max-requests", 10_000_000),
                         repository.folder / "serve.log", env=os.environ | QUIET)
        wait_until(lambda: accepts(self.port) and self._healthy(), self.process, seconds=180)

    def _healthy(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def push_single_rows(self, connections, seconds):
        """Rows a second through /push, each row newer than what is stored (Feast does not write an older one)."""
        counts, errors = [0] * connections, []

        def push(number, until):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
            begin = datetime.datetime.now(datetime.timezone.utc)
            while time.monotonic() < until and not errors:
                row = single_row(number + counts[number] * connections, begin + datetime.timedelta(milliseconds=counts[number]))
                connection.request("POST", "/push", json.dumps({"push_source_name": "push", "df": row, "to": "online"}),
                                   {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    errors.append(f"/push answered {answer.status}")
                counts[number] += 1

        self._push_all(push, connections, seconds=1)  # the first calls load what later ones have
        counts[:] = [0] * connections
        begin = time.monotonic()
        self._push_all(push, connections, seconds)
        if errors:
            raise RuntimeError(errors[0])
        return sum(counts) / (time.monotonic() - begin)

    @staticmethod
    def _push_all(push, connections, seconds):
        until = time.monotonic() + seconds
        threads = [threading.Thread(target=push, args=(number, until)) for number in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def single_row(number, event_time):
    """A row of /push, in the columns of feast_views.py."""
    row = {"customer_id": [f"c{number % 10_000}"], "event_timestamp": [event_time.isoformat()]}
    row.update({f"i{k}": [number + k] for k in range(8)})
    row.update({f"f{k}": [number * 0.25 + k] for k in range(8)})
    row.update({f"s{k}": [f"word{k}"] for k in range(4)})
    return row


class GrpcServer(Server):
    """`feast listen`, as it is by default."""

    def __init__(self, repository):
        self._repository = repository
        self.address = f"127.0.0.1:{free_port()}"
        super().__init__(repository.command("listen", "--address", self.address), repository.folder / "listen.log", env=os.environ | QUIET)

    def read(self, connections, seconds):
        """What feast_reads.py prints; it waits until the server answers."""
        return script(self._repository.python, "feast_reads.py", self.address, self._repository.customers, connections, seconds)
