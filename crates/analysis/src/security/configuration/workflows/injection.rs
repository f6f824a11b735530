//! Expressions of a workflow that become part of a script.

use super::{Report, YamlLine, named};

/// Expressions that others can fill with any text.
const HOSTILE: &[&str] = &[
    "github.event.issue.title",
    "github.event.issue.body",
    "github.event.pull_request.title",
    "github.event.pull_request.body",
    "github.event.pull_request.head.ref",
    "github.event.pull_request.head.label",
    "github.event.pull_request.head.repo.default_branch",
    "github.event.discussion.title",
    "github.event.discussion.body",
    "github.event.comment.body",
    "github.event.review.body",
    "github.event.review_comment.body",
    "github.event.head_commit.message",
    "github.event.head_commit.author.email",
    "github.event.head_commit.author.name",
    "github.event.workflow_run.head_branch",
    "github.event.workflow_run.head_commit.message",
    "github.event.workflow_run.display_title",
    "github.head_ref",
];

/// The events that fill a part of the context, by their beginnings: of others it is empty.
const FILLED_BY: &[(&str, &[&str])] = &[
    ("github.head_ref", &["pull_request"]),
    ("github.event.pull_request.", &["pull_request"]),
    ("github.event.issue.", &["issue"]),
    ("github.event.discussion.", &["discussion"]),
    (
        "github.event.comment.",
        &[
            "issue_comment",
            "commit_comment",
            "discussion_comment",
            "pull_request_review_comment",
        ],
    ),
    ("github.event.review.", &["pull_request_review"]),
    ("github.event.head_commit.", &["push"]),
    ("github.event.commits", &["push"]),
    ("github.event.pages", &["gollum"]),
    ("github.event.workflow_run.", &["workflow_run"]),
];

/// Whether one of the events fills an expression. A workflow that others call has the context of theirs.
fn is_filled(name: &str, events: &[&str]) -> bool {
    let by = FILLED_BY.iter().find(|(context, _)| name.starts_with(context));
    let is_one = |event: &&str| {
        let of_context = by.is_none_or(|(_, known)| known.iter().any(|known| event.starts_with(known)));
        of_context || matches!(*event, "workflow_call" | "repository_dispatch")
    };
    events.is_empty() || events.iter().any(is_one)
}

pub(super) fn injection(report: &mut Report<'_, '_>, line: &YamlLine<'_>, events: &[&str]) {
    let is_script = matches!(line.block_of, Some("run" | "script"))
        || (matches!(line.key, "run" | "script") && line.value.len() > 3);
    if !is_script {
        return;
    }
    let mut rest = line.value;
    while let Some((_, behind)) = rest.split_once("${{") {
        let (expression, behind) = behind.split_once("}}").unwrap_or((behind, ""));
        rest = behind;
        let expression: String = expression.split_whitespace().collect();
        if let Some(name) = hostile(&expression).filter(|name| is_filled(name, events)) {
            report.add(
                named("workflow-script-injection"),
                line.number,
                &name,
                format!("`{name}` becomes part of a script"),
            );
        }
    }
}

/// The part of an expression that others write. A comparison gives a truth value and no text.
fn hostile(expression: &str) -> Option<String> {
    let lower = expression.to_ascii_lowercase();
    if lower.contains("==")
        || lower.contains("!=")
        || lower.starts_with("contains(")
        || lower.starts_with("startswith(")
        || lower.starts_with("endswith(")
    {
        return None;
    }
    let is_end = |rest: &str| {
        rest.chars()
            .next()
            .is_none_or(|c| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.' | '-'))
    };
    let named = HOSTILE.iter().find(|name| {
        lower
            .match_indices(**name)
            .any(|(at, _)| is_end(&lower[at + name.len()..]))
    });
    if let Some(name) = named {
        return Some((*name).to_owned());
    }
    let indexed = |list: &str, member: &str| lower.contains(list) && lower.contains(member);
    if indexed("github.event.commits", ".message") || indexed("github.event.commits", ".author") {
        return Some("github.event.commits[].message".to_owned());
    }
    if indexed("github.event.pages", ".page_name") {
        return Some("github.event.pages[].page_name".to_owned());
    }
    matches!(lower.as_str(), "tojson(github)" | "tojson(github.event)").then(|| expression.to_owned())
}
