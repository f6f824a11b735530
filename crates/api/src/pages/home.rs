//! The first page: one field, and what was scanned lately.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use super::place::short_name;
use super::shell::{Shell, page as show};
use super::submit::{Asked, hint};
use super::text::{self, Html, filters};
use super::visit::Visit;
use crate::app::App;
use crate::problem::Problem;

/// Recent scans that are listed.
const RECENT: i64 = 10;

/// What is wrong with an address, shown beside the field.
pub struct Wrong {
    url: String,
    branch: String,
    reason: String,
    hint: &'static str,
}

impl Wrong {
    pub fn new(asked: &Asked, reason: String) -> Self {
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
    branch: Option<String>,
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
    let recent = match app.guest_history {
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

/// The newest complete public scans, one of each repository.
async fn recent(app: &App) -> Result<Vec<Recent>, Problem> {
    use repolens_core::ScanStatus;
    use repolens_core::store::{Owner, ScanFilter};
    let mut filter = ScanFilter::all_of(Owner::Guests);
    filter.status = Some(ScanStatus::Completed);
    let listed = app.store.list(filter, RECENT * 3, 0).await?;
    let mut recent: Vec<Recent> = Vec::new();
    for entry in listed.scans {
        let name = short_name(&entry.scan.repo_url);
        if recent.len() < usize::try_from(RECENT).unwrap_or(10) && !recent.iter().any(|other| other.name == name) {
            recent.push(Recent {
                id: entry.scan.id,
                name,
                branch: entry.scan.branch,
                scanned: entry.scan.completed_at.unwrap_or(entry.scan.created_at),
            });
        }
    }
    Ok(recent)
}
