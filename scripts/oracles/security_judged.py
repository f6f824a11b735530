"""How often a security finding of high or critical severity is right, on findings that were judged by reading the source.

    scripts/oracles/security --judged                      fetches the packages of the lists, analyzes them, prints the precision
    scripts/oracles/security --judged KIND:NAME@VERSION…   prints the findings of these packages that have no verdict, as rows

`security.tsv` has the packages by which the rules were corrected first, `security-fresh.tsv` those of the second
corrections, `security-unseen.tsv` those of the third, `security-unseen-2.tsv` those that had no part in any. A row: package (`pypi`, `npm`, `crate` or `deb`), rule, path, line,
verdict (`true`, `false` or `none` for a package without findings) and reason. `true` means that the message holds and that
a maintainer would change the place or document why it is safe: what fills in the text is neither fixed nor quoted. Whether
an attacker can reach it is not judged.
Ends with 1 where less than 80 % of what is shown is true, or a finding is in a test."""

import collections
import csv
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from packages import fetched
from ranking import analyzed

HERE = pathlib.Path(__file__).resolve().parent
DATA = {"first": HERE / "security.tsv", "second": HERE / "security-fresh.tsv", "third": HERE / "security-unseen.tsv",
        "fourth": HERE / "security-unseen-2.tsv"}
FIELDS = ["package", "rule", "path", "line", "verdict", "reason"]


def findings(folder):
    """(rule, path, line) of the findings of high and critical severity, and whether each is in a test."""
    report = analyzed(folder)
    if report is None:
        raise SystemExit(1)
    section = report["security"]
    return {(one["rule"], one["file"], str(one.get("line", 0))): one["inTest"]
            for one in section["findings"] if one["severity"] in ("high", "critical")}


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
    packages = sorted({row["package"] for row in rows})
    for package in packages:
        folder = fetched(package)
        if folder is None:
            continue
        verdicts = {(row["rule"], row["path"], row["line"]): row["verdict"] for row in rows if row["package"] == package}
        shown = findings(folder)
        empty += not shown
        for key, is_test in shown.items():
            in_tests += is_test
            verdict = verdicts.get(key, "no verdict")
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
    print(f"  {len(packages)} packages, {empty} without such a finding, {in_tests} findings in tests", flush=True)
    judged = total["true"] + total["false"]
    return bool(judged) and total["true"] >= 0.8 * judged and not in_tests


def main(arguments):
    sets = {kind: read(path) for kind, path in DATA.items()}
    if arguments:
        for package in arguments:
            unjudged(package, [row for rows in sets.values() for row in rows])
        return 0
    results = [measured(kind, rows) for kind, rows in sets.items()]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
