"""A store of many customers, a trainer that only has champions, and a scorer that has scored everybody."""

import contextlib
import subprocess

import workloads
from processes import BIN, Server, Store, free_port, program


class Champion(Server):
    """Its models are made up, and cost what trained ones do (made_up_model.h)."""

    def __init__(self, context, store):
        self.address = f"127.0.0.1:{free_port()}"
        super().__init__([BIN / "ebb-bench-champion", self.address, store.address], context.folder / "champion.log",
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def promote(self, version, kind):
        self.process.stdin.write(f"{version} {kind}\n")
        self.process.stdin.flush()
        if int(self.process.stdout.readline()) != version:
            raise RuntimeError("the champion is another one")


class Scorer(Server):
    """Tells every change."""

    def __init__(self, context, store, trainer, *flags):
        self.address = f"127.0.0.1:{free_port()}"
        super().__init__([BIN / "ebb-scorer", "--data-dir", context.folder / "scorer", "--listen", self.address, "--feature-store", store.address,
                          "--trainer", trainer, "--publish-delta", 0, "--log-level", "warning", *flags], context.folder / "scorer.log")

    def wait(self, version, customers):
        """Seconds from when the version was in service until everybody was scored by it."""
        return program("ebb-bench-scorer-wait", self.address, version, customers)["seconds"]


@contextlib.contextmanager
def scored_shop(context, customers, kind, *flags):
    """Store, champion and scorer; everybody, c0 and so on, is scored by version 1."""
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(Store(context.folder))
        store.load(workloads.everybody(customers))
        champion = stack.enter_context(Champion(context, store))
        champion.promote(1, kind)
        scorer = stack.enter_context(Scorer(context, store, champion.address, *flags))
        scorer.wait(1, customers)
        yield store, champion, scorer
