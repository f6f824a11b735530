//! Commands of scripts: which of them load the files that they name.

/// Programs that read, check, copy or delete the files that they name, and run none of them.
const NOT_LOADING: &[&str] = &[
    "prettier",
    "prettierx",
    "prettier-standard",
    "eslint",
    "eslint_d",
    "tslint",
    "stylelint",
    "jshint",
    "jscs",
    "standard",
    "semistandard",
    "xo",
    "biome",
    "oxlint",
    "dprint",
    "js-beautify",
    "lint-staged",
    "madge",
    "depcheck",
    "dependency-cruiser",
    "depcruise",
    "jscpd",
    "cloc",
    "cspell",
    "license-check-and-add",
    "i18next",
    "i18next-scanner",
    "formatjs",
    "rimraf",
    "del",
    "del-cli",
    "rm",
    "cp",
    "cpx",
    "cpy",
    "copyfiles",
    "ncp",
    "mv",
    "mkdir",
    "shx",
    "cat",
    "grep",
    "git",
    "echo",
    "zip",
    "tar",
];
/// Programs that start the one whose name follows.
const STARTERS: &[&str] = &[
    "npx",
    "bunx",
    "pnpx",
    "yarn",
    "pnpm",
    "npm",
    "exec",
    "dlx",
    "run",
    "cross-env",
    "env",
];

/// The parts of a command line whose programs may load the files that they name.
pub(crate) fn that_load(line: &str) -> String {
    let is_loading = |command: &&str| !program(command).is_some_and(|program| NOT_LOADING.contains(&program));
    let commands = line
        .split("&&")
        .flat_map(|part| part.split("||"))
        .flat_map(|part| part.split(';'));
    commands.filter(is_loading).collect::<Vec<_>>().join(" ")
}

/// The name of the program that a command starts, without its folder.
fn program(command: &str) -> Option<&str> {
    let words = command
        .split_whitespace()
        .map(|word| word.trim_start_matches(['"', '\'', '(']));
    words
        .filter(|word| !word.is_empty() && !word.starts_with('-') && !word.contains('='))
        .map(|word| word.rsplit('/').next().unwrap_or(word))
        .find(|word| !STARTERS.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_only_read_are_left_out() {
        for line in [
            "prettier --write 'src/**/*.js'",
            "./node_modules/.bin/eslint --ext .js src",
            "npx prettier . --check",
            "NODE_ENV=test yarn run eslint src/*.ts",
            "rimraf dist && eslint src/**",
        ] {
            assert_eq!(that_load(line), "", "{line}");
        }
        assert_eq!(that_load("eslint src && node src/start.js").trim(), "node src/start.js");
        assert_eq!(that_load("mocha 'test/**/*.js'"), "mocha 'test/**/*.js'");
    }
}
