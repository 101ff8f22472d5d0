"""How the benchmarks of the feature store run: parts made of steps, in turn in every round.

A step measures one thing in a folder of its own and yields (figure, value, unit). It belongs to the parts that need it, so that every figure
is measured in one run with what it is held against; a step that several parts need runs once a round. Each figure is printed as a JSON line
as soon as it is known and kept in build/bench/<benchmark>.jsonl: `--resume` goes on where a run was interrupted, and measures again what was
measured with other programs than those that are there now.
"""

import argparse
import datetime
import hashlib
import json
import os
import pathlib
import shutil
import sys
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WORK = ROOT / "build/bench"  # on the disk that is measured, never in a memory file system such as /tmp may be
BIN = ROOT / "build/release/bin"


def say(text):
    print(text, file=sys.stderr, flush=True)


def programs_digest():
    """Of what is measured and what measures it: a change of either makes another run."""
    digest = hashlib.sha256()
    for program in sorted(BIN.glob("ebb*")):
        digest.update(program.name.encode() + hashlib.sha256(program.read_bytes()).digest())
    return digest.hexdigest()[:16]


class Context:
    """What a step gets: sizes, and a folder that is empty when it begins and gone when it has ended."""

    def __init__(self, bench, scale, results):
        self.bench = bench
        self._scale = scale
        self._results = results
        self._versions = {}
        self.folder = WORK / f"{bench}-run"
        self.kept = WORK / f"{bench}-kept"  # what steps make once a run and share; see `once`
        shutil.rmtree(self.kept, ignore_errors=True)

    def scaled(self, count, least=1000):
        return max(least, int(count * self._scale))

    def once(self, name, make):
        """The folder of that name, filled by make(folder) the first time that a run needs it."""
        folder = self.kept / name
        if not folder.exists():
            unfinished = self.kept / f"{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            make(unfinished)
            unfinished.rename(folder)
        return folder

    def peer(self, name, version):
        """Notes the version of a peer, once a run."""
        if self._versions.get(name) != version:
            self._versions[name] = version
            say(f"bench {self.bench}: {name} {version}")
            self._results.add({"bench": self.bench, "peer": name, "version": version})


class Results:
    """The lines of the run, on standard output and in a file that outlives it."""

    def __init__(self, path, resume):
        self.earlier = {}  # (programs, scale, round, step) -> lines
        if resume and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                if "figure" in row:
                    key = (row.get("programs"), row["scale"], row["round"], row["step"])
                    self.earlier.setdefault(key, []).append(row)
        elif path.exists():
            path.replace(path.with_suffix(".previous.jsonl"))
        self._file = open(path, "a", encoding="utf-8")

    def add(self, row):
        self._file.write(json.dumps(row) + "\n")
        self._file.flush()
        self.show(row)

    @staticmethod
    def show(row):
        print(json.dumps(row), flush=True)


def take_step(context, step, row):
    """The figures of one step as rows that begin with `row`; None where it failed."""
    shutil.rmtree(context.folder, ignore_errors=True)
    context.folder.mkdir(parents=True)
    try:
        return [dict(row, figure=figure, value=value, unit=unit) for figure, value, unit in step(context)]
    except Exception:  # pylint: disable=broad-except
        # An unattended run loses this step, not the night; the logs are kept until the next step that fails.
        traceback.print_exc()
        failed = WORK / f"{context.bench}-failed-{step.__name__}"
        shutil.rmtree(failed, ignore_errors=True)
        context.folder.rename(failed)
        for unfinished in context.kept.glob("*.unfinished"):
            unfinished.rename(failed / unfinished.name)
        say(f"bench {context.bench}: step {step.__name__} failed; its folder: {failed.relative_to(ROOT)}")
        return None
    finally:
        shutil.rmtree(context.folder, ignore_errors=True)


def read_arguments(bench, parts, minutes):
    parser = argparse.ArgumentParser(prog=f"./dev bench {bench}", epilog=f"All of it takes about {minutes} minutes on two quiet cores.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default=",".join(parts), help=f"parts, separated by commas: {', '.join(parts)}")
    parser.add_argument("--scale", type=float, default=1, help="multiplies sizes; figures count at 1 only")
    parser.add_argument("--resume", action="store_true", help="keep what the last run has measured")
    arguments = parser.parse_args()
    for name in arguments.only.split(","):
        if name not in parts:
            parser.error(f"no part '{name}'; there are {', '.join(parts)}")
    return arguments


def take_round(context, results, steps, row):
    """Returns how many steps failed. `row`: what every figure of the round begins with."""
    failures = 0
    for step in steps:
        earlier = results.earlier.get((row["programs"], row["scale"], row["round"], step.__name__))
        if earlier:
            for line in earlier:
                results.show(line)
            continue
        os.sync()  # what the step before has written is not this one's to wait for
        load, begin = os.getloadavg()[0], time.monotonic()
        lines = take_step(context, step, dict(row, step=step.__name__))
        failures += lines is None
        for line in lines or []:
            results.add(line)
        say(f"bench {context.bench}: {datetime.datetime.now():%H:%M:%S} round {row['round']} {step.__name__}: "
            f"{time.monotonic() - begin:.0f} s, load before it {load:.1f}")
    return failures


def run(bench, parts, minutes):
    """main() of a benchmark. `parts`: name -> steps in order. `minutes`: what all of it takes on two quiet cores, five rounds."""
    arguments = read_arguments(bench, parts, minutes)
    steps = list(dict.fromkeys(step for name, of_part in parts.items() if name in arguments.only.split(",") for step in of_part))
    WORK.mkdir(parents=True, exist_ok=True)
    results = Results(WORK / f"{bench}.jsonl", arguments.resume)
    context = Context(bench, arguments.scale, results)
    say(f"bench {bench}: {arguments.rounds} rounds of {', '.join(step.__name__ for step in steps)}; "
        f"all parts at full size take about {minutes} minutes for five rounds")
    failures = 0
    begins_with = {"bench": bench, "programs": programs_digest(), "scale": arguments.scale}
    for number in range(1, arguments.rounds + 1):
        failures += take_round(context, results, steps, dict(begins_with, round=number))
    shutil.rmtree(context.kept, ignore_errors=True)
    sys.exit(1 if failures else 0)
