"""Comparing our units with an oracle's: what the scripts beside this file share.

A *unit* is `(path, line, name, value)`. The oracle's are matched with ours: by path and line, then by path and name
within a few lines. The agreement is the share of the oracle's units that we have with the same value."""

import collections
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
ORACLES = pathlib.Path(os.environ.get("ORACLES", TARGET / "oracles"))
HERE = pathlib.Path(__file__).resolve().parent
PYTHON = ORACLES / "venv/bin/python"

Unit = collections.namedtuple("Unit", "path line name value")


def install(*tools):
    subprocess.run([HERE / "install", *tools], check=True)


def tree(path):
    """A folder as it is; a bare repository as a checked-out copy, for the oracles read files."""
    path = pathlib.Path(path).resolve()
    if not (path / "HEAD").is_file():
        return path
    copy = ORACLES / "trees" / path.name.removesuffix(".git")
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "clone", "-q", path, copy], check=True)
    return copy


def lister(*arguments):
    """The output of `crates/analysis/examples/units.rs`."""
    binaries = [TARGET / kind / "examples/units" for kind in ("release", "debug")]
    binary = next((path for path in binaries if path.exists()), binaries[0])
    if not binary.exists():
        subprocess.run(["cargo", "build", "-q", "--release", "-p", "repolens-analysis", "--example", "units"], cwd=ROOT, check=True)
    return subprocess.run([binary, *arguments], check=True, capture_output=True).stdout


def ours(path, rules="paper"):
    """Our files of a tree, with their lines and units."""
    return [json.loads(line) for line in lister(f"--rules={rules}", path).splitlines()]


def report(path):
    """The whole report on a tree."""
    return json.loads(lister("--report", path))


def parsed(files, *languages):
    return [file for file in files if file["language"] in languages and file["origin"] in ("own", "documentation")]


def units(files, figure):
    return [Unit(file["path"], unit["line"], unit["name"], unit[figure]) for file in files for unit in file["units"]]


def bare(name):
    """The last part of a name: `A::B.c` is `c`."""
    return name.replace("::", ".").rsplit(".", 1)[-1].split("(")[0].strip()


class Agreement:
    """Counts over several trees, and prints what differs, by class."""

    def __init__(self, title, found, equal):
        self.title, self.need_found, self.need_equal = title, found, equal
        self.units = self.found = self.equal = 0
        self.classes = collections.Counter()
        self.examples = collections.defaultdict(list)

    def add(self, repo, theirs, mine, explain=None, slack=6):
        by_line, by_name = collections.defaultdict(list), collections.defaultdict(list)
        for unit in mine:
            by_line[unit.path, unit.line].append(unit)
            by_name[unit.path, bare(unit.name)].append(unit)
        taken = set()
        before = (self.units, self.found, self.equal)

        def take(candidates, unit):
            free = [c for c in candidates if id(c) not in taken]
            # An oracle gives fewer functions a name than we do.
            named = [c for c in free if bare(c.name) == bare(unit.name)] if unit.name != "<anonymous>" else []
            same = named or free
            same.sort(key=lambda c: (c.value != unit.value, abs(c.line - unit.line), bare(c.name) != bare(unit.name)))
            if same:
                taken.add(id(same[0]))
            return same[0] if same else None

        left = []
        for unit in theirs:
            self.units += 1
            match = take(by_line[unit.path, unit.line], unit)
            if match is None:
                left.append(unit)
            else:
                self.judge(repo, unit, match, explain)
        for unit in left:
            near = [c for c in by_name[unit.path, bare(unit.name)] if abs(c.line - unit.line) <= slack]
            self.judge(repo, unit, take(near, unit), explain)
        done = [now - then for now, then in zip((self.units, self.found, self.equal), before)]
        print(f"  {repo}: {done[0]} units, {done[1]} found, {done[2]} equal; ours {len(mine)}", flush=True)

    def judge(self, repo, unit, match, explain):
        if match is None:
            kind = (explain and explain(unit, None)) or "not found"
        else:
            self.found += 1
            if match.value == unit.value:
                self.equal += 1
                return
            kind = (explain and explain(unit, match)) or ("ours higher" if match.value > unit.value else "ours lower")
        self.classes[kind] += 1
        if len(self.examples[kind]) < int(os.environ.get("EXAMPLES", 5)):
            ours_is = "-" if match is None else match.value
            self.examples[kind].append(f"{repo}/{unit.path}:{unit.line} {unit.name}: oracle {unit.value}, ours {ours_is}")

    def end(self):
        """Prints the result; `True` where it reaches the thresholds."""
        found, equal = (100 * n / self.units if self.units else 0 for n in (self.found, self.equal))
        good = self.units > 0 and found >= self.need_found and equal >= self.need_equal
        verdict = "ok" if good else "BELOW"
        print(f"{self.title}: {self.units} units, found {found:.3f} % (need {self.need_found}), equal {equal:.3f} % (need {self.need_equal}): {verdict}")
        for kind, count in self.classes.most_common():
            print(f"    {count:6} {kind}")
            for example in self.examples[kind]:
                print(f"           {example}")
        return good


def end(results):
    sys.exit(0 if all(results) else 1)
