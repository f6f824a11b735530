"""The projects whose lock files are compared, and how each is had: shipped in the package of its registry, or made by the
ecosystem's own tool from the project's manifest."""

import collections
import os
import pathlib
import shutil
import subprocess

from agreement import HERE, ORACLES, ROOT
from packages import fetch

TOOLS = ORACLES / "dependencies"
BIN = ORACLES / "venv-dependencies/bin"
# The tools of Python that do not agree on the versions of what they share with those of `BIN`.
LOCKERS = ORACLES / "venv-locks/bin"

# `kind`: what reads the lock file. `source`: kind, name and version of `packages.fetch`. `make`: the command that makes the lock file.
# `folder`: where in the package it is.
Project = collections.namedtuple("Project", "name kind lock source make folder", defaults=[None, "."])

NPM = ["npm", "install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps"]
PNPM = ["npx", "--yes", "pnpm@{}", "install", "--lockfile-only", "--ignore-scripts", "--no-strict-peer-dependencies"]
BERRY = ["node", str(TOOLS / "node_modules/@yarnpkg/cli-dist/bin/yarn.js"), "install", "--mode=update-lockfile"]


def made(tool):
    return [str(LOCKERS / "python"), str(HERE / "locks/python.py"), "make", tool]


# What `uv` exports of its lock file, whose groups it does not mark.
PYLOCK = [str(BIN / "uv"), "export", "--frozen", "--format=pylock.toml", "--all-groups", "--all-extras", "--no-emit-project", "--output-file=pylock.toml"]


def pnpm(version):
    return [part.format(version) for part in PNPM]


PROJECTS = [
    Project("express", "npm", "package-lock.json", ("npm", "express", "5.1.0"), NPM),
    Project("axios", "npm", "package-lock.json", ("npm", "axios", "1.11.0"), NPM),
    Project("socket.io", "npm", "package-lock.json", ("npm", "socket.io", "4.8.1"), NPM),
    Project("mocha", "npm", "package-lock.json", ("npm", "mocha", "11.7.1"), NPM),
    Project("eslint", "npm", "package-lock.json", ("npm", "eslint", "9.33.0"), NPM),
    Project("isso", "npm", "package-lock.json", ("pypi", "isso", "0.14.0")),
    Project("glances", "npm", "package-lock.json", ("pypi", "Glances", "4.5.8"), folder="glances/outputs/static"),
    Project("gatsby-starter-blog", "npm", "package-lock.json", ("npm", "gatsby-starter-blog", "1.0.1")),
    Project("typescript", "npm", "package-lock.json", ("deb", "node-typescript", "bookworm")),
    Project("wordpress-theme", "npm", "package-lock.json", ("deb", "wordpress", "bookworm"), folder="wp-content/themes/twentytwentyone"),
    Project("express-v1", "npm", "package-lock.json", ("npm", "express", "5.1.0"), [*NPM, "--lockfile-version=1"]),
    Project("express-pnpm10", "pnpm", "pnpm-lock.yaml", ("npm", "express", "5.1.0"), pnpm("10.14.0")),
    Project("mocha-pnpm8", "pnpm", "pnpm-lock.yaml", ("npm", "mocha", "11.7.1"), pnpm("8.15.9")),
    Project("axios-pnpm7", "pnpm", "pnpm-lock.yaml", ("npm", "axios", "1.11.0"), pnpm("7.33.7")),
    Project("create-lit", "pnpm", "pnpm-lock.yaml", ("npm", "create-lit", "1.5.0"), folder="templates/production-template"),
    Project("ghost", "yarn", "yarn.lock", ("npm", "ghost", "5.130.6")),
    Project("gatsby-starter-default", "yarn", "yarn.lock", ("npm", "gatsby-starter-default", "1.0.0")),
    Project("webpack", "yarn", "yarn.lock", ("deb", "node-webpack", "bookworm")),
    Project("phpmyadmin", "yarn", "yarn.lock", ("deb", "phpmyadmin", "bookworm")),
    Project("rails", "yarn", "yarn.lock", ("deb", "rails", "bookworm")),
    Project("mocha-berry", "berry", "yarn.lock", ("npm", "mocha", "11.7.1"), BERRY),
    Project("axios-berry", "berry", "yarn.lock", ("npm", "axios", "1.11.0"), BERRY),
    Project("ripgrep", "cargo", "Cargo.lock", ("crate", "ripgrep", "14.1.1")),
    Project("bat", "cargo", "Cargo.lock", ("crate", "bat", "0.25.0")),
    Project("hyperfine", "cargo", "Cargo.lock", ("crate", "hyperfine", "1.19.0")),
    Project("repolens", "cargo", "Cargo.lock", None),
    Project("mcp", "uv", "uv.lock", ("pypi", "mcp", "1.12.4")),
    Project("fastmcp", "uv", "uv.lock", ("pypi", "fastmcp", "2.10.0")),
    Project("openai-agents", "uv", "uv.lock", ("pypi", "openai-agents", "0.2.0")),
    Project("starlette", "uv", "uv.lock", ("pypi", "starlette", "1.10.0")),
    Project("click", "uv", "uv.lock", ("pypi", "click", "8.5.1")),
    Project("ansible-lint", "uv", "uv.lock", ("pypi", "ansible-lint", "26.10.1")),
    Project("rich", "poetry", "poetry.lock", ("deb", "rich", "bookworm")),
    Project("textual", "poetry", "poetry.lock", ("pypi", "textual", "0.89.1"), made("poetry")),
    Project("poetry", "poetry", "poetry.lock", ("pypi", "poetry", "2.2.1"), made("poetry")),
    Project("advanced-alchemy-3", "pdm", "pdm.lock", ("pypi", "advanced-alchemy", "0.3.0")),
    Project("advanced-alchemy-6", "pdm", "pdm.lock", ("pypi", "advanced-alchemy", "0.6.0")),
    Project("pdm", "pdm", "pdm.lock", ("pypi", "pdm", "2.10.4"), made("pdm")),
    Project("pipenv", "pipenv", "Pipfile.lock", ("pypi", "pipenv", "2023.12.1"), folder="examples"),
    Project("starlette", "pylock", "pylock.toml", ("pypi", "starlette", "1.10.0"), PYLOCK),
    Project("rails", "bundler", "Gemfile.lock", ("deb", "rails", "bookworm")),
    Project("composer", "composer", "composer.lock", ("deb", "composer", "bookworm")),
    Project("phpmyadmin", "composer", "composer.lock", ("deb", "phpmyadmin", "bookworm")),
    Project("dokuwiki", "composer", "composer.lock", ("deb", "dokuwiki", "bookworm")),
    Project("hugo", "go", "go.mod", ("deb", "hugo", "bookworm")),
    Project("gh", "go", "go.mod", ("deb", "gh", "bookworm")),
]


def prepare(project):
    """The folder with the project's manifests and its lock file; `None` where it cannot be had."""
    folder = ORACLES / "locks" / f"{project.name}-{project.kind}"
    if (folder / project.lock).exists():
        return folder
    source = ROOT
    if project.source:
        source = ORACLES / "lockfiles" / "-".join(project.source[:2])
        if not fetch(*project.source, source):
            return None
    source = source / project.folder
    shutil.rmtree(folder, ignore_errors=True)
    copy(source, folder, project)
    if project.make:
        env = {**os.environ, "COREPACK_ENABLE_STRICT": "0", "YARN_IGNORE_PATH": "1", "YARN_ENABLE_IMMUTABLE_INSTALLS": "false",
               "YARN_ENABLE_TELEMETRY": "false"}
        done = subprocess.run(project.make, cwd=folder, env=env, capture_output=True, text=True)
        if done.returncode or not (folder / project.lock).exists():
            print(f"{project.name}: {' '.join(project.make)}: {(done.stderr or done.stdout)[-400:]}")
            return None
    return folder


# What the tools read of a project, beside its manifest.
NEEDED = {
    "npm": ["package.json"], "yarn": ["package.json"], "berry": ["package.json"], "pnpm": ["package.json"],
    "cargo": ["Cargo.toml"], "composer": ["composer.json"], "go": ["go.mod"],
    "uv": ["pyproject.toml", "README.md"], "poetry": ["pyproject.toml"], "pdm": ["pyproject.toml"], "pipenv": ["Pipfile"],
    "pylock": ["pyproject.toml", "README.md", "uv.lock"],
    "bundler": ["Gemfile", ".gemspec", "RAILS_VERSION"],
}


def copy(source, folder, project):
    """Copies manifests and lock file; for Cargo also the sources, whose places are its targets."""
    folder.mkdir(parents=True)
    wanted = NEEDED[project.kind]
    for path in pathlib.Path(source).rglob("*"):
        relative = path.relative_to(source)
        if any(part in ("target", "node_modules", ".git", "debian") for part in relative.parts) or not path.is_file():
            continue
        is_lock = str(relative) == project.lock and not project.make
        is_source = project.kind == "cargo" and path.suffix == ".rs"
        if is_lock or is_source or any(path.name.endswith(name) for name in wanted):
            (folder / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / relative)
