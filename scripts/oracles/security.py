"""Runs each tool on the planted corpus and on the cases of the rules, and prints a table of recall and precision."""

import json
import pathlib
import subprocess
import sys

folder, worker, cases = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
files = folder / "corpus" / "files"
rows = [line.split("\t") for line in (folder / "corpus" / "truth.tsv").read_text().splitlines()]
planted = {(row[0], int(row[1])) for row in rows if row[2] != "-"}


def run(*command, cwd=None):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False).stdout


def ours(root, category=None):
    section = json.loads(run(worker, "analyze", str(root), "--format", "json"))["security"]
    found = {}
    for finding in section["findings"]:
        if category not in (None, finding["category"]):
            continue
        places = [{"file": finding["file"], "line": finding.get("line")}, *finding.get("otherPlaces", [])]
        for place in places:
            found.setdefault((place["file"], place.get("line")), set()).add(finding["rule"])
    return found


def credsweeper(root):
    out = folder / "credsweeper.json"
    run(str(folder / "venv/bin/credsweeper"), "--path", str(root), "--save-json", str(out), "--no-stdout", "--log", "error")
    found = set()
    for finding in json.loads(out.read_text()):
        for line in finding["line_data_list"]:
            found.add((str(pathlib.Path(line["path"]).relative_to(root)), line["line_num"]))
    return found


def detect_secrets(root):
    results = json.loads(run(str(folder / "venv/bin/detect-secrets"), "scan", "--all-files", ".", cwd=root))["results"]
    return {(str(pathlib.Path(file)), finding["line_number"]) for file, list in results.items() for finding in list}


def show(name, found, truth):
    right = len(found & truth)
    recall = 100 * right / len(truth)
    precision = 100 * right / len(found) if found else 100
    print(f"| {name} | {right} of {len(truth)} | {recall:.1f} % | {len(found - truth)} | {precision:.1f} % |")


print(f"Credentials: {len(planted)} planted, {len(rows) - len(planted)} decoys\n")
print("| tool | found | recall | false | precision |\n| --- | --- | --- | --- | --- |")
show("RepoLens", set(ours(files, "secret")), planted)
show("credsweeper", credsweeper(files), planted)
show("detect-secrets", detect_secrets(files), planted)

# One file for each case of a rule; those of the other languages and of configuration have a folder each.
trees = {"python": [], "javascript": []}
others = []
for path in sorted(cases.glob("*.txt")):
    language = path.stem.split("-")[0]
    for number, part in enumerate(path.read_text().split("### ")[1:]):
        head, text = part.split("\n", 1)
        kind, name = head.split(" ", 1)
        if language in trees:
            trees[language].append((path.stem, number, kind != "safe", pathlib.Path(name).suffix, text))
        else:
            others.append((path.stem, number, kind != "safe", name.strip(), text))
for language, list in trees.items():
    root = folder / language
    root.mkdir(exist_ok=True)
    truth, every = set(), {}
    for rule, number, alarm, ending, text in list:
        name = f"{rule}_{number}{ending}"
        (root / name).write_text(text)
        every[name] = rule
        if alarm:
            truth.add(name)
    found = {file for (file, _), rules in ours(root).items() if every[file] in rules}
    print(f"\nRules of {language}: {len(truth)} alarms, {len(list) - len(truth)} safe forms\n")
    print("| tool | found | recall | false | precision |\n| --- | --- | --- | --- | --- |")
    show("RepoLens", found, truth)
    if language == "python":
        results = json.loads(run(str(folder / "venv/bin/bandit"), "-r", str(root), "-f", "json", "-q"))["results"]
        # A file that imports a module is no finding about a call.
        calls = {pathlib.Path(it["filename"]).name for it in results if not it["test_id"].startswith("B4")}
        show("bandit, without its findings about imports", calls, truth)
    else:
        config = folder / "eslint" / "eslint.config.mjs"
        config.write_text(
            "import security from 'eslint-plugin-security';\n"
            "export default [{ ...security.configs.recommended, files: ['**/*.js', '**/*.jsx', '**/*.ts'], "
            "languageOptions: { parserOptions: { ecmaFeatures: { jsx: true } } } }];\n"
        )
        copy = folder / "eslint" / "cases"
        subprocess.run(["rm", "-rf", str(copy)], check=True)
        subprocess.run(["cp", "-r", str(root), str(copy)], check=True)
        reports = json.loads(run("npx", "eslint", "-f", "json", "cases", cwd=folder / "eslint") or "[]")
        named = {pathlib.Path(it["filePath"]).name for it in reports if any((message["ruleId"] or "").startswith("security/") for message in it["messages"])}
        show("eslint-plugin-security", named, truth)

truth, found = set(), set()
for rule, number, alarm, name, text in others:
    root = folder / "others" / f"{rule}_{number}"
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)
    if alarm:
        truth.add((rule, number))
    if any(rule in rules for rules in ours(root).values()):
        found.add((rule, number))
print(f"\nThe {len({rule for rule, *_ in others})} rules of other languages and of configuration: {len(truth)} alarms, {len(others) - len(truth)} safe forms\n")
print("| tool | found | recall | false | precision |\n| --- | --- | --- | --- | --- |")
show("RepoLens", found, truth)
