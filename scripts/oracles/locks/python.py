"""Packages, edges and development-only packages of a lock file of Python, by the tools' own programs and libraries:
`python.py poetry|pdm|pipenv|pylock FOLDER`. `python.py make poetry|pdm|pylock` makes the lock file of the current folder."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tomllib

BIN = pathlib.Path(sys.executable).parent


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def run(*command):
    done = subprocess.run([BIN / command[0], *command[1:]], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit((done.stderr or done.stdout)[-500:])
    return done.stdout


def exported(*command):
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)", run(*command), re.M)
    return {(normal(name), version) for name, version in found}


def edges_of(wanted):
    """Edges of `((name, version), [(name, whether a version fits)])`."""
    versions = {}
    for (name, version), _ in wanted:
        versions.setdefault(name, set()).add(version)
    return {(source, (name, version)) for source, needs in wanted for name, fits in needs for version in versions.get(name, ())
            if fits(version) and source != (name, version)}


def poetry():
    from poetry.core.constraints.version import Version
    from poetry.factory import Factory
    packages = Factory().create_poetry(pathlib.Path.cwd()).locker.locked_repository().packages
    wanted = [((one.name, str(one.version)), [(need.name, lambda version, need=need: need.constraint.allows(Version.parse(version))) for need in one.requires])
              for one in packages]
    everything = {source for source, _ in wanted}
    shipped = exported("poetry", "export", "--without-hashes", "--only=main", "--all-extras")
    return everything, edges_of(wanted), everything - shipped


def pdm():
    """Every extra of a package is an entry of its own there, and part of the package here."""
    from packaging.requirements import Requirement
    from pdm.core import Core
    locked = Core().create_project(".").locked_repository.packages.values()
    wanted = []
    for candidate, needs in ((one, locked_needs(one, locked)) for one in locked):
        fitting = [(normal(one.name), lambda version, one=one: one.specifier.contains(version, prereleases=True)) for one in map(Requirement, needs)]
        wanted.append(((normal(candidate.name), candidate.version), fitting))
    everything, edges = {source for source, _ in wanted}, edges_of(wanted)
    # `pdm export` leaves out what the running interpreter does not need, so what its groups lead to is followed here.
    project = Core().create_project(".")
    groups = ["default", *(project.pyproject.metadata.get("optional-dependencies") or {})]
    shipped, work = set(), [normal(one.name) for group in groups for one in project.get_dependencies(group).values() if one.name]
    work = [source for source in everything if source[0] in work]
    while work:
        if (one := work.pop()) not in shipped:
            shipped.add(one)
            work += [target for source, target in edges if source == one]
    return everything, edges, everything - shipped


def locked_needs(candidate, _):
    lock = tomllib.loads(pathlib.Path("pdm.lock").read_text())
    extras = sorted(candidate.req.extras or ())
    return [need for one in lock["package"] for need in one.get("dependencies", [])
            if (normal(one["name"]), one["version"], sorted(one.get("extras", []))) == (normal(candidate.name), candidate.version, extras)]


def pipenv():
    everything = exported("pipenv", "requirements", "--dev")
    return everything, None, everything - exported("pipenv", "requirements")


def pylock():
    """By the library of the specification. Groups are in the markers: what is in the default group or an extra is shipped."""
    from packaging.pylock import Pylock
    lock = Pylock.from_dict(tomllib.loads(pathlib.Path("pylock.toml").read_text()))
    packages = [one for one in lock.packages if not one.directory]

    def is_shipped(one):
        if one.marker is None or "dependency_groups" not in str(one.marker):
            return True
        extras = set(lock.extras or ())
        # A name that no platform has: only the parts about groups and extras decide, the others are tried both ways.
        return any(one.marker.evaluate({"extras": extras, "dependency_groups": set(lock.default_groups or ()), **platform}, context="lock_file")
                   for platform in PLATFORMS)

    label = lambda one: (normal(one.name), str(one.version))  # noqa: E731
    everything = {label(one) for one in packages}
    edges = None
    if any(one.dependencies for one in packages):
        wanted = [(label(one), [(normal(need["name"]), lambda version, need=need: need.get("version") in (None, version)) for need in one.dependencies or []])
                  for one in packages]
        edges = edges_of(wanted)
    return everything, edges, everything - {label(one) for one in packages if is_shipped(one)}


PLATFORMS = [{"python_version": python, "python_full_version": f"{python}.1", "sys_platform": system, "platform_system": name, "os_name": os_name}
             for python in ("3.8", "3.9", "3.10", "3.12", "3.14")
             for system, name, os_name in (("linux", "Linux", "posix"), ("win32", "Windows", "nt"), ("darwin", "Darwin", "posix"))]


def make(tool):
    """Poetry asks the registry's own interface; the simple index is what every mirror has."""
    if tool == "poetry":
        index = subprocess.run([BIN / "pip", "config", "get", "global.index-url"], capture_output=True, text=True).stdout.strip()
        with open("pyproject.toml", "a") as file:
            file.write(f'\n[[tool.poetry.source]]\nname = "simple"\nurl = "{index or "https://pypi.org/simple/"}"\npriority = "primary"\n')
        run("poetry", "lock")
    elif tool == "pdm":
        run("pdm", "lock", "-G:all")
    else:
        run("poetry", "export", "--format=pylock.toml", "--all-groups", "--all-extras", "--output=pylock.toml")


def main():
    tool, folder = sys.argv[1:]
    if tool == "make":
        return make(folder)
    os.chdir(folder)
    packages, edges, dev = {"poetry": poetry, "pdm": pdm, "pipenv": pipenv, "pylock": pylock}[tool]()
    print(json.dumps({"packages": sorted(packages), "edges": edges and sorted(edges), "dev": sorted(dev)}))


main()
