//! The first page: one field, and what was scanned lately.

pub(super) mod submit;

use std::collections::HashSet;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};
use repolens_core::ScanStatus;
use repolens_core::store::{Owner, PastScan, ScanFilter};

use super::shell::{Shell, page as show};
use super::view::parts::{self, GradeChip};
use super::view::place::short_name;
use super::view::text::{self, Html, filters};
use super::visit::Visit;
use super::visit::typed_address::{TypedAddress, hint};
use crate::app::App;
use crate::http::problem::Problem;

/// Recent scans that are listed.
const RECENT: i64 = 10;

/// The fault of an address, shown beside the field.
pub struct Wrong {
    url: String,
    branch: String,
    reason: String,
    hint: &'static str,
}

impl Wrong {
    /// Whether it lacks what each address has; the reason is then about a host that was not meant.
    fn is_no_address(&self) -> bool {
        !self.url.contains('/')
    }

    pub fn new(asked: &TypedAddress, reason: String) -> Self {
        Self {
            url: asked.url.chars().take(2_048).collect(),
            branch: asked.branch.chars().take(255).collect(),
            reason,
            hint: hint(&asked.url),
        }
    }
}

struct Recent {
    id: String,
    name: String,
    chip: GradeChip,
    first_action: Option<String>,
    lines: Option<u64>,
    trend: Html,
    scanned: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    shell: Shell,
    wrong: Option<Wrong>,
    recent: Vec<Recent>,
    now: DateTime<Utc>,
    bookmarklet: String,
}

impl Home {
    fn ago(&self, time: &DateTime<Utc>) -> Html {
        text::ago(time, &self.now)
    }
}

const EXAMPLES: [&str; 4] = ["django/django", "ReactiveX/rxjs", "BurntSushi/ripgrep", "spf13/cobra"];

pub async fn get(app: web::Data<App>, request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    page(&app, &request, visit, None).await
}

/// The page; with `wrong`, what cannot be scanned as it was typed.
pub async fn page(
    app: &App,
    request: &HttpRequest,
    visit: Visit,
    wrong: Option<Wrong>,
) -> Result<HttpResponse, Problem> {
    let response = match wrong {
        Some(_) => HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY),
        None => HttpResponse::Ok(),
    };
    let recent = match app.scans.guest_history {
        true => recent(app).await?,
        false => Vec::new(),
    };
    let title = if wrong.is_some() {
        "This address cannot be scanned"
    } else {
        "What is in this repository?"
    };
    let bookmarklet = format!(
        "javascript:location.href='{}/'+location.host+location.pathname",
        visit.origin.replace('\'', "")
    );
    let mut shell = Shell::new(visit, title);
    shell.listed = wrong.is_none();
    show(
        request,
        response,
        &Home {
            shell,
            wrong,
            recent,
            now: Utc::now(),
            bookmarklet,
        },
    )
}

/// Scans of one repository that its trend shows.
const TREND: i64 = 10;

/// The newest complete public scans, one of each repository.
async fn recent(app: &App) -> Result<Vec<Recent>, Problem> {
    let mut filter = ScanFilter::all_of(Owner::Guests);
    filter.status = Some(ScanStatus::Completed);
    let listed = app.store.list(filter, RECENT * 3, 0).await?;
    let mut recent: Vec<Recent> = Vec::new();
    let mut known = HashSet::new();
    for entry in listed.scans {
        let full = recent.len() >= usize::try_from(RECENT).unwrap_or(usize::MAX);
        let repository = entry
            .scan
            .repository_id
            .clone()
            .unwrap_or_else(|| entry.scan.repo_url.to_string());
        if full || !known.insert(repository) {
            continue;
        }
        let past = match &entry.scan.repository_id {
            Some(repository) => app.store.past_scans(repository, None, TREND).await?,
            None => Vec::new(),
        };
        let headline = past
            .iter()
            .find(|past| past.scan.id == entry.scan.id)
            .and_then(|past| past.headline.clone());
        let headline = headline.unwrap_or_default();
        recent.push(Recent {
            name: short_name(entry.scan.repo_url.as_str()),
            chip: GradeChip::in_list(headline.grade.as_deref()),
            first_action: headline.first_action,
            lines: headline.lines_of_code,
            trend: trend(&past),
            scanned: entry.scan.completed_at.unwrap_or(entry.scan.created_at),
            id: entry.scan.id.into(),
        });
    }
    Ok(recent)
}

/// The points of the last scans, or their risk where none was graded, and in a word whether it got better.
fn trend(past: &[PastScan]) -> Html {
    let points: Vec<f64> = past
        .iter()
        .rev()
        .filter_map(|past| past.headline.as_ref()?.points)
        .collect();
    let risks = || {
        past.iter()
            .rev()
            .filter_map(|past| Some(100.0 - past.scores.as_ref()?.overall?))
            .collect()
    };
    let values: Vec<f64> = if points.len() > 1 { points } else { risks() };
    let word = match values.as_slice() {
        [first, .., last] if last - first > 0.5 => "better",
        [first, .., last] if first - last > 0.5 => "worse",
        [_, .., _] => "same",
        _ => "<span class=\"unmeasured\">first scan</span>",
    };
    Html(format!("{} {word}", parts::spark(&values, 20.0)))
}
