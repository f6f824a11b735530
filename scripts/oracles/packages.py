"""Sources of packages, fetched from the registries at fixed versions. Of a package nothing is run, but for the metadata that
pip asks the build of a Python source distribution for."""

import pathlib
import re
import subprocess
import sys
import tempfile
import threading

from ranking import ORACLES

APT = pathlib.Path(tempfile.gettempdir()) / "repolens-oracles-apt"
APT_LISTS = threading.Lock()


def run(*command, cwd=None):
    return subprocess.run(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def fetch(kind, name, version, target):
    """Puts the source of a package into the folder `target`, if it is not there yet; false where it cannot be had.

    `kind` is `pypi` (source distribution), `npm`, `crate` or `deb` (the archive of Debian's source package, or its binary
    package where that cannot be had)."""
    target = pathlib.Path(target)
    if target.exists():
        return True
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        (work / "in").mkdir()
        (work / "out").mkdir()
        if not KINDS[kind](name, version, work):
            return False
        folders = list((work / "out").iterdir())
        source = folders[0] if len(folders) == 1 and folders[0].is_dir() else work / "out"
        return run("cp", "-r", "--no-preserve=ownership", source, target)


def fetched(package):
    """The folder of the source of `KIND:NAME@VERSION`; `None`, and a line on stderr, where it cannot be had."""
    kind, rest = package.split(":", 1)
    name, version = rest.rsplit("@", 1)
    folder = ORACLES / "judged" / rest.replace("/", "-").lstrip("@")
    if fetch(kind, name, version, folder):
        return folder
    print(f"{package} cannot be had", file=sys.stderr)
    return None


def unpack(work):
    archives = sorted(path for path in (work / "in").iterdir() if ".orig-" not in path.name)
    return bool(archives) and run("tar", "--no-same-owner", "-xf", archives[0], "-C", work / "out")


def pypi(name, version, work):
    return run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", name, "-d", work / "in",
               f"{name}=={version}") and unpack(work)


def npm(name, version, work):
    return run("npm", "pack", "--silent", f"{name}@{version}", cwd=work / "in") and unpack(work)


def crate(name, version, work):
    (work / "in/src").mkdir()
    (work / "in/src/lib.rs").write_text("")
    (work / "in/Cargo.toml").write_text(
        f'[package]\nname = "get"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\n{name} = "={version}"\n')
    return (run("cargo", "vendor", "-q", "--versioned-dirs", work / "vendor", cwd=work / "in")
            and run("mv", work / f"vendor/{name}-{version}", work / "out"))


def release():
    found = re.search(r"^VERSION_CODENAME=(.+)$", pathlib.Path("/etc/os-release").read_text(), flags=re.M)
    return found[1] if found else "stable"


def list_sources(options):
    (APT / "sources").mkdir(parents=True)
    (APT / "lists/partial").mkdir(parents=True)
    for source in [pathlib.Path("/etc/apt/sources.list"), *pathlib.Path("/etc/apt/sources.list.d").glob("*")]:
        if source.is_file():
            text = re.sub(r"^deb ", "deb-src ", re.sub(r"^Types:.*", "Types: deb-src", source.read_text(), flags=re.M), flags=re.M)
            (APT / "sources" / (source.name if source.suffix else "list.list")).write_text(text)
    run("apt-get", *options, "update")


def deb(name, _version, work):
    """Most machines do not list source packages, so a configuration of apt beside the machine's has `deb-src` for `deb`."""
    options = ["-q", "-o", "Dir::Etc::sourcelist=/dev/null", "-o", f"Dir::Etc::sourceparts={APT}/sources",
               "-o", f"Dir::State::Lists={APT}/lists"]
    # The other threads wait for the lists: without them they would get the package without its sources.
    with APT_LISTS:
        if not (APT / "sources").exists():
            list_sources(options)
    # A mirror may lack the newest of the security updates: then the one of the release.
    for source in (name, f"{name}/{release()}"):
        if run("apt-get", *options, "source", "--download-only", "--tar-only", source, cwd=work / "in") and unpack(work):
            return True
        for leftover in (work / "in").iterdir():
            leftover.unlink()
    return (run("apt-get", "download", "-q", name, cwd=work / "in")
            and run("dpkg-deb", "-x", next((work / "in").iterdir()), work / "out")
            and run("sh", "-c", "find . -name src.zip -type f -execdir python3 -m zipfile -e {} . ';' -delete", cwd=work / "out"))


KINDS = {"pypi": pypi, "npm": npm, "crate": crate, "deb": deb}
