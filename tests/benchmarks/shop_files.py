"""Where the benchmarks find a shop: its four files."""

import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EBB = str(ROOT / "build/bin/ebb")


def shop_files(work):
    """(folder, kind): the shop's real files, from EBB_SHOP_DATA or ../shared/data/one_click; without them a synthetic shop, made in `work`."""
    for folder in (os.environ.get("EBB_SHOP_DATA"), ROOT.parent / "shared/data/one_click"):
        if folder and (pathlib.Path(folder) / "market_file.csv").exists():
            return pathlib.Path(folder), "shop"
    subprocess.run([EBB, "generate", "--customers", "1300", "--seed", "1", "--files", str(work / "shop")], check=True, stdout=subprocess.DEVNULL)
    return work / "shop", "synthetic_shop"
