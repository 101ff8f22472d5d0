#!/usr/bin/env python3
"""How good the models are beside scikit-learn's, on the shop's rows: repeated stratified 4-fold cross-validation, the same folds for both.

In each part our side is the whole core of a training on the other three quarters, default grid, and the model that it would publish; theirs
are the families, the stack and the calibration of quality_reference.py. A round is one repeat of the folds of two seeds, 0 and --seed, so five
rounds are 20 parts a seed. One round gives a quick look.

Prints one JSON object a line and round. A ROC-AUC is the mean of a repeat's four parts; Brier score and expected calibration error (ten bins of
equal width) are of its four parts' rows together. roc_auc_seed_0 and roc_auc_other_seed are of one seed, everything else is the mean of
both. `picked` is the family that scikit-learn's inner search prefers. On standard error stand progress and a table for people.

The shop's files are taken from EBB_SHOP_DATA or ../shared/data/one_click; without them a synthetic shop stands in, and the figures' names say
so.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

from holdout import roc_auc
from peers import python_packages
from search import HERE, SCIKIT_LEARN, run, say, write_table
from search_table import read_table
from shop_files import ROOT, shop_files

DRIVER = ROOT / "build/release/bin/ebb-bench-quality"
REFERENCE = HERE / "quality_reference.py"
GRID = ROOT / "trainer/default_grid.textproto"
BINS = 10


def brier(pairs):
    return statistics.fmean((probability - positive) ** 2 for probability, positive in pairs)


def calibration_error(pairs):
    excess = [0.0] * BINS
    for probability, positive in pairs:
        excess[min(int(probability * BINS), BINS - 1)] += probability - positive
    return sum(map(abs, excess)) / len(pairs)


class Side:
    """What one side said of one repeat's rows. `parts`: peer -> part -> (score, label) pairs; `rows`: peer -> (probability, label) pairs."""

    def __init__(self, name, command, labels, note):
        self.parts, self.rows = {}, {}
        pending = {}
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}  # scikit-learn's two workers take the two threads
        with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment) as program:
            for line in map(json.loads, program.stdout):
                if "part" in line:
                    for peer, pairs in pending.items():
                        self.parts.setdefault(peer, []).append(roc_auc(pairs))
                    pending = {}
                    say(f"bench quality: {note}, part {line['part'] + 1}: {name} {line['seconds']:.0f} s, " + ", ".join(
                        [f"{peer} {of_parts[-1]:.4f}" for peer, of_parts in self.parts.items()] +
                        [f"{key}: {line[key]}" for key in ("picked", "calibration", "parameters") if key in line]))
                    continue
                peer, label = line.get("peer", "stack"), labels[line["row"]]
                pending.setdefault(peer, []).append((line["score"], label))
                if "probability" in line:
                    self.rows.setdefault(peer, []).append((line["probability"], label))
        if program.returncode:
            raise SystemExit(f"{name} ended with status {program.returncode}")

    def roc_auc(self, peer):
        return statistics.fmean(self.parts[peer])


def one_repeat(python, work, header, rows, seed, number, note):
    """figure -> value."""
    table = work / "table.csv"
    write_table(table, [["fold", *header], *([0, *row] for row in rows)])
    folds = run(python, REFERENCE, "folds", table, seed, number)
    write_table(table, [["fold", *header], *([fold, *row] for fold, row in zip(folds, rows))])
    labels = [row[0] for row in rows]
    ours = Side("ours", [DRIVER, table, GRID, 2], labels, note)
    theirs = Side("scikit-learn", [python, REFERENCE, "parts", table], labels, note)
    figures = {"roc_auc": ours.roc_auc("stack"), "brier": brier(ours.rows["stack"]), "calibration_error": calibration_error(ours.rows["stack"]),
               "scikit_learn_brier": brier(theirs.rows["calibrated"]),
               "scikit_learn_calibration_error": calibration_error(theirs.rows["calibrated"])}
    figures.update({f"scikit_learn_roc_auc_{peer}": theirs.roc_auc(peer) for peer in theirs.parts})
    return figures


def unit_of(figure):
    return "area" if "roc_auc" in figure else "error"


def one_round(python, header, rows, seeds, number, rounds):
    """figure -> value: the mean of the seeds."""
    of_seeds = []
    for seed in seeds:
        with tempfile.TemporaryDirectory() as work:
            note = f"round {number} of {rounds}, seed {seed}, load {os.getloadavg()[0]:.1f}"
            of_seeds.append(one_repeat(python, pathlib.Path(work), header, rows, seed, number, note))
    figures = {figure: statistics.fmean(one[figure] for one in of_seeds) for figure in of_seeds[0]}
    figures.update(roc_auc_seed_0=of_seeds[0]["roc_auc"], roc_auc_other_seed=of_seeds[1]["roc_auc"])
    return figures


def table_for_people(rounds):
    line = "{:42} {:>8} {:>8} {:>8}"
    say(line.format(f"mean of {len(rounds)} rounds", "mean", "least", "most"))
    for figure in rounds[0]:
        values = [figures[figure] for figures in rounds]
        say(line.format(figure, *(f"{value:.4f}" for value in (statistics.fmean(values), min(values), max(values)))))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5, help="repeats of the folds; 1 for a quick look")
    parser.add_argument("--seed", type=int, default=1, help="of the second series of folds; the first has seed 0")
    arguments = parser.parse_args()
    python = python_packages.python("scikit-learn", SCIKIT_LEARN)
    with tempfile.TemporaryDirectory() as work:
        folder, kind = shop_files(pathlib.Path(work))
        header, rows = read_table(folder)
    prefix = "" if kind == "shop" else f"{kind}_"
    say(f"bench quality: {len(rows)} rows of the {kind.replace('_', ' ')}")
    measured = []
    for number in range(1, arguments.rounds + 1):
        measured.append(one_round(python, header, rows, (0, arguments.seed), number, arguments.rounds))
        for figure, value in measured[-1].items():
            print(json.dumps({"bench": "quality", "round": number, "figure": prefix + figure, "value": value, "unit": unit_of(figure)}), flush=True)
    table_for_people(measured)


if __name__ == "__main__":
    main()
