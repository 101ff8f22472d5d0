"""Python packages of the peers, each set in an environment of its own below build/bench-venv."""

import re
import subprocess
import sys

from rounds import ROOT, say

FOLDER = ROOT / "build/bench-venv"


def python(name, *requirements):
    """The interpreter that has the packages; installs them the first time, or when others are wanted."""
    folder = FOLDER / name
    interpreter = folder / "bin/python"
    stamp = folder / "installed"
    wanted = " ".join(requirements)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return str(interpreter)
    say(f"bench: installing {wanted} into {folder.relative_to(ROOT)}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True, stdout=sys.stderr)
        subprocess.run([str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements], check=True,
                       stdout=sys.stderr)
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"cannot install {wanted}; it needs python3-venv and the Python Package Index") from error
    stamp.write_text(wanted, encoding="utf-8")
    return str(interpreter)


def versions(interpreter, *packages):
    """name -> version of what is installed."""
    script = "import sys, importlib.metadata as m\nfor p in sys.argv[1:]: print(m.version(p))"
    lines = subprocess.run([interpreter, "-c", script, *packages], check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    return dict(zip(packages, lines))


def version_of(command):
    """The first thing in a program's `--version` that looks like one."""
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return re.search(r"\d+(\.\d+)+", ended.stdout).group(0)
