"""How often a security finding of high or critical severity is right, on findings that were judged by reading the source.

    scripts/oracles/security --judged                      fetches the packages of the lists, analyzes them, prints the precision
    scripts/oracles/security --judged KIND:NAME@VERSION…   prints the findings of these packages that have no verdict, as rows
    scripts/oracles/security --judged --confidence         prints the first verdicts by rule, for measured.rs and accuracy.md

`security.tsv` has the packages by which the rules were corrected first, `security-fresh.tsv` those of the second
corrections, `security-unseen.tsv` those of the third, `security-unseen-2.tsv` and `security-unseen-3.tsv` those that had no part in any; `security-medium.tsv` has the verdicts on
findings of medium severity of the last. A row: package (`pypi`, `npm`, `crate` or `deb`), rule, path, line,
verdict (`true`, `false` or `none` for a package without findings) and reason. `true` means that the message holds and that
a maintainer would change the place or document why it is safe: what fills in the text is neither fixed nor quoted. Whether
an attacker can reach it is not judged.
Findings that are shown with medium severity only because their rule is not measured as right are judged too, and counted
apart. Ends with 1 where less than 80 % of what is shown as high or critical is true, or such a finding is in a test."""

import collections
import csv
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from packages import fetched
from ranking import analyzed

HERE = pathlib.Path(__file__).resolve().parent
DATA = {"first": HERE / "security.tsv", "second": HERE / "security-fresh.tsv", "third": HERE / "security-unseen.tsv",
        "fourth": HERE / "security-unseen-2.tsv", "fifth": HERE / "security-unseen-3.tsv"}
# Those whose packages no correction had seen when they were judged.
FRESH = ("second", "third", "fourth", "fifth")
FIELDS = ["package", "rule", "path", "line", "verdict", "reason"]


def findings(folder):
    """(rule, path, line) of the findings that are of high or critical severity if they are true: whether each is in a test, and
    whether it is shown with that severity."""
    report = analyzed(folder)
    if report is None:
        raise SystemExit(1)
    severe = ("high", "critical")
    return {(one["rule"], one["file"], str(one.get("line", 0))): (one["inTest"], one["severity"] in severe)
            for one in report["security"]["findings"] if one.get("impact", one["severity"]) in severe}


def unjudged(package, rows):
    folder = fetched(package)
    if folder is None:
        raise SystemExit(1)
    known = {(row["rule"], row["path"], row["line"]) for row in rows if row["package"] == package}
    for rule, path, line in findings(folder):
        if (rule, path, line) not in known:
            print("\t".join([package, rule, path, line, "?", ""]))


def read(path):
    with path.open(newline="") as text:
        lines = (line for line in text if not line.startswith("#"))
        return list(csv.DictReader(lines, FIELDS, delimiter="\t", quoting=csv.QUOTE_NONE))


def measured(kind, rows):
    """Prints how many of the findings that are shown are true; false where less than 80 % are, or one is in a test."""
    counts, in_tests, empty = collections.defaultdict(collections.Counter), 0, 0
    lowered = collections.Counter()
    packages = sorted({row["package"] for row in rows})
    for package in packages:
        folder = fetched(package)
        if folder is None:
            continue
        verdicts = {(row["rule"], row["path"], row["line"]): row["verdict"] for row in rows if row["package"] == package}
        shown = findings(folder)
        empty += not shown
        for key, (is_test, is_shown) in shown.items():
            verdict = verdicts.get(key, "no verdict")
            if not is_shown:
                lowered[verdict] += 1
                continue
            in_tests += is_test
            counts[key[0]][verdict] += 1
            if verdict != "true":
                print(f"{verdict}: {package} {' '.join(key)}", flush=True)
        for key, verdict in verdicts.items():
            if verdict == "false" and key not in shown:
                counts[key[0]]["gone"] += 1
    total = sum(counts.values(), collections.Counter())
    print(f"{kind}: rule: true of those shown; without a verdict; false ones that are not shown any more")
    for rule, count in [*sorted(counts.items()), ("all", total)]:
        judged = count["true"] + count["false"]
        share = f"{count['true'] / judged:.1%}" if judged else "-"
        print(f"  {rule}: {count['true']} of {judged} ({share}); {count['no verdict']}; {count['gone']}")
    print(f"  shown as medium, as their rule is not measured as right: {lowered['true']} true, {lowered['false']} false, "
          f"{lowered['no verdict']} without a verdict")
    print(f"  {len(packages)} packages, {empty} without such a finding, {in_tests} findings in tests", flush=True)
    judged = total["true"] + total["false"]
    return bool(judged) and total["true"] >= 0.8 * judged and not in_tests


def confidence(rows):
    """Prints the verdicts by rule."""
    counts, packages = collections.defaultdict(collections.Counter), collections.defaultdict(set)
    for row in rows:
        if row["verdict"] != "none":
            counts[row["rule"]][row["verdict"]] += 1
            packages[row["rule"]].add(row["package"])
    print("| rule | true of judged | packages |\n| --- | --- | --- |")
    for rule, count in sorted(counts.items(), key=lambda entry: (-entry[1].total(), entry[0])):
        print(f"| `{rule}` | {count['true']} of {count.total()} | {len(packages[rule])} |")


def main(arguments):
    sets = {kind: read(path) for kind, path in DATA.items()}
    if arguments == ["--confidence"]:
        confidence([row for kind in FRESH for row in sets[kind]])
        return 0
    if arguments:
        for package in arguments:
            unjudged(package, [row for rows in sets.values() for row in rows])
        return 0
    results = [measured(kind, rows) for kind, rows in sets.items()]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
