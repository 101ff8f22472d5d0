#!/usr/bin/env python3
"""How well this month's revenue is told from the other columns, beside scikit-learn 1.9: five folds, the same for both.

Our side is each family of the model report's revenue part at its plain settings (ebb-bench-revenue), theirs the same families as they come out
of the box, and ridge. A round is one draw of the folds. One revenue, a typing error, is left out.

Prints one JSON object a line and round: the symmetric mean absolute percentage error, the mean of the folds; `smape` is that of our best setting.
On standard error stands a table for people.

The shop's files are taken from EBB_SHOP_DATA or ../shared/data/one_click; without them a synthetic shop stands in, and the figures' names say
so.
"""

import argparse
import json
import os
import pathlib
import statistics
import tempfile

from peers import python_packages
from search import HERE, SCIKIT_LEARN, run, say, write_table
from search_table import read_table
from shop_files import ROOT, shop_files

DRIVER = ROOT / "build/release/bin/ebb-bench-revenue"
REFERENCE = HERE / "revenue_reference.py"
TARGET = "revenue_month"


def one_round(python, work, header, rows, number):
    """(figure -> value, setting -> value of ours and theirs)."""
    table = work / "table.csv"
    write_table(table, [["fold", *header], *([0, *row] for row in rows)])
    folds = run(python, REFERENCE, "folds", table, number)
    write_table(table, [["fold", *header], *([fold, *row] for fold, row in zip(folds, rows))])
    ours = [json.loads(line) for line in run(DRIVER, table, TARGET)]
    theirs = [json.loads(line) for line in run(python, REFERENCE, "measure", table, TARGET)]
    figures = {"smape": min(row["smape"] for row in ours)}
    for row in ours:
        name = f"smape_{row['family']}"
        figures[name] = min(figures.get(name, row["smape"]), row["smape"])
    figures.update({f"scikit_learn_smape_{row['family']}": row["smape"] for row in theirs})
    settings = {f"{row['family']} {row['parameters']}": (row["smape"], row["seconds"]) for row in ours}
    settings.update({f"scikit-learn {row['family']}": (row["smape"], row["seconds"]) for row in theirs})
    return figures, settings


def table_for_people(rounds):
    line = "{:70} {:>8} {:>8} {:>8} {:>9}"
    say(line.format(f"SMAPE, {len(rounds)} rounds of five folds", "mean", "least", "most", "seconds"))
    for setting in rounds[0]:
        values, seconds = zip(*(settings[setting] for settings in rounds))
        say(line.format(setting, *(f"{value:.3f}" for value in (statistics.fmean(values), min(values), max(values))),
                        f"{statistics.median(seconds):.2f}"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5, help="draws of the folds; 1 for a quick look")
    arguments = parser.parse_args()
    python = python_packages.python("scikit-learn", SCIKIT_LEARN)
    measured = []
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        folder, kind = shop_files(work)
        header, rows = read_table(folder, with_inactive=True)
        prefix = "" if kind == "shop" else f"{kind}_"
        say(f"bench revenue: {len(rows)} rows of the {kind.replace('_', ' ')}")
        for number in range(1, arguments.rounds + 1):
            say(f"bench revenue: round {number} of {arguments.rounds}, load {os.getloadavg()[0]:.1f}")
            figures, settings = one_round(python, work, header, rows, number)
            measured.append(settings)
            for figure, value in figures.items():
                print(json.dumps({"bench": "revenue", "round": number, "figure": prefix + figure, "value": value, "unit": "error"}), flush=True)
    table_for_people(measured)


if __name__ == "__main__":
    main()
