"""The results of each oracle for the files of a tree: lists of units, and the files it could not read."""

import json
import os
import re
import subprocess
import tempfile

from agreement import HERE, ORACLES, PYTHON, Unit, install


def run(command, files, **more):
    done = subprocess.run(command, input="\n".join(files) + "\n", text=True, stdout=subprocess.PIPE, check=True, **more)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    errors = {row["path"]: row["error"] for row in rows if "error" in row}
    for path, error in sorted(errors.items())[:5]:
        print(f"    the oracle cannot read {path}: {error}")
    if len(errors) > 5:
        print(f"    … and {len(errors) - 5} more files")
    return [row for row in rows if "error" not in row], errors


def eslint(root, files):
    install("node")
    command = ["node", "--max-old-space-size=4096", HERE / "eslint-units.mjs", ORACLES / "npm", root]
    return run(command, files)


def python(tool, root, files):
    install("python")
    return run([PYTHON, HERE / "python-units.py", tool, root], files, env={**os.environ, "PYTHONWARNINGS": "ignore"})


def go(root, files):
    install("python")
    binary = ORACLES / "go-units"
    source = HERE / "go-units"
    if not binary.exists() or binary.stat().st_mtime < (source / "main.go").stat().st_mtime:
        env = {**os.environ, "GOFLAGS": "-mod=mod", "GOCACHE": str(ORACLES / "go-cache"), "GOTOOLCHAIN": "local"}
        subprocess.run([ORACLES / "venv/bin/go", "build", "-o", binary, "."], cwd=source, env=env, check=True)
    return run([binary, root], files)


def rubocop(root, files):
    install("rubocop")
    rows = []
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as config:
        config.write("AllCops:\n  DisabledByDefault: true\n  TargetRubyVersion: 3.1\n"
                     "Metrics/CyclomaticComplexity:\n  Enabled: true\n  Max: 0\n")
        config.flush()
        for start in range(0, len(files), 200):
            command = ["rubocop", "-c", config.name, "--cache", "false", "--ignore-disable-comments", "--only",
                       "Metrics/CyclomaticComplexity,Lint/Syntax", "--format", "json", "--", *files[start:start + 200]]
            done = subprocess.run(command, cwd=root, text=True, capture_output=True)
            if done.returncode not in (0, 1):
                raise SystemExit(done.stderr)
            for file in json.loads(done.stdout)["files"]:
                if any(offence["cop_name"] == "Lint/Syntax" for offence in file["offenses"]):
                    rows.append({"path": file["path"], "error": "syntax"})
                    continue
                for offence in file["offenses"]:
                    name, value = re.search(r"for (\S+) is too high\. \[(\d+)/", offence["message"]).groups()
                    rows.append({"path": file["path"], "line": offence["location"]["line"], "name": name, "cyclomatic": int(value)})
    return [row for row in rows if "error" not in row], {row["path"]: row["error"] for row in rows if "error" in row}


def ctags(root, files, kinds):
    install("ctags")
    command = ["ctags", "--output-format=json", "--fields=+neKl", "-L", "-", "-f", "-"]
    done = subprocess.run(command, cwd=root, input="\n".join(files), text=True, capture_output=True, check=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return [row for row in rows if row.get("kind") in kinds]


def as_units(rows, figure):
    return [Unit(row["path"], row["line"], row["name"], row[figure]) for row in rows if figure in row]
