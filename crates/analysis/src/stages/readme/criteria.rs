//! The criteria for a README, and how each is recognized: by a heading with something below it, or by an alternative
//! that serves the same purpose (an install command in a code block, a link to the license, a file beside the README).

use super::super::published;
use super::document::Document;
use crate::facts::Facts;

/// One criterion.
pub(super) struct Criterion {
    pub name: &'static str,
    pub weight: u64,
    pub points: fn(&Document, Surroundings) -> u64,
    /// Where it makes no sense it is in no sum.
    applies: fn(&Document, Surroundings) -> bool,
    pub missing: &'static str,
    /// To copy; empty where a heading would not help.
    pub heading: &'static str,
}

impl Criterion {
    pub(super) fn applies(&self, document: &Document, around: Surroundings) -> bool {
        (self.applies)(document, around)
    }
}

/// Files beside the README.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Surroundings {
    pub contributing: bool,
    pub license: bool,
    pub changelog: bool,
    pub tests: bool,
    /// The manifest at the top has a description, which the page of a registry shows above the README.
    pub described: bool,
    /// A package of a registry, which leaves out what only the repository needs, and is installed as all others there.
    pub published: bool,
}

impl Surroundings {
    pub(super) fn of(facts: &Facts) -> Self {
        let mut around = Self {
            published: published::registry(facts).is_some(),
            ..Self::default()
        };
        for file in &facts.files {
            around.described |= around.published
                && !file.path.contains('/')
                && file
                    .manifest
                    .as_ref()
                    .is_some_and(|manifest| manifest.description.is_some());
            around.tests |= file.test && file.is_own();
            let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
            if !matches!(folder, "" | ".github" | "doc" | "docs") {
                continue;
            }
            let lower = name.to_ascii_lowercase();
            let stem = lower.split(['.', '-', '_']).next().unwrap_or_default();
            around.contributing |= stem == "contributing" || stem == "hacking";
            around.license |= folder.is_empty()
                && file
                    .manifest
                    .as_ref()
                    .is_some_and(|manifest| manifest.license.is_some());
            around.license |= folder.is_empty()
                && matches!(
                    stem,
                    "license" | "licence" | "licenses" | "licences" | "copying" | "copyright" | "unlicense"
                );
            around.changelog |= matches!(stem, "changelog" | "changes" | "history" | "news" | "releases")
                || ["releasenotes", "release-notes", "release_notes"]
                    .iter()
                    .any(|start| lower.starts_with(start));
        }
        around
    }
}

/// Each example counts.
const EACH_EXAMPLE: u64 = 2;
/// Characters from which a first paragraph describes something.
const DESCRIBES: usize = 30;
/// The number of words from which a title counts as a description.
const SENTENCE: usize = 4;
/// Headings from which a table of contents helps: hosts show an outline of shorter ones.
const LONG: usize = 20;

fn always(_: &Document, _: Surroundings) -> bool {
    true
}

/// The weights of the contract. Points are cut to the weight.
#[rustfmt::skip]
pub(super) const CRITERIA: &[Criterion] = &[
    Criterion { name: "title", weight: 10, applies: always, heading: "# Name", missing: "Begin with a title",
        points: |document, _| all(document.title.is_some()) },
    Criterion { name: "description", weight: 15, applies: always, heading: "", missing: "Describe in a sentence or two what it is and for whom",
        points: |document, around| all(around.described || document.first_paragraph.chars().count() >= DESCRIBES
            || document.title.as_ref().is_some_and(|title| title.split_whitespace().count() >= SENTENCE)) },
    Criterion { name: "installation", weight: 20, applies: |document, around| !around.published || installs(document), heading: "## Installation", missing: "Explain how to install it, with the command",
        points: |document, _| all(installs(document)) },
    Criterion { name: "usage", weight: 20, applies: always, heading: "## Usage", missing: "Show how to use it, with a short example",
        points: |document, _| all(document.has_section(USAGE, &["demo", "basics"]) || document.has_code_beside(is_install_command)
            || document.links_to(&["getting-started", "quickstart", "quick-start", "tutorial", "examples", "getting started", "user guide", "usage"])) },
    Criterion { name: "contributing", weight: 10, applies: |document, around| !around.published || invites(document, around), heading: "## Contributing", missing: "Explain how to contribute",
        points: |document, around| all(invites(document, around)) },
    Criterion { name: "license", weight: 10, applies: always, heading: "## License", missing: "Name the license",
        points: |document, around| all(around.license || document.has_section(LICENSE, &[])
            || document.links_to(&["license", "licence"]) || document.mentions(&["licensed under", "released under", "distributed under", "mit license", "apache license", "public domain"])) },
    Criterion { name: "table_of_contents", weight: 5, applies: |document, _| document.sections() >= LONG, heading: "## Contents", missing: "Add a table of contents",
        points: |document, _| all(document.has_contents || document.has_section(&["table of contents"], &["contents", "toc"])) },
    Criterion { name: "api", weight: 5, applies: always, heading: "## Documentation", missing: "Link to or describe the documentation",
        points: |document, _| all(document.has_section(&["api", "reference", "documentation", "docs", "options", "commands", "manual", "guide"], &[])
            || document.links_to(DOCUMENTATION) || document.mentions(&["documentation", "manual", "javadoc", "user guide"])) },
    Criterion { name: "tests", weight: 5, applies: |_, around| around.tests, heading: "## Tests", missing: "Explain how to run the tests",
        points: |document, around| all(around.contributing || document.has_section(&["test", "develop", "contribut", "building", "hacking"], &[])
            || document.has_code(is_test_command)) },
    Criterion { name: "changelog", weight: 3, applies: |document, around| !around.published || lists_changes(document, around), heading: "## Changelog", missing: "Link to the changes of each version",
        points: |document, around| all(lists_changes(document, around)) },
    Criterion { name: "faq", weight: 3, applies: |document, _| has_help(document), heading: "## FAQ", missing: "",
        points: |_, _| u64::MAX },
    Criterion { name: "badges", weight: 5, applies: always, heading: "", missing: "Add a badge of the build or the version",
        points: |document, _| all(document.badges > 0) },
    Criterion { name: "code_examples", weight: 10, applies: always, heading: "", missing: "Add examples as code blocks",
        points: |document, _| document.code_blocks * EACH_EXAMPLE },
    Criterion { name: "links", weight: 5, applies: always, heading: "", missing: "Link to more",
        points: |document, _| all(document.links > 0) },
];

const INSTALLATION: &[&str] = &[
    "install",
    "setup",
    "set up",
    "setting up",
    "getting started",
    "get started",
    "quick start",
    "quickstart",
    "download",
    "building from",
    "build from",
    "how to build",
    "build instructions",
    "adding",
];
/// Whole headings for the same.
const INSTALLATION_ONLY: &[&str] = &[
    "build",
    "building",
    "compile",
    "compiling",
    "compilation",
    "deploy",
    "deployment",
    "requirements",
];
/// Sentences that explain the installation, or where to read about it.
const INSTALLS: &[&str] = &[
    "to install",
    "can be installed",
    "install it",
    "instructions on installing",
    "for installing",
    "installation instructions",
    "installation guide",
    "install instructions",
    "see install",
    "read install",
    "install this ",
    "install the ",
    "install from ",
    "install.txt",
    "install.md",
    "install.rst",
    "install.html",
    "installation.md",
    "installation.rst",
];
const USAGE: &[&str] = &[
    "usage",
    "how to use",
    "using",
    "example",
    "getting started",
    "get started",
    "quick start",
    "quickstart",
    "tutorial",
    "synopsis",
    "basic usage",
    "running",
];
const CONTRIBUTING: &[&str] = &["contributing", "contribute", "contribution", "hacking", "pull request"];
/// Links to where to read on.
const DOCUMENTATION: &[&str] = &[
    "docs",
    "documentation",
    "readthedocs",
    "rtfd",
    "pkg.go.dev",
    "godoc",
    "javadoc",
    "manual",
    "wiki",
    "api reference",
    "guide",
    "tutorial",
    "website",
    ".github.io",
];
const LICENSE: &[&str] = &["license", "licence", "licensing", "copyright", "copying", "legal"];

fn all(yes: bool) -> u64 {
    if yes { u64::MAX } else { 0 }
}

fn installs(document: &Document) -> bool {
    document.has_section(INSTALLATION, INSTALLATION_ONLY)
        || document.has_code(is_install_command)
        || document.links_to(&[
            "install",
            "get-started",
            "get started",
            "getting-started",
            "getting started",
            "quick-start",
            "quickstart",
        ])
        || document.mentions(INSTALLS)
}

fn invites(document: &Document, around: Surroundings) -> bool {
    around.contributing
        || document.has_section(CONTRIBUTING, &["development", "developing", "developers"])
        || document.links_to(&["contributing", "contribute", "contribution"])
        || document.mentions(&[
            "pull requests are welcome",
            "contributions are welcome",
            "patches are welcome",
            "contributions welcome",
            "pull requests welcome",
        ])
}

fn lists_changes(document: &Document, around: Surroundings) -> bool {
    around.changelog
        || document.has_section(
            &["change log", "changelog", "changes", "release", "what's new"],
            &["history", "news"],
        )
        || document.links_to(&[
            "changelog",
            "changes",
            "releases",
            "history",
            "release notes",
            "release-notes",
        ])
}

/// Help counts where it is offered; a project without it loses nothing, because it may have had no questions yet.
fn has_help(document: &Document) -> bool {
    document.has_section(
        &[
            "faq",
            "frequently asked",
            "questions",
            "troubleshooting",
            "getting help",
            "get help",
            "need help",
            "getting support",
            "get support",
        ],
        &["support", "help", "help and support", "support and help"],
    )
}

/// A line that installs something, or the entry of a manifest that does.
pub(super) fn is_install_command(line: &str) -> bool {
    let line = line.trim_start_matches(['$', '>', '%', '#', ' ']);
    let line = line.strip_prefix("sudo ").unwrap_or(line);
    let starts = |list: &[&str]| list.iter().any(|start| line.starts_with(start));
    starts(&[
        "pip install",
        "pip3 install",
        "python -m pip install",
        "python3 -m pip install",
        "py -m pip install",
        "pipx install",
        "uv add",
        "uv pip install",
        "uv tool install",
        "poetry add",
        "pipenv install",
        "conda install",
        "mamba install",
        "easy_install",
        "python setup.py install",
        "npm install",
        "npm i ",
        "npm add",
        "npm ci",
        "npm create",
        "npm init",
        "npx ",
        "gatsby new",
        "yarn add",
        "yarn global",
        "yarn install",
        "pnpm add",
        "pnpm i",
        "bun add",
        "bun install",
        "bower install",
        "deno add",
        "cargo install",
        "cargo add",
        "cargo binstall",
        "cargo build",
        "go get",
        "go install",
        "gem install",
        "bundle add",
        "bundle install",
        "composer require",
        "composer install",
        "dotnet add package",
        "dotnet tool install",
        "Install-Package",
        "nuget install",
        "brew install",
        "port install",
        "apt install",
        "apt-get install",
        "dnf install",
        "yum install",
        "pacman -S",
        "apk add",
        "zypper install",
        "nix-env",
        "nix profile",
        "snap install",
        "winget install",
        "choco install",
        "scoop install",
        "docker pull",
        "docker run",
        "helm install",
        "pod '",
        "mix deps.get",
        "cabal install",
        "stack install",
        "luarocks install",
        "opam install",
        "flutter pub add",
        "dart pub add",
        "git clone",
        "./configure",
        "make install",
        "cmake ",
        "curl -",
        "wget ",
        "<dependency>",
        "implementation ",
        "implementation(",
        "compile '",
        "gem '",
        "gem \"",
        "libraryDependencies",
        ".package(url",
        "[dependencies]",
        "require 'package'",
    ]) || (line.starts_with("<script") && line.contains("src="))
        || line == "make"
        || line.contains("cdn.jsdelivr.net")
        || line.contains("unpkg.com")
}

pub(super) fn is_test_command(line: &str) -> bool {
    let line = line.trim_start_matches(['$', '>', '%', '#', ' ']);
    crate::stages::ci::runs_tests(line)
}
