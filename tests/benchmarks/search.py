#!/usr/bin/env python3
"""Our grid search on two threads beside scikit-learn's GridSearchCV(n_jobs=2): same table, folds and grid (reference_grid.textproto).

Prints one JSON object a line and round: seconds and scikit_learn_seconds, in all (the sum of the families) and by family, cpu_seconds and
scikit_learn_cpu_seconds, the processor time of all threads and workers, and
auc_difference_<family>, the greatest difference between the two in a setting's mean ROC-AUC. On standard error stands a table for people.

The same for settings that are drawn, a few of each family, random_… beside RandomizedSearchCV and halving_… beside HalvingRandomSearchCV (both
n_jobs=2), seconds and the best mean ROC-AUC of all families; grid_auc is that of our whole grid. Each round draws anew.

Where two splits of a tree are equally good, scikit-learn draws one (random_state) and we take the first. So a tree's difference is the distance
to the range of scikit-learn's own results over 20 random states; the table also counts by how much the mean of these is missed.
A tree of ours does not depend on the scaling, so it stands against all three of scikit-learn's.
"""

import argparse
import csv
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from peers import python_packages
from search_table import read_table
from shop_files import ROOT, shop_files

SCIKIT_LEARN = "scikit-learn==1.9.1"
HERE = pathlib.Path(__file__).resolve().parent
EQUAL = 0.002
TRIALS = 20  # settings of each family
DRAWN = {"random": "random", "halving": "successive-halving"}  # as the reference calls it, and ours


def say(text):
    print(text, file=sys.stderr, flush=True)


def write_table(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def run(*command):
    return subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, text=True, encoding="utf-8").stdout.splitlines()


class Side:
    """What one side printed in one round."""

    def __init__(self, lines):
        rows = [json.loads(line) for line in lines]
        self.seconds = {row["family"]: row["seconds"] for row in rows if "seconds" in row}
        self.cpu_seconds = sum(row["cpu_seconds"] for row in rows if "cpu_seconds" in row)
        self.best = {row["family"]: row["auc"] for row in rows if "seconds" in row}
        self.auc = {(row["family"], row["setting"], row["scaling"]): row["auc"] for row in rows if "setting" in row}


def differences(ours, theirs, tree_ranges):
    """family -> list of differences, one a setting."""
    result = {family: [] for family in theirs.seconds}
    for (family, setting, scaling), auc in theirs.auc.items():
        if family != "decision_tree":
            result[family].append(abs(ours.auc[family, setting, scaling] - auc))
    for setting, seeds in tree_ranges.items():
        auc = ours.auc["decision_tree", setting, "none"]
        result["decision_tree"].append(max(0.0, seeds["least"] - auc, auc - seeds["greatest"]))
    return result


def figure_of(number):
    def figure(name, value, unit):
        print(json.dumps({"bench": "search", "round": number, "figure": name, "value": value, "unit": unit}), flush=True)

    return figure


def report(number, ours, theirs, difference):
    figure = figure_of(number)
    figure("grid_auc", max(ours.best.values()), "area")
    for prefix, side in (("", ours), ("scikit_learn_", theirs)):
        figure(f"{prefix}seconds", sum(side.seconds.values()), "s")
        figure(f"{prefix}cpu_seconds", side.cpu_seconds, "s")
        for family, seconds in side.seconds.items():
            figure(f"{prefix}seconds_{family}", seconds, "s")
    for family, values in difference.items():
        figure(f"auc_difference_{family}", max(values), "difference")


def report_drawn(number, kind, ours, theirs):
    figure = figure_of(number)
    for prefix, side in (("", ours), ("scikit_learn_", theirs)):
        figure(f"{prefix}{kind}_seconds", sum(side.seconds.values()), "s")
        figure(f"{prefix}{kind}_auc", max(side.best.values()), "area")
        say(f"{prefix}{kind}: " + ", ".join(f"{family} {side.seconds[family]:.2f} s {side.best[family]:.4f}" for family in side.best))


def table_for_people(rounds, tree_ranges):
    line = "{:22} {:>9} {:>14} {:>7}   {:>9} {:>14} {:>12}"
    say(line.format("family", "seconds", "scikit-learn", "times", "best AUC", "scikit-learn", "difference"))
    for family in [*rounds[0][1].seconds, "all"]:
        pairs = [[sum(side.seconds.values()) if family == "all" else side.seconds[family] for side in sides[:2]] for sides in rounds]
        ours, theirs = (statistics.median(side) for side in zip(*pairs))
        times = statistics.median(theirs / ours for ours, theirs in pairs)  # within a round, as run.py takes them
        auc = ["", "", ""]
        if family != "all":
            auc = [f"{rounds[0][0].best[family]:.4f}", f"{rounds[0][1].best[family]:.4f}", f"{max(rounds[0][2][family]):.5f}"]
        say(line.format(family, f"{ours:.2f}", f"{theirs:.1f}", f"{times:.0f}", *auc))
    from_mean = [abs(rounds[0][0].auc["decision_tree", setting, "none"] - seeds["mean"]) for setting, seeds in tree_ranges.items()]
    spread = [seeds["greatest"] - seeds["least"] for seeds in tree_ranges.values()]
    say(f"trees, {len(spread)} settings: {sum(d > EQUAL for d in from_mean)} further than {EQUAL} from the mean of scikit-learn's 20 random states "
        f"(most {max(from_mean):.4f}); its own spread is above {EQUAL} in {sum(s > EQUAL for s in spread)} (most {max(spread):.4f})")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    python = python_packages.python("scikit-learn", SCIKIT_LEARN)
    reference = HERE / "search_reference.py"
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        folder, kind = shop_files(work)
        header, rows = read_table(folder)
        say(f"bench search: {len(rows)} rows of the {kind.replace('_', ' ')}")
        table = work / "table.csv"
        write_table(table, [["fold", *header], *([0, *row] for row in rows)])
        folds = run(python, reference, "folds", table)
        write_table(table, [["fold", *header], *([fold, *row] for fold, row in zip(folds, rows))])
        tree_ranges = {row["setting"]: row for row in map(json.loads, run(python, reference, "trees", table))}
        measured = []
        for number in range(1, rounds + 1):
            say(f"bench search: round {number} of {rounds}, load {os.getloadavg()[0]:.1f}")
            our_search = [ROOT / "build/release/bin/ebb-bench-search", table, HERE / "reference_grid.textproto", 2]
            ours = Side(run(*our_search, "grid"))
            theirs = Side(run(python, reference, "search", table))
            measured.append((ours, theirs, differences(ours, theirs, tree_ranges)))
            report(number, *measured[-1])
            for kind, our_kind in DRAWN.items():
                ours = Side(run(*our_search, our_kind, TRIALS, number))
                theirs = Side(run(python, reference, kind, table, TRIALS, number))
                report_drawn(number, kind, ours, theirs)
        table_for_people(measured, tree_ranges)


if __name__ == "__main__":
    main()
