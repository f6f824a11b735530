//! The scans of the visitor, or those that guests made.

use actix_web::web::{self, Form};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::{DateTime, Utc};
use repolens_core::ScanStatus;
use repolens_core::store::{Headline, Owner, Scan, ScanFilter};
use serde::Deserialize;

use crate::app::App;
use crate::handlers::scans::delete_scan;
use crate::http::problem::Problem;
use crate::pages::see_other;
use crate::pages::shell::{Shell, page};
use crate::pages::view::parts::{GradeChip, Pager};
use crate::pages::view::place::short_name;
use crate::pages::view::text::{self, Html, filters};
use crate::pages::visit::Visit;
use crate::pages::visit::query::Query;

const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "my/scans.html")]
struct Scans {
    shell: Shell,
    rows: Vec<Row>,
    total: usize,
    pager: Pager,
    query: Query,
    now: DateTime<Utc>,
    /// Guests do not see each other's.
    hidden: bool,
}

struct Row {
    scan: Scan,
    name: String,
    headline: Headline,
}

impl Row {
    fn chip(&self) -> GradeChip {
        GradeChip::in_list(self.headline.grade.as_deref())
    }

    fn status(&self) -> &'static str {
        match self.scan.status {
            ScanStatus::Queued => "waiting",
            ScanStatus::Processing => "running",
            ScanStatus::Completed => "done",
            ScanStatus::Failed => "failed",
            ScanStatus::Cancelled => "canceled",
        }
    }
}

impl Scans {
    fn ago(&self, time: &DateTime<Utc>) -> Html {
        text::ago(time, &self.now)
    }
}

/// The choices, each with its title.
const STATUSES: [(&str, &str); 5] = [
    ("COMPLETED", "done"),
    ("PROCESSING", "running"),
    ("QUEUED", "waiting"),
    ("FAILED", "failed"),
    ("CANCELLED", "canceled"),
];

pub async fn get(app: web::Data<App>, request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let query = Query::parse(request.query_string(), &["status", "page"]);
    let owner = match visit.caller.user_id() {
        Some(user) => Owner::User(user.to_owned()),
        None => Owner::Guests,
    };
    let guest = owner == Owner::Guests;
    let hidden = guest && !app.scans.guest_history;
    let mut filter = ScanFilter::all_of(owner);
    filter.status = match guest {
        // Addresses that failed may be names of private repositories.
        true => Some(ScanStatus::Completed),
        false => query.get("status").and_then(ScanStatus::from_column),
    };
    let wanted = query.page().clamp(1, 100_000);
    let offset = i64::try_from((wanted - 1) * ROWS).unwrap_or(i64::MAX);
    let limit = if hidden { 0 } else { i64::try_from(ROWS).unwrap_or(50) };
    let listed = app.store.list(filter, limit, offset).await?;
    let ids = listed.scans.iter().map(|entry| entry.scan.id.clone()).collect();
    let mut headlines = app.store.headlines(ids).await?;
    let total = if hidden {
        0
    } else {
        usize::try_from(listed.total).unwrap_or_default()
    };
    let pager = Pager::new(total, ROWS, wanted, |page| {
        format!("/my/scans?{}", query.with("page", &page.to_string()))
    });
    let shown = Scans {
        shell: Shell::new(visit, "Scans"),
        rows: listed
            .scans
            .into_iter()
            .map(|entry| Row {
                name: short_name(entry.scan.repo_url.as_str()),
                headline: headlines.remove(&entry.scan.id).unwrap_or_default(),
                scan: entry.scan,
            })
            .collect(),
        total,
        pager,
        query,
        now: Utc::now(),
        hidden,
    };
    page(&request, HttpResponse::Ok(), &shown)
}

#[derive(Deserialize)]
pub struct Delete {
    #[serde(default)]
    form_token: String,
    delete: String,
}

/// Deletes a scan with its report.
pub async fn post(app: web::Data<App>, visit: Visit, form: Form<Delete>) -> Result<HttpResponse, Problem> {
    visit.caller.signed_in()?;
    visit.check(&form.form_token)?;
    delete_scan(app, visit.caller, web::Path::from(form.into_inner().delete)).await?;
    Ok(see_other("/my/scans"))
}
