"""Programs that benchmarks start, and what the kernel knows of them. Every server dies with this process, however it ends."""

import ctypes
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import time
import typing

from rounds import BIN

PR_SET_PDEATHSIG = 1
HOURS = 3600


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port():
    """Below the range that the kernel gives to clients, so that no connection takes it between the look and the use."""
    while True:
        port = random.randrange(10_000, 30_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def program(name, *arguments):
    """Runs one of our programs to its end; the JSON object that it printed last."""
    command = [str(BIN / name), *map(str, arguments)]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=2 * HOURS, preexec_fn=die_with_parent)
    lines = ended.stdout.splitlines()
    return json.loads(lines[-1]) if lines else {}


def wait_until(answers, server, seconds=60):
    limit = time.monotonic() + seconds
    while not answers():
        if server.poll() is not None or time.monotonic() > limit:
            raise RuntimeError(f"{server.args[0]} does not answer")
        time.sleep(0.05)


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


class Ended(typing.NamedTuple):
    seconds: float  # from the signal to the end
    written_bytes: int  # sent to the disk in its life
    peak_mib: float  # the most memory that it ever had


class Server:
    """A process that serves until the end of a `with` block."""

    def __init__(self, command, log, **more):
        self._log = open(log, "ab")
        streams = {"stdin": subprocess.DEVNULL, "stdout": self._log, "stderr": self._log}
        self.process = subprocess.Popen([str(word) for word in command], preexec_fn=die_with_parent, **(streams | more))
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._log.close()

    def memory_mib(self, field):
        """VmRSS: resident now; VmHWM: the most there ever was. 0 when it has ended."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        found = re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)
        return int(found.group(1)) / 1024 if found else 0

    def stop(self):
        """Ends it in good order."""
        begin, peak = time.monotonic(), 0
        self.process.send_signal(signal.SIGTERM)
        # Looked at without being reaped: until then its counters can be read.
        while not os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG):
            peak = max(peak, self.memory_mib("VmHWM"))
            if time.monotonic() - begin > HOURS:
                raise RuntimeError(f"{self.process.args[0]} does not stop")
            time.sleep(0.005)
        seconds = time.monotonic() - begin
        io = dict(line.split(": ") for line in pathlib.Path(f"/proc/{self.pid}/io").read_text(encoding="ascii").splitlines())
        if self.process.wait() != 0:
            raise RuntimeError(f"{self.process.args[0]} ended with status {self.process.returncode}")
        return Ended(seconds, int(io["write_bytes"]), peak)


class Store(Server):
    """A feature store on a folder, with the settings that it has by default where none is given."""

    def __init__(self, folder, *flags):
        self.folder = folder / "store"
        self.address = f"127.0.0.1:{free_port()}"
        super().__init__(self.command(self.folder, self.address, *flags), folder / "store.log")

    @staticmethod
    def command(folder, address, *flags):
        return [BIN / "ebb-feature-store", "--data-dir", folder, "--listen", address, *flags]

    def customers(self):
        command = [BIN / "ebb", "stats", "--feature-store", self.address, "--output", "json"]
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)["content"]["customers"]

    def load(self, workload, streams=1, in_flight=4):
        """What ebb-bench-ingest-load prints. Every event must have counted exactly once: a store that is fast and wrong has no figure."""
        sent = load(self.address, workload, streams, in_flight)
        if sent["duplicate"] != workload.repeated:
            raise RuntimeError(f"{sent['duplicate']} events counted as duplicates, but {workload.repeated} were sent before")
        return sent


def load(address, workload, streams=1, in_flight=4, *more):
    """Sends a workload to a store or sink: what ebb-bench-ingest-load prints."""
    result = program("ebb-bench-ingest-load", "--address", address, "--file", workload.path, "--streams", streams, "--in-flight", in_flight, *more)
    if result["rejected"] > 0:
        raise RuntimeError(f"{result['rejected']} events of the workload were refused; it or the store is wrong")
    return result


def folder_bytes(folder):
    return sum(file.stat().st_size for file in pathlib.Path(folder).rglob("*") if file.is_file())
