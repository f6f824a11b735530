//! Workflows of GitHub, Gitea and Forgejo.

use repolens_core::report::{FindingCategory::Workflow, FindingSeverity};

use super::lines::{YamlLine, parse};
use super::{Report, Rule, row, shell};
use FindingSeverity::{Critical, High, Info, Low, Medium};
use injection::injection;

mod injection;

pub static RULES: [Rule; 9] = [
    row(
        "workflow-script-injection",
        "Text of others becomes part of a script",
        Workflow,
        Critical,
        94,
        "A title or branch name with shell commands is executed with the workflow's token and secrets.",
        "Put the expression into `env:` and use the variable in quotes",
        &[
            "the expression in `env:`",
            "`github.sha`, `github.ref`, numbers and names that GitHub makes",
        ],
    ),
    row(
        "workflow-pwn-request",
        "Code of a pull request runs with the secrets of the repository",
        Workflow,
        Critical,
        829,
        "A pull request from a fork changes what is built, and the build has a token that may write.",
        "Use `pull_request`, or do not check out the pull request's head",
        &["`pull_request`", "a checkout of the base"],
    ),
    row(
        "workflow-permissions-write",
        "A workflow may write everything",
        Workflow,
        Medium,
        250,
        "Each action of each job can change the code and the releases.",
        "Set `permissions: contents: read` at the top, and more only in the job that needs it",
        &["permissions of single jobs"],
    ),
    row(
        "workflow-permissions-missing",
        "A workflow does not limit its token",
        Workflow,
        Low,
        250,
        "The token has the permissions of the repository's settings, which may be all.",
        "Set `permissions: contents: read` at the top, and more only in the job that needs it",
        &["`permissions` at the top, or in each job"],
    ),
    row(
        "workflow-unpinned-action",
        "An action is not pinned to a commit",
        Workflow,
        Low,
        1357,
        "An attacker who controls the action's repository can move the tag to other code.",
        "Replace the tag by the commit's full hash, with the tag as a comment",
        &["a hash of 40 digits", "actions of the same repository"],
    ),
    row(
        "workflow-inherited-secrets",
        "All secrets are given to a workflow of another repository",
        Workflow,
        Low,
        200,
        "The other repository can read every secret.",
        "Name the secrets that it needs",
        &["reusable workflows of the same repository"],
    ),
    row(
        "workflow-self-hosted-runner",
        "Pull requests run on a machine of one's own",
        Workflow,
        Medium,
        829,
        "Code of a fork runs on the machine and can stay there.",
        "Use hosted runners for pull requests",
        &["self-hosted runners for pushes only"],
    ),
    row(
        "workflow-unsecure-commands",
        "Commands that were switched off for their risk are allowed",
        Workflow,
        High,
        94,
        "Output of any program can set variables of later steps.",
        "Remove `ACTIONS_ALLOW_UNSECURE_COMMANDS` and use environment files",
        &[],
    ),
    row(
        "workflow-piped-installer",
        "A workflow runs a script from the network unseen",
        Workflow,
        Low,
        494,
        "An attacker who controls the address controls the build.",
        "Download a fixed version and compare its checksum",
        &["a download whose checksum is compared"],
    ),
];

fn named(id: &str) -> &'static Rule {
    RULES.iter().find(|rule| rule.id == id).unwrap_or(&RULES[0])
}

#[must_use]
pub fn is_workflow(path: &str) -> bool {
    let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let name = path.rsplit('/').next().unwrap_or(path);
    is_yaml
        && (matches!(folder, ".github/workflows" | ".gitea/workflows" | ".forgejo/workflows")
            || matches!(name, "action.yml" | "action.yaml"))
}

pub fn find(report: &mut Report<'_, '_>) {
    let Ok(text) = std::str::from_utf8(report.text.bytes) else {
        return;
    };
    let lines = parse(text);
    let is_action = !report.text.path.contains("/workflows/");
    let events = if is_action { Vec::new() } else { events(&lines) };
    for (at, line) in lines.iter().enumerate() {
        injection(report, line, &events);
        uses(report, &lines, at);
        if line.key == "ACTIONS_ALLOW_UNSECURE_COMMANDS" && line.value == "true" {
            report.add(
                named("workflow-unsecure-commands"),
                line.number,
                "",
                "Unsecure commands are allowed".to_owned(),
            );
        }
        let is_script = line.block_of == Some("run") || (line.key == "run" && line.value.len() > 3);
        if is_script && shell::is_piped_installer(line.value) {
            report.add(
                named("workflow-piped-installer"),
                line.number,
                "",
                "A script from the network is run unseen".to_owned(),
            );
        }
    }
    if !is_action {
        requests(report, &lines, &events);
        permissions(report, &lines);
    }
}

fn uses(report: &mut Report<'_, '_>, lines: &[YamlLine<'_>], at: usize) {
    let line = &lines[at];
    if line.key == "secrets" && line.value == "inherit" {
        let above = lines[..at].iter().rev().take(30).find(|line| line.key == "uses");
        if above.is_some_and(|line| !line.value.starts_with("./")) {
            let message = "All secrets are given to another repository's workflow".to_owned();
            report.add(named("workflow-inherited-secrets"), line.number, "", message);
        }
    }
    if line.key != "uses"
        || line.value.starts_with("./")
        || line.value.starts_with("docker://")
        || line.value.contains("${{")
    {
        return;
    }
    let Some((name, version)) = line.value.split_once('@') else {
        return;
    };
    let is_hash = matches!(version.len(), 40 | 64) && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash {
        return;
    }
    let is_of_github = name.starts_with("actions/") || name.starts_with("github/");
    let severity = if is_of_github { Info } else { Low };
    report.add_with(
        named("workflow-unpinned-action"),
        severity,
        line.number,
        name,
        format!("`{name}` is used by `{version}` and not by a commit"),
    );
}

/// The names of events of a workflow.
pub fn events<'t>(lines: &[YamlLine<'t>]) -> Vec<&'t str> {
    let Some(at) = lines
        .iter()
        .position(|line| line.indent == 0 && matches!(line.key, "on" | "true"))
    else {
        return Vec::new();
    };
    let on = &lines[at];
    let listed = on
        .value
        .trim_matches(['[', ']'])
        .split(',')
        .map(|name| name.trim().trim_matches(['"', '\'']))
        .filter(|name| !name.is_empty());
    let mut events: Vec<&str> = listed.collect();
    let below = lines[at + 1..].iter().take_while(|line| line.indent > 0 || line.item);
    let Some(indent) = below.clone().map(|line| line.indent).min() else {
        return events;
    };
    events.extend(
        below
            .filter(|line| line.indent == indent)
            .map(|line| if line.key.is_empty() { line.value } else { line.key }),
    );
    events
}

/// Checkouts of a fork's code in workflows that have the secrets, and runs on machines of one's own.
fn requests(report: &mut Report<'_, '_>, lines: &[YamlLine<'_>], events: &[&str]) {
    let has = |name: &str| events.contains(&name);
    if has("pull_request_target") || has("workflow_run") {
        const HEADS: &[&str] = &[
            "github.event.pull_request.head.sha",
            "github.event.pull_request.head.ref",
            "github.head_ref",
            "github.event.workflow_run.head_sha",
            "github.event.workflow_run.head_branch",
            "github.event.pull_request.merge_commit_sha",
            "refs/pull/",
        ];
        let mut checkout = false;
        for line in lines {
            if line.key == "uses" {
                checkout = line.value.starts_with("actions/checkout@");
            } else if line.key == "run" || (line.item && line.key != "ref") {
                checkout = false;
            }
            let value: String = line.value.split_whitespace().collect();
            if checkout && line.key == "ref" && HEADS.iter().any(|head| value.contains(head)) {
                report.add(
                    named("workflow-pwn-request"),
                    line.number,
                    "checkout",
                    "The head of a pull request is checked out where the secrets are".to_owned(),
                );
            }
        }
    }
    if has("pull_request") || has("pull_request_target") {
        for line in lines
            .iter()
            .filter(|line| line.key == "runs-on" && line.value.contains("self-hosted"))
        {
            report.add(
                named("workflow-self-hosted-runner"),
                line.number,
                "",
                "Pull requests run on a self-hosted runner".to_owned(),
            );
        }
    }
}

fn permissions(report: &mut Report<'_, '_>, lines: &[YamlLine<'_>]) {
    let top = lines
        .iter()
        .position(|line| line.indent == 0 && line.key == "permissions");
    let Some(at) = top else {
        let jobs = lines.iter().position(|line| line.indent == 0 && line.key == "jobs");
        let Some(jobs) = jobs else {
            return;
        };
        let below: Vec<_> = lines[jobs + 1..].iter().take_while(|line| line.indent > 0).collect();
        let Some(indent) = below.iter().map(|line| line.indent).min() else {
            return;
        };
        let mut open: Option<&str> = None;
        let mut without = 0;
        let mut is_set = true;
        for line in &below {
            if line.indent == indent && !line.key.is_empty() {
                without += usize::from(open.is_some() && !is_set);
                (open, is_set) = (Some(line.key), false);
            } else if line.key == "permissions" {
                is_set = true;
            }
        }
        without += usize::from(open.is_some() && !is_set);
        if without > 0 {
            report.add(
                named("workflow-permissions-missing"),
                lines[jobs].number,
                "",
                format!("`permissions` are set neither at the top nor in {without} of the jobs"),
            );
        }
        return;
    };
    let line = &lines[at];
    if line.value == "write-all" {
        report.add(
            named("workflow-permissions-write"),
            line.number,
            "write-all",
            "`write-all` at the top".to_owned(),
        );
        return;
    }
    for below in lines[at + 1..].iter().take_while(|below| below.indent > 0) {
        if matches!(below.key, "contents" | "packages" | "actions") && below.value == "write" {
            report.add(
                named("workflow-permissions-write"),
                below.number,
                below.key,
                format!("`{}: write` at the top is given to every job", below.key),
            );
        }
    }
}
