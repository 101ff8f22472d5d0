#!/usr/bin/env python3
"""How good the published model is, judged from outside: the labels of a random quarter of the customers are blanked before the import, the
whole product runs as a user runs it, and the probabilities that it prints for these customers are held against the labels it never saw.

Time is fixed, so that two runs see the same windows: the files are as of AS_OF, and the store's clock follows the data.

The shop's files are taken from EBB_SHOP_DATA or ../shared/data/one_click; without them a synthetic shop stands in, and the figure says so.
Prints one JSON object a line and round (a round is a quarter)."""

import argparse
import csv
import json
import pathlib
import random
import socket
import subprocess
import tempfile

from shop_files import EBB, shop_files

FILES = {"--market-file": "market_file.csv", "--market-money": "market_money.csv", "--market-time": "market_time.csv", "--money": "money.csv"}
AS_OF = "2026-01-01"
DECLINED = {"Снизилась", "declined"}
LABEL = 1


def free_port_base():
    while True:
        base = random.randrange(10_000, 30_000)
        try:
            for port in range(base, base + 3):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue


def blank_a_quarter(source, target, seed):
    """Copies market_file.csv with the labels of a random quarter blanked; returns customer -> label of that quarter."""
    with open(source, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    chosen = random.Random(seed).sample(range(1, len(rows)), (len(rows) - 1) // 4)
    truth = {}
    for i in chosen:
        truth[rows[i][0]] = rows[i][LABEL] in DECLINED
        rows[i][LABEL] = ""
    with open(target, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return truth


def roc_auc(pairs):
    """Of (score, positive) pairs, ties counted half."""
    pairs = sorted(pairs)
    positives = sum(positive for _, positive in pairs)
    rank_sum, i = 0.0, 0
    while i < len(pairs):
        j = i
        while j < len(pairs) and pairs[j][0] == pairs[i][0]:
            j += 1
        rank_sum += (i + 1 + j) / 2 * sum(positive for _, positive in pairs[i:j])
        i = j
    return (rank_sum - positives * (positives + 1) / 2) / (positives * (len(pairs) - positives))


def one_quarter(folder, work, seed):
    base = str(free_port_base())
    market = work / "market_file.csv"
    truth = blank_a_quarter(folder / FILES["--market-file"], market, seed)

    def ebb(*arguments):
        return subprocess.run([EBB, *arguments, "--port-base", base], check=True, capture_output=True, text=True, encoding="utf-8").stdout

    with open(work / "up.log", "wb") as log, subprocess.Popen([EBB, "up", "--data-dir", str(work / "data"), "--clock", "watermark", "--port-base", base], stdout=log, stderr=log) as up:
        try:
            while subprocess.run([EBB, "status", "--port-base", base], capture_output=True).returncode:
                if up.poll() is not None:
                    raise SystemExit((work / "up.log").read_text())
            files = [word for flag, name in FILES.items() for word in (flag, str(market if flag == "--market-file" else folder / name))]
            ebb("import", "one-click", *files, "--as-of", AS_OF)
            ebb("train", "--wait")
            rows = []
            while len(rows) < 1 or {row["model_version"] for row in rows} != {"1"} or not truth.keys() <= {row["customer_id"] for row in rows}:
                rows = list(csv.DictReader(ebb("score", "--all", "--output", "csv").splitlines()))
        finally:
            up.terminate()
    return roc_auc([(float(row["probability"]), truth[row["customer_id"]]) for row in rows if row["customer_id"] in truth])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    for seed in range(1, rounds + 1):
        with tempfile.TemporaryDirectory() as work:
            folder, kind = shop_files(pathlib.Path(work))
            auc = one_quarter(folder, pathlib.Path(work), seed)
        print(json.dumps({"bench": "holdout", "round": seed, "figure": f"{kind}_roc_auc", "value": auc, "unit": ""}), flush=True)


if __name__ == "__main__":
    main()
