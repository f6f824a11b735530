"""Packages and edges of a `poetry.lock` or `pdm.lock`, by the tools' own libraries: `python.py poetry|pdm FOLDER`."""

import json
import os
import re
import subprocess
import sys

tool, folder = sys.argv[1:]
os.chdir(folder)


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def exported(*command):
    done = subprocess.run([os.path.join(os.path.dirname(sys.executable), tool), "export", "--without-hashes", *command],
                          capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-500:])
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)", done.stdout, re.M)
    return {(normal(name), version) for name, version in found}


def poetry():
    from poetry.factory import Factory
    packages = Factory().create_poetry(folder).locker.locked_repository().packages
    shipped = exported("--only=main", "--all-extras")
    wanted = [((one.name, str(one.version)), [(need.name, need.constraint.allows) for need in one.requires]) for one in packages]
    return wanted, shipped


def pdm():
    from packaging.requirements import Requirement
    from pdm.core import Core
    locked = Core().create_project(folder).get_locked_repository().packages
    wanted = []
    for entry in locked.values():
        candidate = entry.candidate
        needs = [Requirement(need) for need in entry.dependencies or []]
        wanted.append(((normal(candidate.name), candidate.version),
                       [(normal(need.name), lambda version, need=need: need.specifier.contains(version, prereleases=True)) for need in needs]))
    return wanted, exported("--prod", "-G:all") if False else exported("--prod")


def main():
    wanted, shipped = {"poetry": poetry, "pdm": pdm}[tool]()
    versions = {}
    for (name, version), _ in wanted:
        versions.setdefault(name, set()).add(version)
    edges = set()
    for source, needs in wanted:
        for name, allows in needs:
            for version in versions.get(name, ()):
                edges.add((source, (name, version)))
    packages = {source for source, _ in wanted}
    print(json.dumps({"packages": sorted(packages), "edges": sorted(edges), "dev": sorted(packages - shipped)}))


main()
