"""The program that is measured, its reports, and rank correlation."""

import gzip
import hashlib
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent.parent / "target"))
ORACLES = pathlib.Path(os.environ.get("ORACLES", TARGET / "oracles"))


def worker():
    found = [TARGET / kind / "repolens-worker" for kind in ("release", "debug")]
    return next(path for path in found if path.exists())


def analyzed(path, timeout=900):
    """The report on a folder or a bare repository; `None`, and a line on stderr, where it cannot be analyzed."""
    out = subprocess.run([worker(), "analyze", path, "--format", "json", "--progress", "none"], capture_output=True, timeout=timeout)
    if out.returncode != 0:
        print(f"{pathlib.Path(path).name}: {out.stderr.decode(errors='replace').strip()}", file=sys.stderr)
        return None
    return json.loads(out.stdout)


def kept(path, timeout=900):
    """As `analyzed`; a report of the same program on the same path is read from ORACLES/reports, and a time-out is `None`."""
    version = hashlib.sha256(worker().read_bytes()).hexdigest()[:12]
    at = hashlib.sha256(str(pathlib.Path(path).resolve()).encode()).hexdigest()[:8]
    file = ORACLES / "reports" / version / f"{pathlib.Path(path).name}-{at}.json.gz"
    if file.exists():
        return json.loads(gzip.decompress(file.read_bytes()))
    try:
        report = analyzed(path, timeout)
    except subprocess.TimeoutExpired:
        print(f"{pathlib.Path(path).name}: not finished in {timeout} s", file=sys.stderr)
        return None
    if report is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_bytes(gzip.compress(json.dumps(report).encode(), 3))
        part.rename(file)
    return report


def smallest_first(paths):
    out = subprocess.run(["du", "-s", *paths], capture_output=True, text=True, check=True).stdout
    sizes = {name: int(blocks) for blocks, name in (line.split("\t", 1) for line in out.splitlines())}
    return sorted(paths, key=lambda path: (sizes.get(str(path), 0), str(path)))


def ranks(values):
    order = sorted(range(len(values)), key=lambda at: values[at])
    found, at = [0.0] * len(values), 0
    while at < len(order):
        end = at
        while end + 1 < len(order) and values[order[end + 1]] == values[order[at]]:
            end += 1
        for place in order[at:end + 1]:
            found[place] = (at + end) / 2
        at = end + 1
    return found


def spearman(a, b):
    a, b = ranks(a), ranks(b)
    mean = (len(a) - 1) / 2
    top = sum((x - mean) * (y - mean) for x, y in zip(a, b))
    bottom = (sum((x - mean) ** 2 for x in a) * sum((y - mean) ** 2 for y in b)) ** 0.5
    return top / bottom if bottom else float("nan")
