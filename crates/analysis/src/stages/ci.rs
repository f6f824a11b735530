//! Continuous integration: which services are configured, and whether one of them runs the tests.

/// Configuration files by the start of their path.
const SERVICES: &[(&str, &str)] = &[
    (".github/workflows/", "github-actions"),
    (".gitlab-ci.yml", "gitlab-ci"),
    (".gitlab-ci.yaml", "gitlab-ci"),
    (".travis.yml", "travis"),
    (".circleci/", "circleci"),
    ("azure-pipelines", "azure-pipelines"),
    (".azure-pipelines", "azure-pipelines"),
    (".azure/", "azure-pipelines"),
    ("Jenkinsfile", "jenkins"),
    (".drone.yml", "drone"),
    ("appveyor.yml", "appveyor"),
    (".appveyor.yml", "appveyor"),
    ("bitbucket-pipelines.yml", "bitbucket"),
    (".buildkite/", "buildkite"),
    (".woodpecker", "woodpecker"),
    (".cirrus.yml", "cirrus"),
    ("cloudbuild.yaml", "google-cloud-build"),
    ("cloudbuild.yml", "google-cloud-build"),
    (".teamcity/", "teamcity"),
    ("Earthfile", "earthly"),
    (".semaphore/", "semaphore"),
    (".builds/", "sourcehut"),
    (".build.yml", "sourcehut"),
    (".forgejo/workflows/", "forgejo-actions"),
    (".gitea/workflows/", "gitea-actions"),
];

/// The service that the file at `path` configures.
pub(crate) fn service(path: &str) -> Option<&'static str> {
    let found = SERVICES.iter().find(|(start, _)| path.starts_with(start));
    let is_workflow = |path: &str| {
        let lower = path.to_ascii_lowercase();
        !path.contains("/workflows/") || lower.ends_with(".yml") || lower.ends_with(".yaml")
    };
    found.filter(|_| is_workflow(path)).map(|(_, name)| *name)
}

/// Commands that run tests, as words that follow each other.
const COMMANDS: &[&[&str]] = &[
    &["pytest"],
    &["py.test"],
    &["tox"],
    &["nox"],
    &["python", "-m", "unittest"],
    &["manage.py", "test"],
    &["runtests.py"],
    &["npm", "test"],
    &["npm", "t"],
    &["npm", "run", "test"],
    &["yarn", "test"],
    &["yarn", "run", "test"],
    &["pnpm", "test"],
    &["pnpm", "run", "test"],
    &["pnpm", "-r", "test"],
    &["bun", "test"],
    &["deno", "test"],
    &["vitest"],
    &["jest"],
    &["mocha"],
    &["playwright", "test"],
    &["cypress", "run"],
    &["cargo", "test"],
    &["cargo", "nextest"],
    &["cargo", "xtask", "test"],
    &["go", "test"],
    &["gotestsum"],
    &["mvn", "test"],
    &["mvn", "verify"],
    &["mvn", "install"],
    &["mvnw", "verify"],
    &["mvnw", "test"],
    &["gradlew", "test"],
    &["gradlew", "check"],
    &["gradlew", "build"],
    &["gradle", "test"],
    &["gradle", "check"],
    &["gradle", "build"],
    &["dotnet", "test"],
    &["rspec"],
    &["rake"],
    &["minitest"],
    &["phpunit"],
    &["pest"],
    &["composer", "test"],
    &["ctest"],
    &["make", "test"],
    &["make", "check"],
    &["make", "tests"],
    &["meson", "test"],
    &["ninja", "test"],
    &["bazel", "test"],
    &["swift", "test"],
    &["xcodebuild", "test"],
    &["mix", "test"],
    &["sbt", "test"],
    &["cabal", "test"],
    &["stack", "test"],
    &["flutter", "test"],
    &["dart", "test"],
    &["just", "test"],
    &["task", "test"],
    &["hatch", "test"],
    &["turbo", "test"],
    &["nx", "test"],
    &["lerna", "test"],
];

/// Whether a text has a command that runs tests, in a line that is no comment.
pub(crate) fn runs_tests(text: &str) -> bool {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#') && !line.starts_with("//"))
        .any(|line| {
            let words: Vec<&str> = line
                .split(|c: char| {
                    c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ';' | '|' | '&' | '(' | ')' | '[' | ']' | ',')
                })
                .filter(|word| !word.is_empty())
                .map(|word| word.trim_start_matches("./"))
                .collect();
            words.iter().any(|word| is_test_script(word)) || COMMANDS.iter().any(|command| has_command(&words, command))
        })
}

/// Whether a word is the path of a script that runs tests by its name: `scripts/test`, `ci/run.sh`, `run-tests.sh`.
fn is_test_script(word: &str) -> bool {
    const NAMES: [&str; 8] = [
        "test",
        "tests",
        "run-tests",
        "run_tests",
        "runtests",
        "test-all",
        "cibuild",
        "ci",
    ];
    let (folder, name) = word.rsplit_once('/').unwrap_or(("", word));
    let stem = name.strip_suffix(".sh").or_else(|| name.strip_suffix(".py"));
    let is_script = !folder.is_empty() || stem.is_some();
    let is_of_ci = matches!(folder, "ci" | ".ci") && stem.unwrap_or(name) == "run";
    is_script && (NAMES.contains(&stem.unwrap_or(name)) || is_of_ci)
}

/// The words of a command behind each other; options and values may be between (`cargo +nightly test`, `mvn -B verify`).
fn has_command(words: &[&str], command: &[&str]) -> bool {
    let is = |word: &str, wanted: &str| {
        let name = word.rsplit('/').next().unwrap_or(word);
        name == wanted
            || word == wanted
            || (wanted == "test" && (word.starts_with("test:") || word.starts_with(":test")))
    };
    (0..words.len()).any(|start| {
        if !is(words[start], command[0]) {
            return false;
        }
        let mut rest = words[start + 1..].iter();
        command[1..]
            .iter()
            .all(|wanted| rest.by_ref().take(6).any(|word| is(word, wanted)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_known_by_their_files() {
        for (path, name) in [
            (".github/workflows/ci.yml", Some("github-actions")),
            (".github/workflows/README.md", None),
            (".gitlab-ci.yml", Some("gitlab-ci")),
            ("azure-pipelines-nightly.yml", Some("azure-pipelines")),
            ("docs/.travis.yml", None),
        ] {
            assert_eq!(service(path), name, "{path}");
        }
    }

    #[test]
    fn commands_that_run_tests() {
        for line in [
            "      run: cargo test --workspace",
            "- run: cargo +nightly test",
            "script: python -m pytest -q",
            "run: npm ci && npm test",
            "run: pnpm run test:unit",
            "run: ./gradlew --no-daemon check",
            "run: mvn -B verify",
            "make -j4 check",
            "run: bundle exec rspec",
            "run: scripts/test",
            "- run: ./run-tests.sh --all",
            "run: .ci/run",
            "run: bash ci/test.sh",
            "- [\"tox\", \"-e\", \"py\"]",
        ] {
            assert!(runs_tests(line), "{line}");
        }
        for line in [
            "# cargo test",
            "run: cargo build",
            "name: test",
            "runs-on: latest",
            "run: npm run lint",
            "go vet ./...",
            "paths: [\"tests/**\"]",
            "uses: actions/setup-node@v4",
        ] {
            assert!(!runs_tests(line), "{line}");
        }
    }
}
