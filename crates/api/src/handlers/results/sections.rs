//! `GET /api/scan/{id}/results?section=`: one member of a report, or one page of a list in it.

use actix_web::body::BoxBody;
use actix_web::{HttpRequest, HttpResponse};
use repolens_core::ScanId;
use repolens_core::store::StoredResults;
use repolens_log::is_dangerous;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::http::conditional;
use crate::http::problem::Problem;
use crate::reports::section::{self, Range, SectionValue};

/// The query of a request for results.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResultsQuery {
    /// Name of a member, and of a member in it after a dot: `dependencies.packages`.
    pub section: Option<String>,
    /// The most entries of a list; 1 to 1,000.
    limit: Option<u64>,
    /// Entries that are left out at the start.
    offset: Option<u64>,
    /// Older clients send it with every call: the caller's own id or `guest`. It decides nothing here.
    pub user_id: Option<String>,
}

/// Longer lists are read in pages.
const MAX_LIMIT: u64 = 1_000;
/// Where only an offset was given.
const LIMIT: u64 = 100;
/// Nothing in a report is nested deeper by name.
const MAX_DEPTH: usize = 5;

impl ResultsQuery {
    fn range(&self) -> Result<Option<Range>, Problem> {
        if self.section.is_none() && (self.limit.is_some() || self.offset.is_some()) {
            return Err(Problem::malformed(
                "`limit` and `offset` go with a `section` that is a list, such as `section=dependencies.packages`.",
            ));
        }
        if self.limit.is_some_and(|limit| !(1..=MAX_LIMIT).contains(&limit)) {
            return Err(Problem::malformed(format!(
                "`limit` is a number from 1 to {MAX_LIMIT}."
            )));
        }
        Ok(match (self.limit, self.offset) {
            (None, None) => None,
            (limit, offset) => Some(Range {
                limit: limit.unwrap_or(LIMIT),
                offset: offset.unwrap_or(0),
            }),
        })
    }

    /// Fails early on what cannot be answered.
    pub fn check(&self) -> Result<(), Problem> {
        self.range()?;
        match self.section.as_deref() {
            Some(section) if section.split('.').count() > MAX_DEPTH => Err(Problem::malformed(format!(
                "`section` has at most {MAX_DEPTH} names, joined by dots."
            ))),
            _ => Ok(()),
        }
    }
}

/// `view` with `section`, `results` (that member) and, of a list, the page's place.
pub async fn answer(
    app: &App,
    request: &HttpRequest,
    view: &impl Serialize,
    id: &ScanId,
    digest: Option<&str>,
    query: &ResultsQuery,
) -> Result<HttpResponse<BoxBody>, Problem> {
    let range = query.range()?;
    let name = query.section.clone().unwrap_or_default();
    let wanted = name.clone();
    let found = app
        .reports
        .read(id, move |results| {
            let path: Vec<&str> = wanted.split('.').collect();
            match results {
                StoredResults::Report(report) => section::find(report.reader(), &path, range),
                StoredResults::Older(value) => section::find(value.to_string().as_bytes(), &path, range),
            }
        })
        .await?;
    let (value, place) = match found {
        SectionValue::Whole(value) => (String::from(Box::<str>::from(value)).into_bytes(), None),
        SectionValue::Page { json, returned, total } => (json, range.map(|range| (range, returned, total))),
        SectionValue::NoList => {
            return Err(Problem::malformed(format!(
                "`{}` is no list: ask for it without `limit` and `offset`.",
                shown(&name)
            )));
        }
        SectionValue::Missing { above, names } => return Err(missing(&name, &above, &names)),
    };
    let mut body = serde_json::to_vec(view).map_err(|error| Problem::because(&error))?;
    // The view is an object with members: its last byte is the brace.
    body.pop();
    body.extend(format!(",\"section\":{}", serde_json::Value::from(name)).bytes());
    if let Some((range, returned, total)) = place {
        let more = range.offset.saturating_add(returned) < total;
        let (limit, offset) = (range.limit, range.offset);
        body.extend(format!(",\"total\":{total},\"limit\":{limit},\"offset\":{offset},\"hasMore\":{more}").bytes());
    }
    body.extend(b",\"results\":");
    body.extend(value);
    body.push(b'}');
    let mut response = HttpResponse::Ok();
    response.content_type("application/json");
    Ok(conditional::body(
        response,
        request.headers(),
        digest,
        "private, no-cache",
        body,
    ))
}

fn missing(name: &str, above: &str, names: &[String]) -> Problem {
    let place = match above {
        "" => "The report".to_owned(),
        above => format!("`{}`", shown(above)),
    };
    let detail = if names.is_empty() {
        format!(
            "There is no section `{}`: {place} has no members with names.",
            shown(name)
        )
    } else {
        let names: Vec<String> = names.iter().map(|name| format!("`{}`", shown(name))).collect();
        format!(
            "There is no section `{}`. {place} has {}.",
            shown(name),
            names.join(", ")
        )
    };
    Problem::malformed(detail)
}

/// Text from outside, cut to fit into a sentence.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !is_dangerous(*c)).take(80).collect()
}
