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
    &["mvn", "package"],
    &["mvn", "deploy"],
    &["mvnw", "verify"],
    &["mvnw", "package"],
    &["mvnw", "install"],
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
    &["simple-phpunit"],
    &["paratest"],
    &["pest"],
    &["composer", "test"],
    &["ctest"],
    &["make", "test"],
    &["make", "check"],
    &["make", "tests"],
    &["make", "distcheck"],
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

/// Programs that run a target or script by its name.
const RUNNERS: &[&str] = &[
    "make", "gmake", "npm", "yarn", "pnpm", "bun", "just", "task", "composer", "rake", "mage", "poe", "pdm", "hatch",
    "deno", "cmake", "ninja", "meson", "nx", "turbo",
];

/// Whether a text has a command that runs tests, in a line that is no comment.
pub(crate) fn runs_tests(text: &str) -> bool {
    text.lines()
        .map(str::trim)
        .filter(|line| {
            !line.starts_with('#') && !line.starts_with("//") && !names_something(line) && !leaves_tests_out(line)
        })
        .any(|line| {
            let words: Vec<&str> = line
                .split(|c: char| {
                    c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ';' | '|' | '&' | '(' | ')' | '[' | ']' | ',')
                })
                .filter(|word| !word.is_empty())
                .collect();
            words.iter().any(|word| is_test_script(word))
                || COMMANDS.iter().any(|command| has_command(&words, command))
                || runs_test_target(&words)
        })
}

/// Whether a runner's target is named after tests: `make test-coverage`, `npm run unit-test`; `make test-deps` runs none.
fn runs_test_target(words: &[&str]) -> bool {
    const PREPARES: &[&str] = &[
        "build",
        "clean",
        "compile",
        "data",
        "db",
        "dep",
        "deps",
        "dependencies",
        "down",
        "env",
        "environment",
        "fixtures",
        "image",
        "images",
        "install",
        "lint",
        "prepare",
        "requirements",
        "server",
        "setup",
        "start",
        "stop",
        "teardown",
        "tools",
        "up",
        "vendor",
    ];
    // `-j4`, `--silent`; a value follows `-C`.
    let has_no_value = |word: &str| word.starts_with('-') && (word.len() > 2 || word == "-k" || word == "-s");
    let is_target = |word: &str| {
        let lower = word.to_ascii_lowercase();
        let parts: Vec<&str> = lower.split(['-', '_', ':', '.']).collect();
        let is_plain = !word.starts_with('-') && !word.contains(['/', '=', '$', '{']);
        let is_of_tests = |part: &&str| matches!(*part, "test" | "tests" | "unittest" | "unittests");
        is_plain
            && (parts.first().is_some_and(is_of_tests) || parts.last().is_some_and(is_of_tests))
            && !parts.iter().any(|part| PREPARES.contains(part))
    };
    // Options and `run` may be before the target.
    words.iter().enumerate().any(|(at, word)| {
        let name = word.rsplit('/').next().unwrap_or(word);
        let mut rest = words[at + 1..]
            .iter()
            .skip_while(|word| has_no_value(word) || **word == "run");
        RUNNERS.contains(&name) && rest.next().is_some_and(|word| is_target(word))
    })
}

/// Whether a command of Maven or Gradle builds without the tests.
fn leaves_tests_out(line: &str) -> bool {
    ["-DskipTests", "-Dmaven.test.skip", " -x test"]
        .iter()
        .any(|option| line.contains(option))
}

/// Whether a line of a configuration gives a title, a folder or a condition, and no command.
fn names_something(line: &str) -> bool {
    const KEYS: &[&str] = &[
        "name",
        "path",
        "paths",
        "working-directory",
        "working_directory",
        "directory",
        "uses",
        "if",
        "key",
        "file",
        "files",
        "description",
    ];
    let key = line
        .trim_start_matches(['-', ' '])
        .split_once(": ")
        .map(|(key, _)| key.trim_matches(['"', '\'']));
    key.is_some_and(|key| KEYS.contains(&key))
}

/// Whether a word is the path of a script that runs tests by its name: `scripts/test`, `ci/run.sh`, `./runtest-cluster`.
fn is_test_script(word: &str) -> bool {
    const NAMES: [&str; 6] = ["test", "tests", "testall", "alltests", "cibuild", "ci"];
    const ENDINGS: [&str; 11] = ["sh", "bash", "py", "pl", "rb", "js", "mjs", "php", "ps1", "cmd", "bat"];
    let (folder, name) = word.rsplit_once('/').unwrap_or(("", word));
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let is_script = if ending.is_empty() {
        !folder.is_empty()
    } else {
        ENDINGS.contains(&ending)
    };
    let plain = stem.to_ascii_lowercase().replace(['-', '_'], "");
    // `run-unit-tests`, `runtest-cluster`; `run_attestation` runs none.
    let is_run = plain.starts_with("runtest")
        || plain.strip_prefix("run").is_some_and(|rest| {
            ["all", "unit", "integration", "e2e", "functional", "ci", "the"]
                .iter()
                .any(|which| rest.strip_prefix(which).is_some_and(|rest| rest.starts_with("test")))
        });
    let is_of_ci = matches!(folder.rsplit('/').next(), Some("ci" | ".ci")) && plain == "run";
    is_script && (NAMES.contains(&plain.as_str()) || is_run || is_of_ci)
}

/// The words of a command behind each other; options and values may be between (`cargo +nightly test`, `mvn -B verify`).
fn has_command(words: &[&str], command: &[&str]) -> bool {
    let is = |word: &str, wanted: &str| {
        let word = word.trim_start_matches("./");
        let name = word.rsplit('/').next().unwrap_or(word);
        // `:core:check`, a task of one project of Gradle.
        let task = word.strip_prefix(':').and_then(|path| path.rsplit(':').next());
        name == wanted
            || task == Some(wanted)
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
            "script: ./gradlew :provider:check --info",
            "run: mvn -V --no-transfer-progress package -Ddoclint=all",
            "run: make -j4 distcheck",
            "run: mvn -B verify",
            "make -j4 check",
            "run: bundle exec rspec",
            "run: scripts/test",
            "- run: ./run-tests.sh --all",
            "run: ./runtest --accurate --verbose",
            "  ./runtest-cluster --config io-threads 2",
            "run: ./test",
            "run: perl tests/runtests.pl",
            "run: ./scripts/run_unit_tests.sh",
            "run: src/run-all-tests",
            "run: .ci/run",
            "run: bash ci/test.sh",
            "./runtest --verbose --tags -slow --dump-logs",
            "run: ./runtest-moduleapi",
            "- run: ./test.sh",
            "run: perl tests/runtests.pl",
            "run: \"vendor/bin/simple-phpunit --verbose\"",
            "- [\"tox\", \"-e\", \"py\"]",
            "- run: make test-coverage",
            "run: make -j4 unit-tests",
            "run: npm run ci-test",
            "run: yarn run test_all",
        ] {
            assert!(runs_tests(line), "{line}");
        }
        for line in [
            "# cargo test",
            "run: cargo build",
            "name: test",
            "- name: Run npm test",
            "working-directory: packages/tests",
            "path: ./tests",
            "runs-on: latest",
            "run: npm run lint",
            "go vet ./...",
            "paths: [\"tests/**\"]",
            "name: runtest",
            "run: ./run-attestation.sh",
            "run: ./runtime",
            "uses: actions/setup-node@v4",
            "run: mvn -B package -DskipTests",
            "run: ./gradlew build -x test",
            "run: make test-deps",
            "run: npm run build-test-image",
            "run: make latest",
            "run: make lint CONTEST=tests",
        ] {
            assert!(!runs_tests(line), "{line}");
        }
    }
}
