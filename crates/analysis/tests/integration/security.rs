//! Security: credentials that are planted are found, decoys are not, and no value is in any output.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use repolens_analysis::{Options, render};
use repolens_core::report::{FindingSeverity, Grade, Report, Security, SecurityFinding};

use crate::project::folder;
use crate::repository;
#[path = "../security/corpus.rs"]
mod corpus;

fn report(path: &Path) -> Report {
    repository::report(path, &Options::default())
}

fn section(files: &[(&str, &str)]) -> Security {
    report(folder(files).path()).security.expect("the section")
}

fn rules(section: &Security) -> Vec<&str> {
    section.findings.iter().map(|finding| finding.rule.as_str()).collect()
}

/// A token with a right checksum, made of parts.
fn github() -> String {
    ["gh", "p_", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq17"].concat()
}

#[test]
fn planted_credentials_are_found_and_decoys_are_not() {
    let corpus = corpus::corpus();
    let providers: HashSet<&str> = corpus.planted.iter().map(|planted| planted.provider.as_str()).collect();
    assert!(corpus.planted.len() == 300 && providers.len() >= 40 && corpus.decoys.len() == 2_000);
    let files: Vec<(&str, &str)> = corpus
        .files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let root = folder(&files);
    let report = report(root.path());
    let section = report.security.as_ref().expect("the section");
    let places = |finding: &SecurityFinding| {
        let own = (finding.file.clone(), finding.line.unwrap_or_default() as usize);
        let others = finding.other_places.iter();
        let others = others.map(|place| (place.file.clone(), place.line.unwrap_or_default() as usize));
        others.chain([own]).collect::<Vec<_>>()
    };
    let is_secret = |finding: &&SecurityFinding| finding.category.as_str() == "secret";
    let found: HashSet<_> = section.findings.iter().filter(is_secret).flat_map(places).collect();
    let planted: HashSet<_> = corpus.planted.iter().map(|it| (it.file.clone(), it.line)).collect();
    let missed: Vec<_> = planted.difference(&found).collect();
    let wrong: Vec<_> = found.difference(&planted).collect();
    assert!(missed.len() * 100 <= planted.len(), "missed: {missed:?}");
    assert!(wrong.len() * 100 <= found.len() * 5, "wrong: {wrong:?}");

    let shown = serde_json::to_string(&report).expect("plain data") + &render::text(&report, &render::Style::default());
    for planted in &corpus.planted {
        let runs = planted.value.split(|c: char| !c.is_ascii_alphanumeric());
        let longest = runs.max_by_key(|run| run.len()).expect("a value");
        assert!(
            longest.len() >= 8 || planted.rule == "hard-coded-password",
            "{planted:?}"
        );
        assert!(
            !shown.contains(longest) && !shown.contains(&planted.value),
            "{}: its value is shown",
            planted.rule
        );
    }
}

#[test]
fn comments_and_files_allow_findings() {
    let token = github();
    let line = |comment: &str| format!("key = \"{token}\"  {comment}\n");
    for comment in [
        "# repolens:allow",
        "# gitleaks:allow",
        "# pragma: allowlist secret",
        "# nosec",
        "# repolens:allow github-token",
    ] {
        let section = section(&[("src/a.py", &line(comment))]);
        assert!(
            section.findings.is_empty() && section.suppressed_total == 1,
            "{comment}"
        );
        assert_eq!(section.score, Some(100.0));
    }
    for comment in ["", "# nothing", "# repolens:allow npm-token"] {
        assert_eq!(
            rules(&section(&[("src/a.py", &line(comment))])),
            ["github-token"],
            "{comment}"
        );
    }
    let above = format!("# repolens:allow\n{}", line(""));
    assert!(section(&[("src/a.py", &above)]).findings.is_empty());
    let ignored = section(&[("src/a.py", &line("")), (".gitleaksignore", "src/a.py:github-pat:1\n")]);
    assert_eq!(
        (ignored.findings.len(), ignored.suppressed[0].suppressed_by.as_str()),
        (0, ".gitleaksignore")
    );
    let sum = sha1_of(&token);
    let baseline = format!(r#"{{"results":{{"src/a.py":[{{"hashed_secret":"{sum}","line_number":9}}]}}}}"#);
    let known = section(&[("src/a.py", &line("")), (".secrets.baseline", &baseline)]);
    assert_eq!(
        (known.findings.len(), known.suppressed[0].suppressed_by.as_str()),
        (0, ".secrets.baseline")
    );
}

#[test]
fn configurations_of_linters_allow_findings_of_their_codes() {
    let text = "import os\nos.system(f\"ls {x}\")\n";
    for (path, configuration, is_allowed) in [
        (
            "pyproject.toml",
            "[tool.ruff.lint.per-file-ignores]\n\"src/*\" = [\"S605\"]\n",
            true,
        ),
        (
            "pyproject.toml",
            "[tool.ruff.lint.per-file-ignores]\n\"a.py\" = [\"S\"]\n",
            true,
        ),
        ("ruff.toml", "[lint]\nignore = [\"E501\", \"S605\"]\n", true),
        ("setup.cfg", "[flake8]\nper-file-ignores =\n    src/a.py: S605\n", true),
        ("pyproject.toml", "[tool.bandit]\nskips = [\"B605\"]\n", true),
        (
            "pyproject.toml",
            "[tool.ruff.lint.per-file-ignores]\n\"src/*\" = [\"S608\", \"E501\"]\n",
            false,
        ),
        (
            "pyproject.toml",
            "[tool.ruff.lint.per-file-ignores]\n\"lib/*\" = [\"S605\"]\n",
            false,
        ),
        (
            "pyproject.toml",
            "[tool.ruff.lint.per-file-ignores]\n\"src/*\" = [\"ALL\"]\n",
            false,
        ),
        ("pyproject.toml", "[tool.ruff]\nexclude = [\"src\"]\n", false),
        ("pyproject.toml", "[tool.bandit]\nskips = [\"B101\"]\n", false),
    ] {
        let section = section(&[("src/a.py", text), (path, configuration)]);
        assert_eq!(section.findings.is_empty(), is_allowed, "{configuration}");
        assert_eq!(section.suppressed_total == 1, is_allowed, "{configuration}");
    }
}

fn sha1_of(text: &str) -> String {
    use sha1::{Digest as _, Sha1};
    hex::encode(Sha1::digest(text))
}

#[test]
fn tests_and_examples_are_one_level_lower_and_outside_of_the_score() {
    let line = format!("key = \"{}\"\n", github());
    let own = section(&[("src/a.py", &line)]);
    assert_eq!(
        (own.findings[0].severity, own.findings[0].in_test),
        (FindingSeverity::High, false)
    );
    assert_eq!((own.score, own.totals.high, own.in_tests), (Some(70.0), 1, 0));
    for path in [
        "tests/test_a.py",
        "examples/a.py",
        "src/fixtures/a.py",
        "docs/a.md",
        "src/a.test.ts",
    ] {
        let section = section(&[(path, &line), ("src/b.py", "print(1)\n")]);
        assert_eq!(
            (section.findings[0].severity, section.findings[0].in_test),
            (FindingSeverity::Medium, true),
            "{path}"
        );
        assert_eq!(
            (section.score, section.totals.high, section.in_tests),
            (Some(100.0), 0, 1),
            "{path}"
        );
    }
}

/// A block of PEM with a sequence of random bytes, which differ by `seed`.
fn key(seed: u64) -> String {
    use base64::Engine as _;
    let mut state = seed;
    let mut bytes = vec![0x30, 0x81, 0x90];
    bytes.extend((0..0x90).map(|_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    }));
    let body = base64::engine::general_purpose::STANDARD.encode(bytes);
    let lines: Vec<&str> = body
        .as_bytes()
        .chunks(64)
        .filter_map(|line| std::str::from_utf8(line).ok())
        .collect();
    format!(
        "-----BEGIN {0} KEY-----\n{1}\n-----END {0} KEY-----\n",
        "PRIVATE",
        lines.join("\n")
    )
}

#[test]
fn keys_that_are_made_to_be_seen_are_examples() {
    let c = "int main(void) {\n  return 0;\n}\n".repeat(20);
    let in_test = |path: &str, text: &str, code: (&str, &str)| {
        let section = section(&[(path, text), code]);
        let found: Vec<(&str, bool)> = section
            .findings
            .iter()
            .map(|finding| (finding.rule.as_str(), finding.in_test))
            .collect();
        assert!(
            matches!(found[..], [("private-key" | "service-account-key", _)]),
            "{path}: {found:?}"
        );
        assert_eq!(section.score == Some(100.0), found[0].1, "{path}");
        found[0].1
    };
    let key = key(1);
    for path in [
        "demos/bio/server.pem",
        "certs/test-server.pem",
        "ssl/snakeoil.key",
        "keys/localhost.key",
        "caddytest/a.key",
        "sample-data/a.pem",
        "pki/alice.key",
        "doc/man3/d2i.pod",
        "certificates/chainPathLenViolationLeaf-privateKey.pem",
    ] {
        assert!(in_test(path, &key, ("src/a.py", "print(1)\n")), "{path}");
    }
    for path in [
        "apps/s512-key.pem",
        "server.pem",
        "certs/ca.key",
        "dh1024.pem",
        "client-key.pem",
    ] {
        assert!(in_test(path, &key, ("src/a.c", &c)), "{path}");
        assert!(!in_test(path, &key, ("src/a.py", "print(1)\n")), "{path}");
    }
    for path in ["deploy/production.pem", "config/id_rsa", "src/latest/deploy.pem"] {
        assert!(!in_test(path, &key, ("src/a.c", &c)), "{path}");
    }
    // Six keys side by side are chains of certificates.
    let many = |count: u64| {
        let keys: Vec<(String, String)> = (1..=count)
            .map(|seed| (format!("a/k{seed}.pem"), self::key(seed)))
            .collect();
        let files: Vec<(&str, &str)> = keys.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        section(&files).in_tests
    };
    assert_eq!((many(5), many(6)), (0, 6));
    // In a comment of a program it is documentation; in a comment of settings it is a key.
    let commented = |mark: &str| key.lines().map(|line| format!("{mark} {line}\n")).collect::<String>();
    assert!(in_test(
        "src/read.c",
        &format!("/*\n{}*/\n{c}", commented(" *")),
        ("src/a.py", "print(1)\n")
    ));
    assert!(in_test("src/b.py", &commented("#"), ("src/a.py", "print(1)\n")));
    assert!(!in_test("config/a.yml", &commented("#"), ("src/a.py", "print(1)\n")));
    let below = |line: &str| in_test("config/a.yml", &format!("{line}\n{key}"), ("src/a.py", "print(1)\n"));
    assert!(below("# Static test secret: DO NOT use in production") && !below("# Rotated in May"));
    let named = |name: &str| {
        in_test(
            "src/b.js",
            &format!("const {name} = `{key}`;\n"),
            ("src/a.py", "print(1)\n"),
        )
    };
    assert!(named("testKey") && !named("signingKey"));
    // Google numbers each key with 40 digits.
    let account = |number: &str| {
        let key = key.replace('\n', "\\n");
        format!(
            r#"{{"type": "service_account", "private_key_id": "{number}", "private_key": "{key}", "client_email": "a@b.iam.gserviceaccount.com"}}"#
        )
    };
    let number = "0123456789abcdef0123456789abcdef01234567";
    assert!(!in_test(
        "config/gcs.json",
        &account(number),
        ("src/a.py", "print(1)\n")
    ));
    assert!(in_test("config/gcs.json", &account("abc"), ("src/a.py", "print(1)\n")));
    assert!(in_test(
        "config/gcs-fake.json",
        &account(number),
        ("src/a.py", "print(1)\n")
    ));
}

#[test]
fn tests_inside_of_source_files_are_tests() {
    let text = format!(
        "fn a() {{}}\n\n#[cfg(test)]\nmod tests {{\n    const KEY: &str = \"{}\";\n}}\n",
        github()
    );
    let section = section(&[("src/lib.rs", &text)]);
    assert_eq!((section.findings[0].in_test, section.score), (true, Some(100.0)));
}

#[test]
fn the_same_value_is_one_finding_with_its_places() {
    let line = format!("key = \"{}\"\n", github());
    let section = section(&[("src/a.py", &line), ("src/b.py", &line), ("tests/c.py", &line)]);
    let [finding] = &section.findings[..] else {
        panic!("one finding: {:?}", rules(&section));
    };
    assert_eq!((finding.file.as_str(), finding.other_places_total), ("src/a.py", 2));
}

#[test]
fn a_place_in_a_copy_of_its_file_is_one_finding() {
    let text = "const { exec } = require('child_process');\nexec(`ls ${x}`);\nexec(`ls ${x}`);\n";
    let copied = section(&[("lib/run.js", text), ("esm/run.mjs", text)]);
    assert_eq!((copied.findings.len(), copied.totals.high), (2, 2));
    assert!(copied.findings.iter().all(|finding| finding.other_places_total == 1));
    let other = section(&[("lib/run.js", text), ("esm/walk.mjs", text)]);
    assert_eq!(other.findings.len(), 4);
}

#[test]
fn a_place_in_what_was_compiled_from_a_source_is_one_finding() {
    let source = "export const make = (text: string) => new Function(`return ${text}`);\n";
    let compiled = "Object.defineProperty(exports, \"__esModule\", { value: true });\nexports.make = (text) => {\n    return new Function(`return ${text}`);\n};\n";
    let both = section(&[("src/util/make.ts", source), ("lib/tool/util/make.js", compiled)]);
    assert_eq!((both.findings.len(), both.totals.medium), (1, 1), "{:?}", rules(&both));
    assert_eq!(both.findings[0].impact, Some(FindingSeverity::High));
    assert_eq!(
        (both.findings[0].file.as_str(), both.findings[0].other_places_total),
        ("src/util/make.ts", 1)
    );
    // Without its source it may be of another project.
    let alone = section(&[("lib/tool/util/make.js", compiled)]);
    assert_eq!(
        (alone.findings[0].severity, alone.findings[0].impact),
        (FindingSeverity::Medium, None)
    );
}

#[test]
fn code_of_other_projects_is_outside_of_the_score() {
    let shell = "<?php\nexec('ls ' . $x);\n";
    for (path, is_copy) in [
        ("web/lib/Cake/Shell.php", true),
        ("h2-1.4.197/Shell.php", true),
        ("web/lib/Own/Shell.php", false),
        ("src/Shell.php", false),
    ] {
        let section = section(&[
            (path, shell),
            ("web/lib/Cake/LICENSE.txt", "MIT\n"),
            ("src/License/LICENSE.txt", "MIT\n"),
            ("src/own.py", &"print(1)\n".repeat(20)),
        ]);
        assert_eq!(section.findings[0].in_test, is_copy, "{path}");
    }
}

#[test]
fn a_script_that_is_released_by_another_project_is_outside_of_the_score() {
    let head = "/* Tips v. 5.13\n Latest version: http://tips.example\n Copyright (c) 2008 A. B. */\n";
    let script = format!("{head}function show(name) {{\n  return eval('tip_' + name + '()');\n}}\n");
    let own: Vec<(String, String)> = (0..9)
        .map(|number| {
            (
                format!("src/own{number}.js"),
                format!("export const a{number} = {number};\n"),
            )
        })
        .collect();
    let with = |path: &str, begin: &str| {
        let mut files: Vec<(String, String)> = own
            .iter()
            .map(|(path, text)| (path.clone(), format!("{begin}{text}")))
            .collect();
        files.push((path.to_owned(), script.clone()));
        files.push((
            "package.json".to_owned(),
            "{\"name\": \"@a/best-tips\", \"version\": \"1.0.0\"}".to_owned(),
        ));
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        let section = section(&files);
        let finding = section
            .findings
            .iter()
            .find(|finding| finding.rule == "javascript-eval");
        finding.expect("a finding").in_test
    };
    assert!(with("data/tips.js", ""));
    // By its name it is the project's own.
    assert!(!with("src/best-tips.js", ""));
    // Each file of the project begins like that.
    assert!(!with("data/tips.js", head));
}

#[test]
fn a_fingerprint_stays_when_lines_move_and_says_nothing_of_the_value() {
    let finding = |text: String| section(&[("src/a.py", &text)]).findings.remove(0);
    let first = finding(format!("key = \"{}\"\n", github()));
    let moved = finding(format!("import os\n\n\nkey = \"{}\"\n", github()));
    let other = ["gh", "p_", "000000000000000000000000000001", ""].concat();
    assert_eq!(first.fingerprint, moved.fingerprint);
    assert!(first.line != moved.line && !first.fingerprint.contains(&other));
    // Another value in the same place has the same fingerprint: it is no hash of the value.
    let another = ["np", "m_", "abcdefghijklmnopqrstuvwxyz0123", "2LolCm"].concat();
    let a = finding(format!("password = \"{}\"\n", "Kd93xQpw!7"));
    let b = finding(format!("password = \"{}\"\n", "Zt51uVbn?2"));
    assert!(a.fingerprint == b.fingerprint && !another.is_empty());
}

#[test]
fn the_grade_is_the_sum_that_it_shows() {
    let line = format!("key = \"{}\"\n", github());
    let clean = report(folder(&[("src/a.py", "print(1)\n")]).path())
        .grades
        .expect("grades")
        .security;
    assert_eq!((clean.points, clean.grade), (Some(100.0), Some(Grade::A)));
    let found = report(folder(&[("src/a.py", &line)]).path())
        .grades
        .expect("grades")
        .security;
    let sum: f64 = found.inputs.iter().map(|input| input.contribution).sum();
    assert_eq!((found.points, found.grade, sum), (Some(70.0), Some(Grade::B), 70.0));
    assert_eq!(found.inputs[1].places[0].file, "src/a.py");
}

#[test]
fn what_was_not_looked_at_is_named() {
    let section = section(&[("src/a.py", "print(1)\n"), ("vendor/b.py", "print(1)\n")]);
    let named: Vec<&str> = section.not_looked_at.iter().map(|entry| entry.what.as_str()).collect();
    assert!(
        named.contains(&"known vulnerabilities") && named.contains(&"vendored files"),
        "{named:?}"
    );
    assert!(section.vulnerabilities.is_some_and(|known| !known.looked_up));
}

#[test]
fn long_lines_and_many_prefixes_take_no_time_beyond_their_size() {
    let root = tempfile::tempdir().expect("a folder");
    for (name, part) in [
        ("a.js", "sk-proj-"),
        ("b.js", "password=\""),
        ("c.js", "-----BEGIN PRIVATE KEY-----"),
        ("d.js", "eyJ."),
        ("e.js", "https://a:b@"),
    ] {
        fs::write(root.path().join(name), part.repeat(400_000 / part.len())).expect("written");
    }
    let section = report(root.path()).security.expect("the section");
    assert!(section.findings.len() < 100);
}

#[test]
fn names_that_double_with_each_line_take_no_memory() {
    let doubling = |first: &str, line: &dyn Fn(usize) -> String, last: &str| {
        let lines: String = (1..80).map(line).collect();
        format!("{first}\n{lines}{last}\n")
    };
    let python = doubling(
        "a0 = f'select {x} from '",
        &|at| format!("a{at} = a{} + a{}\n", at - 1, at - 1),
        "cursor.execute(a79)",
    );
    let script = doubling(
        "const a0 = [`select ${x} from `];",
        &|at| format!("const a{at} = [a{}, a{}];\n", at - 1, at - 1),
        "db.query(a79);",
    );
    let java = doubling(
        "class A { void f(String x) throws Exception { String a0 = \"select \" + x;",
        &|at| format!("String a{at} = a{} + a{};\n", at - 1, at - 1),
        "s.execute(a79); } }",
    );
    let section = section(&[("src/a.py", &python), ("src/b.js", &script), ("src/A.java", &java)]);
    assert!(section.findings.len() < 10);
}

/// One text of a case: whether the rule must find something in it and with which severity if it is true, its path and the
/// text.
struct Case<'t> {
    alarm: bool,
    severity: Option<&'t str>,
    path: &'t str,
    text: &'t str,
}

fn cases(text: &str) -> Vec<Case<'_>> {
    let parts = text.split("### ").skip(1);
    parts
        .map(|part| {
            let (head, text) = part.split_once('\n').expect("a line of its own");
            let (kind, path) = head.split_once(' ').expect("a kind and a path");
            assert!(matches!(kind, "alarm" | "high" | "medium" | "low" | "safe"), "{head}");
            Case {
                alarm: kind != "safe",
                severity: matches!(kind, "high" | "medium" | "low").then_some(kind),
                path,
                text,
            }
        })
        .collect()
}

/// The forms of providers and generic values are tested by the planted corpus.
#[test]
fn every_rule_finds_its_cases_and_leaves_its_safe_forms() {
    let folder_of_cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/security/cases");
    let mut problems = Vec::new();
    let rules_of_code = repolens_analysis::security::rules().filter(|rule| rule.category.as_str() == "code");
    assert!(rules_of_code.count() >= 60);
    for rule in repolens_analysis::security::rules() {
        let path = folder_of_cases.join(format!("{}.txt", rule.id));
        let Ok(text) = fs::read_to_string(&path) else {
            if rule.category.as_str() != "secret" {
                problems.push(format!("{}: no cases", rule.id));
            }
            continue;
        };
        let cases = cases(&text);
        let alarms = cases.iter().filter(|case| case.alarm).count();
        if alarms < 3 || cases.len() - alarms < 3 {
            problems.push(format!(
                "{}: {alarms} alarms and {} safe forms",
                rule.id,
                cases.len() - alarms
            ));
        }
        for (number, case) in cases.iter().enumerate() {
            let section = section(&[(case.path, case.text)]);
            let mut severities = section.findings.iter().filter(|finding| finding.rule == rule.id);
            let is_of_severity = severities.all(|finding| {
                case.severity
                    .is_none_or(|severity| finding.impact().as_str() == severity)
            });
            if rules(&section).contains(&rule.id) != case.alarm || !is_of_severity {
                let kind = case.severity.unwrap_or(if case.alarm { "alarm" } else { "safe form" });
                problems.push(format!(
                    "{}: {kind} {} of {}: {:?}\n{}",
                    rule.id,
                    number + 1,
                    case.path,
                    rules(&section),
                    case.text
                ));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// `### allowed COMMENT RULE PATH` or `### found RULE PATH`, and the text.
#[test]
fn comments_of_linters_allow_what_they_are_about() {
    let mut problems = Vec::new();
    let text = include_str!("../security/comments.txt");
    for (number, part) in text.split("### ").skip(1).enumerate() {
        let (head, text) = part.split_once('\n').expect("a line of its own");
        let (rest, path) = head.rsplit_once(' ').expect("a path");
        let (kind, rule) = rest.rsplit_once(' ').expect("a rule");
        let section = section(&[(path, text)]);
        let allowed: Vec<&str> = section
            .suppressed
            .iter()
            .filter(|entry| entry.finding.rule == rule)
            .map(|entry| entry.suppressed_by.as_str())
            .collect();
        let is_good = match kind.strip_prefix("allowed ") {
            Some(by) => allowed == [by] && !rules(&section).contains(&rule),
            None => allowed.is_empty() && rules(&section).contains(&rule),
        };
        if !is_good {
            problems.push(format!(
                "{}: {head}: found {:?}, allowed by {allowed:?}\n{text}",
                number + 1,
                rules(&section)
            ));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn ids_are_unique_and_words_are_sentences() {
    let mut seen = HashSet::new();
    for rule in repolens_analysis::security::rules() {
        assert!(seen.insert(rule.id), "{} is used twice", rule.id);
        assert!(
            !rule.title.ends_with('.') && !rule.remedy.ends_with('.') && rule.risk.ends_with('.'),
            "{}",
            rule.id
        );
    }
}

/// The first verdicts of packages that no correction had seen.
const JUDGED: [&str; 4] = [
    "security-fresh.tsv",
    "security-unseen.tsv",
    "security-unseen-2.tsv",
    "security-unseen-3.tsv",
];

#[test]
fn the_table_of_judged_findings_is_that_of_the_verdicts() {
    use repolens_analysis::security::measured;

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/oracles");
    let texts: Vec<String> = JUDGED
        .iter()
        .map(|name| fs::read_to_string(folder.join(name)).expect("a list of verdicts"))
        .collect();
    let rows: Vec<Vec<&str>> = texts
        .iter()
        .flat_map(|text| text.lines())
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
        .collect();
    let mut problems = Vec::new();
    for rule in repolens_analysis::security::rules() {
        let own: Vec<_> = rows.iter().filter(|row| row[1] == rule.id).collect();
        let packages: HashSet<&str> = own.iter().map(|row| row[0]).collect();
        let right = own.iter().filter(|row| row[4] == "true").count();
        let expected = (right as u64, own.len() as u64, packages.len() as u64);
        let found = measured::judged(rule.id).map_or((0, 0, 0), |it| (it.right, it.judged, it.packages));
        if found != expected {
            problems.push(format!(
                "measured(\"{}\", {}, {}, {}),",
                rule.id, expected.0, expected.1, expected.2
            ));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn a_rule_that_is_not_measured_as_right_shows_no_high_severity() {
    let of = |path: &str, text: &str| section(&[(path, text)]).findings.remove(0);
    let shown = |finding: &SecurityFinding| (finding.severity.as_str(), finding.confidence.as_str(), finding.impact);
    // 21 of 25 were true.
    let earned = of("src/a.php", "<?php\neval('return ' . $x . ';');\n");
    assert_eq!(
        (earned.rule.as_str(), shown(&earned)),
        ("php-eval", ("high", "high", None))
    );
    // 21 of 41.
    let often_wrong = of("src/a.js", "eval('a = ' + b);\n");
    assert_eq!(
        (often_wrong.rule.as_str(), shown(&often_wrong)),
        ("javascript-eval", ("medium", "low", Some(FindingSeverity::High)))
    );
    // None was judged.
    let not_judged = of(
        "src/a.c",
        "#include <stdio.h>\nint main(void) { char a[9]; gets(a); }\n",
    );
    assert_eq!(
        (not_judged.rule.as_str(), shown(&not_judged)),
        ("c-gets", ("medium", "low", Some(FindingSeverity::High)))
    );
    // None was judged, and a checksum proves it.
    let proven = of("src/a.py", &format!("key = \"{}\"\n", github()));
    assert_eq!(shown(&proven), ("high", "high", None));
    // 2 of 21 were true, though each is a key.
    let demonstrated = of("deploy/production.pem", &key(1));
    assert_eq!(shown(&demonstrated), ("medium", "low", Some(FindingSeverity::High)));
    let section = section(&[("src/a.js", "eval('a = ' + b);\n")]);
    assert_eq!(
        (section.totals.high, section.totals.medium, section.score),
        (0, 1, Some(94.0))
    );
    assert_eq!(section.rules[0].severity, FindingSeverity::Medium);
}
