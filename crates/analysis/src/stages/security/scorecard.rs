//! The checks of OpenSSF Scorecard that a clone can answer, by its published arithmetic (`docs/checks.md` of
//! `ossf/scorecard`), and the names of those that need the host's API.

use repolens_core::report::{FindingSeverity, Report, ScorecardCheck, SecurityFinding};

use crate::facts::{Facts, FileFacts};
use crate::language::Origin;
use crate::security::{self, workflow};

/// Checks that need the host's API.
const REMOTE: [&str; 8] = [
    "Branch-Protection",
    "CI-Tests",
    "CII-Best-Practices",
    "Code-Review",
    "Contributors",
    "Maintained",
    "Signed-Releases",
    "Webhooks",
];
/// Checks of files which a package of a registry leaves out.
const LEFT_OUT: [&str; 4] = ["Dependency-Update-Tool", "Fuzzing", "SAST", "Security-Policy"];
const POLICIES: [&str; 4] = ["security.md", "security.markdown", "security.adoc", "security.rst"];

/// Whether the check of the policy reads the file at `path`.
pub(super) fn is_policy(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    matches!(folder, "" | ".github" | "docs") && POLICIES.contains(&name.to_ascii_lowercase().as_str())
}

pub(super) fn checks(facts: &Facts, report: &Report, findings: &[SecurityFinding]) -> Vec<ScorecardCheck> {
    let workflows: Vec<&str> = facts
        .files
        .iter()
        .filter(|file| file.path.starts_with(".github/workflows/"))
        .filter_map(|file| file.text.as_deref())
        .collect();
    let mut checks = vec![
        binaries(facts),
        dangerous(&workflows, findings),
        updates(report),
        fuzzing(facts),
        license(report),
        packaging(&workflows),
        pinned(&workflows),
        sast(&workflows),
        policy(facts),
        permissions(&workflows),
        not_measured(ScorecardCheck::VULNERABILITIES, "no database was queried"),
    ];
    let community = report.community.as_ref();
    if let Some(registry) = community.and_then(|community| community.published_by.as_deref()) {
        for check in &mut checks {
            if check.score == Some(0.0) && LEFT_OUT.contains(&check.check.as_str()) {
                let reason = format!("a package of {registry}: it may be in the repository");
                *check = not_measured(&check.check, &reason);
            }
        }
    }
    checks.extend(REMOTE.iter().map(|name| not_measured(name, "needs the host's API")));
    checks
}

fn check(name: &str, score: f64, reason: String, remedy: &str) -> ScorecardCheck {
    ScorecardCheck {
        check: name.to_owned(),
        score: Some(score),
        reason,
        remedy: (score < 10.0).then(|| remedy.to_owned()),
    }
}

fn not_measured(name: &str, reason: &str) -> ScorecardCheck {
    ScorecardCheck {
        check: name.to_owned(),
        score: None,
        reason: reason.to_owned(),
        remedy: None,
    }
}

fn own(facts: &Facts) -> impl Iterator<Item = &FileFacts> {
    facts.files.iter().filter(|file| file.origin != Origin::Vendored)
}

fn binaries(facts: &Facts) -> ScorecardCheck {
    let is_binary = |file: &&FileFacts| {
        file.security
            .iter()
            .any(|finding| finding.rule.id == "committed-binary")
    };
    let count = own(facts).filter(is_binary).count();
    let score = 10.0 - (count as f64).min(10.0);
    check(
        "Binary-Artifacts",
        score,
        format!("{count} built programs are in the repository"),
        "Build them from source, or download them by their checksums.",
    )
}

fn dangerous(workflows: &[&str], findings: &[SecurityFinding]) -> ScorecardCheck {
    if workflows.is_empty() {
        return not_measured("Dangerous-Workflow", "there are no workflows of GitHub");
    }
    let is_one = |finding: &&SecurityFinding| {
        finding.impact() == FindingSeverity::Critical && finding.rule.starts_with("workflow-")
    };
    let count = findings.iter().filter(is_one).count();
    let score = if count == 0 { 10.0 } else { 0.0 };
    check(
        "Dangerous-Workflow",
        score,
        format!("{count} workflows run text or code of others with their rights"),
        "Repair the critical findings of workflows.",
    )
}

fn updates(report: &Report) -> ScorecardCheck {
    let file = report
        .community
        .as_ref()
        .and_then(|community| community.dependency_updates.as_deref());
    check(
        "Dependency-Update-Tool",
        if file.is_some() { 10.0 } else { 0.0 },
        file.map_or_else(
            || "no service proposes updates".to_owned(),
            |file| format!("`{file}` proposes updates"),
        ),
        "Add `.github/dependabot.yml` or `renovate.json`.",
    )
}

fn fuzzing(facts: &Facts) -> ScorecardCheck {
    let is_fuzz = |path: &str| {
        path.starts_with(".clusterfuzzlite/")
            || path.contains("fuzz/fuzz_targets/")
            || path.ends_with("_fuzz_test.go")
            || path.ends_with("fuzz_test.go")
            || path.rsplit('/').next().is_some_and(|name| {
                name.starts_with("fuzz_") || name.ends_with("_fuzzer.cc") || name.ends_with("_fuzzer.py")
            })
    };
    let found = own(facts).find(|file| is_fuzz(&file.path));
    check(
        "Fuzzing",
        if found.is_some() { 10.0 } else { 0.0 },
        found.map_or_else(
            || "no targets for a fuzzer were found".to_owned(),
            |file| format!("`{}` is a target for a fuzzer", file.path),
        ),
        "Add targets for the parts that read data of others, and run them with ClusterFuzzLite or OSS-Fuzz.",
    )
}

fn license(report: &Report) -> ScorecardCheck {
    let files = report
        .licenses
        .as_ref()
        .map(|licenses| licenses.files.as_slice())
        .unwrap_or_default();
    let at_top = files.iter().find(|file| !file.path.contains('/'));
    let score = match (files.first(), at_top) {
        (None, _) => 0.0,
        (Some(_), None) => 6.0,
        (Some(_), Some(file)) => 9.0 + f64::from(u8::from(file.spdx.is_some())),
    };
    check(
        "License",
        score,
        at_top.or(files.first()).map_or_else(
            || "there is no license file".to_owned(),
            |file| format!("`{}`", file.path),
        ),
        "Put the text of a known license into `LICENSE` at the top.",
    )
}

fn packaging(workflows: &[&str]) -> ScorecardCheck {
    const SIGNS: &[&str] = &[
        "npm publish",
        "pnpm publish",
        "yarn publish",
        "gh-action-pypi-publish",
        "twine upload",
        "poetry publish",
        "uv publish",
        "cargo publish",
        "docker/build-push-action",
        "docker push",
        "goreleaser/goreleaser-action",
        "gem push",
        "mvn deploy",
        "nuget push",
        "semantic-release",
        "ko-build/setup-ko",
        "gradle publish",
        "hatch publish",
        "changesets/action",
    ];
    match SIGNS
        .iter()
        .find(|sign| workflows.iter().any(|text| text.contains(**sign)))
    {
        Some(sign) => check("Packaging", 10.0, format!("a workflow publishes with `{sign}`"), ""),
        None => not_measured("Packaging", "no workflow is known to publish; it may be done elsewhere"),
    }
}

/// Actions only: GitHub's own weigh 2, others 8.
fn pinned(workflows: &[&str]) -> ScorecardCheck {
    let mut counts = [(0u32, 0u32); 2];
    for name in workflows.iter().flat_map(|text| workflow::actions(text)) {
        let (pinned, total) = &mut counts[usize::from(!name.is_of_github)];
        *total += 1;
        *pinned += u32::from(name.is_pinned);
    }
    let weights = [2.0, 8.0];
    let shares = counts.iter().zip(weights).filter(|((_, total), _)| *total > 0);
    let (sum, weight) = shares.fold((0.0, 0.0), |(sum, weights), ((pinned, total), weight)| {
        (sum + weight * f64::from(*pinned) / f64::from(*total), weights + weight)
    });
    if weight == 0.0 {
        return not_measured("Pinned-Dependencies", "no workflow uses an action");
    }
    let (pinned, total) = (counts[0].0 + counts[1].0, counts[0].1 + counts[1].1);
    check(
        "Pinned-Dependencies",
        (sum / weight * 10.0).floor(),
        format!("{pinned} of {total} uses of actions are pinned to a commit; images and downloads were not counted"),
        "Replace the tags of actions by full hashes.",
    )
}

fn sast(workflows: &[&str]) -> ScorecardCheck {
    const SIGNS: &[&str] = &[
        "github/codeql-action",
        "sonarsource/",
        "SonarSource/",
        "snyk/actions",
        "semgrep",
        "qodana",
        "hadolint",
        "pyre-action",
        "bandit",
        "gosec",
    ];
    let found = SIGNS
        .iter()
        .find(|sign| workflows.iter().any(|text| text.contains(**sign)));
    check(
        "SAST",
        if found.is_some() { 10.0 } else { 0.0 },
        found.map_or_else(
            || "no workflow runs a known analysis of the source".to_owned(),
            |sign| format!("a workflow runs `{sign}`"),
        ),
        "Run an analysis of the source, such as CodeQL, for each change.",
    )
}

fn policy(facts: &Facts) -> ScorecardCheck {
    let Some(file) = facts.files.iter().find(|file| is_policy(&file.path)) else {
        return check(
            "Security-Policy",
            0.0,
            "there is no `SECURITY.md`".to_owned(),
            "Add a `SECURITY.md` that explains where to report a vulnerability and when to expect an answer.",
        );
    };
    let text = file.text.as_deref().unwrap_or_default();
    let lower = text.to_lowercase();
    let linked = text.contains("https://")
        || text
            .split_whitespace()
            .any(|word| word.contains('@') && word.contains('.'));
    let free = text.split_whitespace().count() >= 20;
    let timed = ["disclos", "vuln", "day", "hour"]
        .iter()
        .filter(|word| lower.contains(**word))
        .count()
        >= 2;
    let score = 6.0 * f64::from(u8::from(linked)) + 3.0 * f64::from(u8::from(free)) + f64::from(u8::from(timed));
    check(
        "Security-Policy",
        score,
        format!("`{}`", file.path),
        "Name an address, and describe how to report and when to expect an answer.",
    )
}

fn permissions(workflows: &[&str]) -> ScorecardCheck {
    if workflows.is_empty() {
        return not_measured("Token-Permissions", "there are no workflows of GitHub");
    }
    let score = workflows
        .iter()
        .map(|text| security::workflow::token_score(text))
        .fold(10.0_f64, f64::min);
    check(
        "Token-Permissions",
        score.floor(),
        "the lowest of all workflows".to_owned(),
        "Set `permissions: contents: read` at the top of each workflow, and more in single jobs.",
    )
}
