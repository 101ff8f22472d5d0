#!/usr/bin/env python3
"""Runs benchmarks and holds their figures against tests/benchmarks/bars.txt.

Each benchmark is a program that prints one JSON object a line and round: {"bench", "round", "figure", "value", "unit"}. A ratio is taken
within a round and its median over the rounds is what counts.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROGRAMS = {
    "ingest": [str(ROOT / "build/release/bin/ebb-bench-ingest")],
    "holdout": [sys.executable, str(HERE / "holdout.py")],
    "search": [sys.executable, str(HERE / "search.py")],
}
LEAST_ROUNDS = 5
LESS_IS_BETTER = ("s", "ms", "us", "MiB", "difference")  # units
COLUMNS = ["bench", "figure", "value", "unit", "against", "against_value", "ratio", "min", "max", "bar", "holds"]


def read_bars(names):
    bars = {}
    for line in (HERE / "bars.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            bench, figure, against, least = line.split()
            if bench in names:
                bars[bench, figure, against] = float(least)
    return bars


def measure(name, extra):
    """Yields the objects that a benchmark prints; what it says on standard error goes to ours."""
    with subprocess.Popen(PROGRAMS[name] + extra, stdout=subprocess.PIPE, text=True, encoding="utf-8") as program:
        for line in program.stdout:
            yield json.loads(line)
    if program.returncode:
        sys.exit(f"bench {name}: ended with status {program.returncode}")


def figures(name, extra):
    """(figure -> {round -> value}, figure -> unit) of one benchmark."""
    values, units = {}, {}
    for row in measure(name, extra):
        values.setdefault(row["figure"], {})[row["round"]] = row["value"]
        units[row["figure"]] = row["unit"]
    return values, units


def judge(bench, values, units, bars):
    """One row for each bar of the benchmark, and one for each figure that no bar mentions."""
    mentioned = set()
    for (_, figure, against), bar in bars.items():
        mentioned |= {figure, against}
        row = dict.fromkeys(COLUMNS)
        row.update(bench=bench, figure=figure, against=against, bar=bar, holds=False)
        if against == "-":  # the value itself has a bar: its mean over the rounds
            if figure in values:
                mean = statistics.mean(values[figure].values())
                row.update(value=mean, unit=units[figure], min=min(values[figure].values()), max=max(values[figure].values()),
                           holds=(mean <= bar if units[figure] in LESS_IS_BETTER else mean >= bar) and len(values[figure]) >= LEAST_ROUNDS)
            yield row
            continue
        rounds = sorted(values.get(figure, {}).keys() & values.get(against, {}).keys())
        if rounds:
            # Where less is better (seconds), the ratio says how many times less.
            less = units[figure] in LESS_IS_BETTER
            ratios = [values[against][r] / values[figure][r] if less else values[figure][r] / values[against][r] for r in rounds]
            ratio = statistics.median(ratios)
            row.update(
                value=statistics.median(values[figure].values()), unit=units[figure],
                against_value=statistics.median(values[against].values()),
                ratio=ratio, min=min(ratios), max=max(ratios),
                holds=ratio >= bar and len(rounds) >= LEAST_ROUNDS)
        yield row
    for figure in sorted(values.keys() - mentioned):
        row = dict.fromkeys(COLUMNS)
        row.update(bench=bench, figure=figure, value=statistics.median(values[figure].values()), unit=units[figure], holds=False)
        yield row


def cell(value):
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return str(value)


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description="Measures against the limits and peers of the same run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PROGRAMS)}; none: all")
    parser.add_argument("-o", "--output", choices=["table", "json"], default="table")
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS, help="alternating rounds (default and least that count: 5)")
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in PROGRAMS:
            parser.error(f"no benchmark '{name}'; there are {', '.join(PROGRAMS)}")
    names = arguments.names or list(PROGRAMS)
    rows = []
    for name in names:
        values, units = figures(name, ["--rounds", str(arguments.rounds)])
        for row in judge(name, values, units, read_bars([name])):
            rows.append(row)
            if arguments.output == "json":
                print(json.dumps(row), flush=True)
    if arguments.output == "table":
        cells = [COLUMNS] + [[cell(row[column]) for column in COLUMNS] for row in rows]
        widths = [max(len(line[i]) for line in cells) for i in range(len(COLUMNS))]
        for line in cells:
            print("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip())
    sys.exit(0 if rows and all(row["holds"] for row in rows) else 1)


if __name__ == "__main__":
    main()
