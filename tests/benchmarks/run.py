#!/usr/bin/env python3
"""Runs benchmarks and holds their figures against tests/benchmarks/bars.txt.

Each benchmark is a program that prints one JSON object a line and round: {"bench", "round", "figure", "value", "unit"}. A ratio is taken
within a round and its median over the rounds is what counts. A benchmark that lost a step is judged by what it has, and does not pass.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import typing

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = {
    "ingest": "ingest.py",
    "reads": "reads.py",
    "training-set": "training_set.py",
    "footprint": "footprint.py",
    "holdout": "holdout.py",
    "search": "search.py",
    "quality": "quality.py",
    "revenue": "revenue.py",
    "train": "train.py",
    "explain": "explain.py",
    "score": "score.py",
    "stream": "stream.py",
    "fan-out": "fan_out.py",
}
IN_PARTS = ("ingest", "reads", "training-set", "footprint", "stream", "fan-out")  # what rounds.py runs: they know --only, --scale and --resume
LEAST_ROUNDS = 5
LESS_IS_BETTER = ("s", "ms", "us", "MiB", "B", "tables", "difference", "error")  # units
COLUMNS = ["bench", "figure", "value", "unit", "against", "against_value", "ratio", "difference", "min", "max", "bar", "goal", "holds"]


class Bar(typing.NamedTuple):
    bench: str
    figure: str
    against: str
    least: typing.Optional[float]  # None: stated only
    goal: typing.Optional[float]


def read_bars(bench):
    bars = []
    for line in (HERE / "bars.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, figure, against, least, *goal = line.split()
            if name == bench:
                bars.append(Bar(name, figure, against, None if least == "stated" else float(least), float(goal[0]) if goal else None))
    return bars


def measure(name, options):
    """Yields the figures that a benchmark prints, then its exit status; what it says on standard error goes to ours."""
    with subprocess.Popen([sys.executable, str(HERE / PROGRAMS[name]), *options], stdout=subprocess.PIPE, text=True, encoding="utf-8") as program:
        for line in program.stdout:
            row = json.loads(line)
            if "figure" in row:  # others tell the versions of the peers
                yield row
    if program.returncode:
        print(f"bench {name}: ended with status {program.returncode}", file=sys.stderr)
    yield program.returncode


def figures(name, options):
    """(figure -> {round -> value}, figure -> unit, whether nothing failed) of one benchmark."""
    values, units = {}, {}
    *rows, status = measure(name, options)
    for row in rows:
        values.setdefault(row["figure"], {})[row["round"]] = row["value"]
        units[row["figure"]] = row["unit"]
    return values, units, status == 0


def spread(numbers, middle):
    return {"value": middle(numbers), "min": min(numbers), "max": max(numbers)}


def judge_value(bar, values, unit):
    """A bar for the value itself: its mean over the rounds."""
    row = dict(unit=unit, **spread(values, statistics.mean))
    if bar.least is not None:
        enough = row["value"] <= bar.least if unit in LESS_IS_BETTER else row["value"] >= bar.least
        row["holds"] = enough and len(values) >= LEAST_ROUNDS
    return row


def judge_ratio(bar, ours, theirs, unit):
    """A bar for the ratio of two figures (round -> value): its median over the rounds that have both."""
    rounds = sorted(ours.keys() & theirs.keys())
    # Where less is better (seconds), the ratio says how many times less.
    ratios = [theirs[r] / ours[r] if unit in LESS_IS_BETTER else ours[r] / theirs[r] for r in rounds]
    row = {"value": statistics.median(ours[r] for r in rounds), "unit": unit, "against_value": statistics.median(theirs[r] for r in rounds),
           "ratio": statistics.median(ratios), "min": min(ratios), "max": max(ratios)}
    if bar.least is not None:
        row["holds"] = row["ratio"] >= bar.least and len(rounds) >= LEAST_ROUNDS
    return row


def judge_difference(bar, ours, theirs, unit):
    """A bar below 0: by how much the first figure may be worse than the second, as a mean over the rounds that have both."""
    rounds = sorted(ours.keys() & theirs.keys())
    better = [theirs[r] - ours[r] if unit in LESS_IS_BETTER else ours[r] - theirs[r] for r in rounds]
    return {"value": statistics.mean(ours[r] for r in rounds), "unit": unit, "against_value": statistics.mean(theirs[r] for r in rounds),
            "difference": statistics.mean(better), "min": min(better), "max": max(better),
            "holds": statistics.mean(better) >= bar.least and len(rounds) >= LEAST_ROUNDS}


def judge(bench, values, units, bars, partial):
    """One row for each bar of the benchmark, and one for each figure that no bar mentions. `holds` is None where a figure is only stated.
    `partial`: not everything was to be measured, so bars without a figure are left out."""
    mentioned = set()
    for bar in bars:
        mentioned |= {bar.figure, bar.against}
        row = dict.fromkeys(COLUMNS)
        row.update(bench=bench, figure=bar.figure, against=bar.against, bar="stated" if bar.least is None else bar.least, goal=bar.goal)
        ours = values.get(bar.figure, {})
        theirs = values.get(bar.against, {})
        if ours and bar.against == "-":
            row.update(judge_value(bar, list(ours.values()), units[bar.figure]))
        elif ours.keys() & theirs.keys() and bar.least is not None and bar.least < 0:
            row.update(judge_difference(bar, ours, theirs, units[bar.figure]))
        elif ours.keys() & theirs.keys():
            row.update(judge_ratio(bar, ours, theirs, units[bar.figure]))
        elif partial:
            continue
        else:
            row["holds"] = False
        yield row
    for figure in sorted(values.keys() - mentioned):
        row = dict.fromkeys(COLUMNS)
        row.update(bench=bench, figure=figure, unit=units[figure], holds=False, **spread(list(values[figure].values()), statistics.median))
        yield row


def cell(value):
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return str(value)


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench", description="Measures against the limits and peers of the same run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PROGRAMS)}; none: all")
    parser.add_argument("-o", "--output", choices=["table", "json"], default="table")
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS, help="alternating rounds (default and least that count: 5)")
    parser.add_argument("--seed", type=int, default=1, help="of quality: of the second series of folds (default: 1)")
    parser.add_argument("--only", metavar="PARTS", help=f"of one of {', '.join(IN_PARTS)}: these parts, separated by commas")
    parser.add_argument("--scale", type=float, default=1, help="multiplies sizes, to try things out: figures count at 1 only")
    parser.add_argument("--resume", action="store_true", help="keep what an interrupted run has measured")
    parsed = parser.parse_args()
    for name in parsed.names:
        if name not in PROGRAMS:
            parser.error(f"no benchmark '{name}'; there are {', '.join(PROGRAMS)}")
    parsed.names = parsed.names or list(PROGRAMS)
    if parsed.only and (len(parsed.names) != 1 or parsed.names[0] not in IN_PARTS):
        parser.error(f"--only needs one of {', '.join(IN_PARTS)}")
    return parsed


def options_of(name, parsed):
    options = ["--rounds", str(parsed.rounds)]
    if name == "quality":
        options += ["--seed", str(parsed.seed)]
    if name in IN_PARTS:
        options += ["--scale", str(parsed.scale)]
        options += ["--resume"] if parsed.resume else []
        options += ["--only", parsed.only] if parsed.only else []
    return options


def main():
    parsed = arguments()
    rows, complete = [], True
    for name in parsed.names:
        values, units, ended_well = figures(name, options_of(name, parsed))
        complete &= ended_well
        for row in judge(name, values, units, read_bars(name), partial=parsed.only is not None):
            rows.append(row)
            if parsed.output == "json":
                print(json.dumps(row), flush=True)
    if parsed.output == "table":
        cells = [COLUMNS] + [[cell(row[column]) for column in COLUMNS] for row in rows]
        widths = [max(len(line[i]) for line in cells) for i in range(len(COLUMNS))]
        for line in cells:
            print("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip())
    sys.exit(0 if complete and rows and all(row["holds"] is not False for row in rows) else 1)


if __name__ == "__main__":
    main()
