//! `/repository/{id}`: the scans of one repository over time, its badge, and what can be done with it.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};
use repolens_core::store::{PastScan, Repository};
use repolens_core::{BranchName, Unparsed};

use super::shell::{Shell, page};
use super::view::draw::trend;
use super::view::parts::GradeChip;
use super::view::text::{self, Html, filters};
use super::visit::Visit;
use crate::app::App;
use crate::http::problem::Problem;

/// Scans that are shown.
const SCANS: i64 = 100;

#[derive(Template)]
#[template(path = "repository.html")]
struct History {
    shell: Shell,
    repository: Repository,
    scans: Vec<Row>,
    lines: Vec<Line>,
    badge: Option<String>,
    favorite: Option<bool>,
    now: DateTime<Utc>,
}

struct Row {
    id: String,
    chip: GradeChip,
    commit: Option<String>,
    branch: Option<Unparsed<BranchName>>,
    when: DateTime<Utc>,
    risk: Option<f64>,
    functions: Option<u64>,
    copied: Option<u64>,
    lines: Option<u64>,
    first_action: Option<String>,
    before: Option<String>,
    is_private: bool,
}

/// One figure over time.
struct Line {
    title: &'static str,
    latest: String,
    words: &'static str,
    picture: Html,
}

impl History {
    fn ago(&self, time: &DateTime<Utc>) -> Html {
        text::ago(time, &self.now)
    }
}

pub async fn get(
    app: web::Data<App>,
    request: HttpRequest,
    visit: Visit,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let unknown = || Problem::not_found("There is no such repository, or no scan of it that you may see.");
    // A database takes no NUL in a text, and no id is longer.
    if id.len() > 100 || id.contains('\0') {
        return Err(unknown());
    }
    let viewer = visit.caller.user_id().map(str::to_owned);
    let repository = app.store.repository(&id, viewer.clone()).await?.ok_or_else(unknown)?;
    let past = app.store.past_scans(&id, viewer, SCANS).await?;
    let favorite = match visit.caller.user_id() {
        Some(user) => Some(app.store.is_favorite(user, &id).await?),
        None => None,
    };
    let name = super::view::place::short_name(&repository.url);
    let badge = badge(&repository);
    let mut shell = Shell::new(visit, format!("History of {name}"));
    shell.listed = !repository.is_private && app.scans.guest_history;
    let history = History {
        shell,
        lines: lines(&past),
        scans: rows(past),
        badge,
        favorite,
        repository,
        now: Utc::now(),
    };
    page(&request, HttpResponse::Ok(), &history)
}

fn rows(past: Vec<PastScan>) -> Vec<Row> {
    let ids: Vec<String> = past.iter().skip(1).map(|past| past.scan.id.to_string()).collect();
    let before = ids.into_iter().map(Some).chain([None]);
    past.into_iter()
        .zip(before)
        .map(|(past, before)| {
            let headline = past.headline.unwrap_or_default();
            Row {
                chip: GradeChip::in_list(headline.grade.as_deref()),
                commit: past.scan.commit_sha,
                branch: past.scan.branch,
                when: past.scan.completed_at.unwrap_or(past.scan.created_at),
                risk: past.scores.and_then(|scores| scores.overall),
                functions: headline.complex_functions,
                copied: headline.copied_lines,
                lines: headline.lines_of_code,
                first_action: headline.first_action,
                is_private: past.scan.is_private,
                id: past.scan.id.into(),
                before,
            }
        })
        .collect()
}

/// The figures that were measured at least twice, oldest first.
fn lines(past: &[PastScan]) -> Vec<Line> {
    type Pick = fn(&PastScan) -> Option<f64>;
    // The last member: whether less is better.
    let figures: [(&'static str, Pick, Option<bool>); 6] = [
        ("Points of 100", |past| past.headline.as_ref()?.points, Some(false)),
        ("Risk of 100", |past| past.scores.as_ref()?.overall, Some(true)),
        (
            "Functions over the limits",
            |past| past.headline.as_ref()?.complex_functions.map(|n| n as f64),
            Some(true),
        ),
        (
            "Cycles of imports",
            |past| past.headline.as_ref()?.cycles.map(|n| n as f64),
            Some(true),
        ),
        (
            "Copied lines",
            |past| past.headline.as_ref()?.copied_lines.map(|n| n as f64),
            Some(true),
        ),
        (
            "Lines of code",
            |past| past.headline.as_ref()?.lines_of_code.map(|n| n as f64),
            None,
        ),
    ];
    figures
        .into_iter()
        .filter_map(|(title, pick, less_is_better)| {
            let points: Vec<(String, f64)> = past
                .iter()
                .rev()
                .filter_map(|past| Some((text::day(&past.scan.created_at), pick(past)?)))
                .collect();
            let [(_, first), .., (_, last)] = points.as_slice() else {
                return None;
            };
            let change = last - first;
            Some(Line {
                title,
                latest: text::decimal(*last),
                words: match less_is_better {
                    _ if change.abs() < 0.05 => "same",
                    None if change > 0.0 => "more",
                    None => "less",
                    Some(less) if (change < 0.0) == less => "better",
                    Some(_) => "worse",
                },
                picture: trend::draw(title, &points),
            })
        })
        .collect()
}

/// The path of the repository's badge; only public ones of three parts have one.
fn badge(repository: &Repository) -> Option<String> {
    if repository.is_private {
        return None;
    }
    let (_, rest) = repository.url.split_once("://")?;
    let rest = rest.strip_suffix(".git").unwrap_or(rest);
    let parts: Vec<&str> = rest.split('/').collect();
    match parts.as_slice() {
        [host, owner, name] if !host.is_empty() => Some(format!(
            "/api/badge/{host}/{}/{}.svg",
            text::in_query(owner),
            text::in_query(name)
        )),
        _ => None,
    }
}
