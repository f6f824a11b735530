"""The comparisons behind `compare`: prints what differs (at most 20) and one line of figures."""

import collections
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

kind, folder, analyze, oracles, language = sys.argv[1:6]


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, **more).stdout


def ours_functions(*endings):
    for line in run(analyze, folder, "--functions").splitlines():
        function = json.loads(line)
        if function["filePath"].endswith(endings):
            yield function


def report():
    return json.loads(run(analyze, folder, "--json"))


def parsed_files(of):
    return {f["path"] for f in of["ast"]["files"] if "functions" in f}


def relative(path):
    return os.path.relpath(path, folder)


def result(what, equal, total, differences):
    for difference in differences[:20]:
        print("  ", difference)
    print(f"{what}: {equal} of {total} equal ({100 * equal / max(1, total):.2f} %)")


def lines():
    names = {}
    table = os.path.join(os.path.dirname(__file__), "../../crates/analysis/src/language/languages.tsv")
    for row in open(table):
        if not row.startswith("#"):
            columns = row.split("\t")
            names[columns[1]] = columns[0]
    names |= {"JSX": "javascript", "TSX": "typescript", "C Header": "c", "C++ Header": "cpp", "BASH": "shell", "Shell": "shell"}
    theirs = collections.defaultdict(lambda: [0, 0])
    shown = json.loads(run(f"{oracles}/bin/tokei", "--hidden", "--no-ignore", "-e", ".git", "-o", "json", folder))
    for name, counts in shown.items():
        if name in names:
            children = [c["stats"]["code"] for list_ in counts["children"].values() for c in list_]
            theirs[names[name]][0] += len(counts["reports"])
            theirs[names[name]][1] += counts["code"] + sum(children)
    equal, differences = 0, []
    mine = report()["lines"]["byLanguage"]
    for name, (files, code) in sorted(theirs.items()):
        own = mine.get(name, {"files": 0, "code": 0})
        # tokei counts documentation strings as code.
        figures = (own["files"], own["code"] + own.get("docstrings", 0))
        if figures == (files, code):
            equal += 1
        else:
            differences.append((name, "ours", figures, "tokei", (files, code)))
    result("languages with the same files and lines of code", equal, len(theirs), differences)


def radon():
    own = {(f["filePath"], f["lineNumber"], f["name"].split(".")[-1]): f["cyclomatic"] for f in ours_functions(".py")}
    files = {path for path, _, _ in own}
    equal, total, differences, seen = 0, 0, [], set()

    def units(items):
        for unit in items:
            if unit["type"] in ("function", "method"):
                yield unit
                yield from units(unit.get("closures", []))
            else:
                yield from units(unit.get("methods", []))

    for path, items in json.loads(run(f"{oracles}/py/bin/radon", "cc", "-j", folder)).items():
        path = relative(path)
        if isinstance(items, dict) or path not in files:
            continue
        for unit in units(items):
            key = (path, unit["lineno"], unit["name"])
            if key in seen:
                continue
            seen.add(key)
            total += 1
            if own.get(key) == unit["complexity"]:
                equal += 1
            else:
                differences.append((key, "radon", unit["complexity"], "ours", own.get(key)))
    result("cyclomatic complexity (radon)", equal, total, differences)


def ruff():
    mine = report()
    files = {path for path in parsed_files(mine) if path.endswith(".py")}
    binary = f"{oracles}/py/bin/ruff"
    shown = json.loads(run(binary, "check", "--isolated", "--select", "F401", "--output-format", "json", "--exit-zero", folder))
    theirs = collections.Counter(relative(d["filename"]) for d in shown if d["code"] == "F401")
    own = collections.Counter({p: len(l) for p, l in mine["deadCode"]["unused_imports"].items() if p.endswith(".py")})
    theirs = collections.Counter({p: n for p, n in theirs.items() if p in files})
    result("unused imports by file (F401)", sum((own & theirs).values()), sum((own | theirs).values()), list((own - theirs).items()) + list((theirs - own).items()))
    for more in ([], ["--no-type-checking-imports"]):
        graph = json.loads(run(binary, "analyze", "graph", "--isolated", *more, ".", cwd=folder))
        theirs = {(a, b) for a, targets in graph.items() for b in targets if a in files and b in files}
        own = {(e["source"], e["target"]) for e in mine["moduleGraph"]["edges"] if e["source"] in files and not (more and e["kind"] == "type")}
        result(f"import edges (ruff analyze graph {' '.join(more)})", len(own & theirs), len(own | theirs), sorted(own ^ theirs))


def eslint():
    own = collections.defaultdict(collections.Counter)
    for f in ours_functions(".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts"):
        own[f["filePath"]][f["cyclomatic"]] += 1
    files = parsed_files(report())
    copy = tempfile.mkdtemp(dir=f"{oracles}/js")
    try:
        shutil.copytree(folder, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".git", "node_modules"))
        shown = json.loads(run("node", "--max-old-space-size=4000", "node_modules/.bin/eslint", "--no-ignore", "-c", "eslint.config.mjs", "-f", "json", copy, cwd=f"{oracles}/js"))
    finally:
        shutil.rmtree(copy)
    equal, total, differences = 0, 0, []
    for file in shown:
        path = os.path.relpath(file["filePath"], copy)
        if path not in files:
            continue
        theirs = collections.Counter()
        for message in file["messages"]:
            if message["ruleId"] != "complexity":
                continue
            value = int(re.search(r"complexity of (\d+)", message["message"]).group(1))
            # An initialiser that decides nothing is no unit here.
            if value > 1 or not re.search("initializer|static block", message["message"]):
                theirs[value] += 1
        equal += sum((own[path] & theirs).values())
        total += sum(theirs.values())
        if own[path] != theirs:
            differences.append((path, "eslint", dict(theirs - own[path]), "ours", dict(own[path] - theirs)))
    result("cyclomatic complexity (ESLint), as sets of values by file", equal, total, differences)


def lizard():
    endings = {"java": (".java",), "go": (".go",), "rust": (".rs",), "c": (".c", ".h"), "cpp": (".cc", ".cpp", ".hpp"), "php": (".php",), "kotlin": (".kt",), "csharp": (".cs",), "scala": (".scala",)}[language]
    own = {}
    for f in ours_functions(*endings):
        own[(f["filePath"], f["endLine"], re.split(r"[.:]", f["name"])[-1])] = f["cyclomatic"]
    files = {path for path, _, _ in own}
    equal, total, differences, missing = 0, 0, [], 0
    shown = run(f"{oracles}/py/bin/lizard", "--csv", "-l", language, folder)
    for row in csv.reader(io.StringIO(shown)):
        path, name, end, value = relative(row[6]), re.split(r"[.:]", row[7])[-1], int(row[10]), int(row[1])
        if path not in files:
            continue
        found = own.get((path, end, name))
        if found is None:
            missing += 1
            continue
        total += 1
        if found == value:
            equal += 1
        else:
            differences.append((path, name, end, "lizard", value, "ours", found))
    result(f"cyclomatic complexity (lizard, {language}; {missing} of its units are no unit here)", equal, total, differences)


globals()[kind]()
