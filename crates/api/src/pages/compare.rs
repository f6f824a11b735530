//! Two scans of a repository: what was introduced, what was resolved, what got worse.

use std::cmp::Ordering;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use repolens_core::ScanId;
use repolens_core::store::{Headline, PastScan, Scan};

use super::shell::{Shell, page};
use super::view::parts::{self, GradeChip};
use super::view::place::{Place, short_name};
use super::view::text::{self, Html, filters};
use super::visit::Visit;
use super::visit::query::Query;
use crate::app::App;
use crate::handlers::repository_history::compare;
use crate::http::problem::Problem;
use crate::reports::diff::Compared;
use crate::reports::diff::findings::Finding;

/// Scans that can be chosen.
const CHOICES: i64 = 50;
/// Entries of a list that are shown unless all are wanted.
const SHOWN: usize = 15;

/// One figure on both sides.
#[derive(Debug, PartialEq)]
pub struct Row {
    pub name: &'static str,
    pub before: Option<String>,
    pub after: Option<String>,
    pub difference: String,
    pub judgment: Judgment,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgment {
    Better,
    Worse,
    Same,
    NotJudged,
    NotMeasured,
}

struct Choice {
    id: String,
    label: String,
    is_from: bool,
    is_to: bool,
}

#[derive(Template)]
#[template(path = "compare.html")]
struct Comparison<'a> {
    shell: Shell,
    place: &'a Place,
    before: &'a Scan,
    after: &'a Scan,
    choices: Vec<Choice>,
    grades: (Option<String>, Option<String>),
    rows: Vec<Row>,
    compared: &'a Compared,
    limit: usize,
    all: String,
}

#[derive(Template)]
#[template(path = "compare_none.html")]
struct NothingToCompare<'a> {
    shell: Shell,
    name: &'a str,
    scan: &'a Scan,
}

impl Comparison<'_> {
    fn chip(&self, grade: &Option<String>) -> GradeChip {
        GradeChip::in_list(grade.as_deref())
    }

    fn label(&self, scan: &Scan) -> String {
        let name = short_name(scan.repo_url.as_str());
        match name == short_name(self.before.repo_url.as_str()) && name == short_name(self.after.repo_url.as_str()) {
            true => label(scan),
            false => format!("{name} {}", label(scan)),
        }
    }

    /// Whether the grade got better or worse: letters are in the order of their quality.
    fn grade_judged(&self) -> Html {
        judged(match &self.grades {
            (Some(before), Some(after)) => match after.cmp(before) {
                Ordering::Less => Judgment::Better,
                Ordering::Equal => Judgment::Same,
                Ordering::Greater => Judgment::Worse,
            },
            _ => Judgment::NotMeasured,
        })
    }

    fn shown<'b, T>(&self, list: &'b [T]) -> &'b [T] {
        &list[..list.len().min(self.limit)]
    }

    fn spot(&self, finding: &Finding) -> Html {
        self.place.at(&finding.file, finding.line)
    }

    fn not_compared(&self) -> String {
        let kinds: Vec<&str> = self
            .compared
            .findings
            .not_compared
            .iter()
            .map(|kind| kind.plural())
            .collect();
        kinds.join(", ")
    }

    fn complexity(&self, figures: &Option<crate::reports::diff::Complexity>) -> String {
        match figures {
            Some(figures) => text::number(figures.cyclomatic.max(figures.cognitive)),
            None => "–".to_owned(),
        }
    }

    fn risk(&self, figures: &crate::reports::diff::FileFigures) -> String {
        figures.risk_score.map_or_else(|| "–".to_owned(), text::decimal)
    }
}

/// By what a scan is known among others of its repository.
fn label(scan: &Scan) -> String {
    let commit = scan.commit_sha.as_deref().map(crate::export::text::short_commit);
    let day = text::day(&scan.completed_at.unwrap_or(scan.created_at));
    match commit {
        Some(commit) => format!("{commit}, {day}"),
        None => day,
    }
}

/// `/compare?from=&to=`; without `from`, the scan before.
pub async fn get(app: web::Data<App>, request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let query = Query::parse(request.query_string(), &["from", "to", "show"]);
    let to = query.get("to").or(query.get("from")).unwrap_or_default().to_owned();
    let after = visit.find_scan(&app, &to).await?;
    let past = past(&app, &visit, &after.scan).await?;
    let from = match query.get("from").filter(|from| *from != to) {
        Some(from) => Some(ScanId::parse(from).map_err(|_| unknown())?),
        None => before(&past, &after.scan).map(|past| past.scan.id.clone()),
    };
    let name = short_name(after.scan.repo_url.as_str());
    let Some(from) = from else {
        let none = NothingToCompare {
            shell: Shell::new(visit, format!("Compare {name}")).listed_under(&app, &after.scan),
            name: &name,
            scan: &after.scan,
        };
        return page(&request, HttpResponse::Ok(), &none);
    };
    let (first, second, compared) = compare::of(&app, &visit.caller, &from, &after.scan.id).await?;
    let headlines = app
        .store
        .headlines(vec![first.scan.id.clone(), second.scan.id.clone()])
        .await?;
    let none = Headline::default();
    let headline = |scan: &Scan| headlines.get(&scan.id).unwrap_or(&none);
    let (before, after) = (headline(&first.scan), headline(&second.scan));
    let all = format!("/compare?{}", query.with("show", "all"));
    let comparison = Comparison {
        shell: Shell::new(visit, format!("Compare two scans of {name}")).listed_under(&app, &second.scan),
        place: &Place::of(&second.scan),
        choices: past
            .iter()
            .map(|past| Choice {
                label: label(&past.scan),
                is_from: past.scan.id == first.scan.id,
                is_to: past.scan.id == second.scan.id,
                id: past.scan.id.to_string(),
            })
            .collect(),
        grades: (before.grade.clone(), after.grade.clone()),
        rows: rows(before, after),
        compared: &compared,
        before: &first.scan,
        after: &second.scan,
        limit: if query.is("show", "all") { usize::MAX } else { SHOWN },
        all,
    };
    page(&request, HttpResponse::Ok(), &comparison)
}

fn unknown() -> Problem {
    Problem::not_found("There is no scan at this address.")
}

/// Completed scans of the same repository that the visitor may see, newest first.
pub async fn past(app: &App, visit: &Visit, scan: &Scan) -> Result<Vec<PastScan>, Problem> {
    let Some(repository) = &scan.repository_id else {
        return Ok(Vec::new());
    };
    let viewer = visit.caller.user_id().map(str::to_owned);
    Ok(app.store.past_scans(repository, viewer, CHOICES).await?)
}

/// The one before this scan, of the same branch where there is one.
pub fn before<'a>(past: &'a [PastScan], scan: &Scan) -> Option<&'a PastScan> {
    let earlier = |past: &&PastScan| past.scan.id != scan.id && past.scan.created_at < scan.created_at;
    let same_branch = past.iter().filter(earlier).find(|past| past.scan.branch == scan.branch);
    same_branch.or_else(|| past.iter().find(earlier))
}

/// The figures that the columns keep of both, side by side.
pub fn rows(before: &Headline, after: &Headline) -> Vec<Row> {
    let count = |name, pick: fn(&Headline) -> Option<u64>, lower_is_better: Option<bool>| {
        row(
            name,
            pick(before).map(|n| n as f64),
            pick(after).map(|n| n as f64),
            lower_is_better,
        )
    };
    vec![
        row("Points of 100", before.points, after.points, Some(false)),
        count(
            "Functions over the limits",
            |headline| headline.complex_functions,
            Some(true),
        ),
        count("Cycles of imports", |headline| headline.cycles, Some(true)),
        count("Copied lines", |headline| headline.copied_lines, Some(true)),
        count("Unused code", |headline| headline.unused, Some(true)),
        count("Security findings", |headline| headline.security_findings, Some(true)),
        count("Lines of code", |headline| headline.lines_of_code, None),
    ]
}

fn row(name: &'static str, before: Option<f64>, after: Option<f64>, lower_is_better: Option<bool>) -> Row {
    let shown = |number: f64| match number.fract() == 0.0 {
        true => text::number(number as u64),
        false => text::decimal(number),
    };
    let (difference, judgment) = match (before, after) {
        (Some(before), Some(after)) => {
            let change = after - before;
            let judgment = match lower_is_better {
                _ if change.abs() < 0.05 => Judgment::Same,
                None => Judgment::NotJudged,
                Some(lower) if (change < 0.0) == lower => Judgment::Better,
                Some(_) => Judgment::Worse,
            };
            let sign = if change < 0.0 { "−" } else { "+" };
            let size = shown(change.abs());
            (
                if judgment == Judgment::Same {
                    "0".to_owned()
                } else {
                    format!("{sign}{size}")
                },
                judgment,
            )
        }
        _ => ("–".to_owned(), Judgment::NotMeasured),
    };
    Row {
        name,
        before: before.map(shown),
        after: after.map(shown),
        difference,
        judgment,
    }
}

fn judged(judgment: Judgment) -> Html {
    match judgment {
        Judgment::Better => Html(format!("<span class=\"better\">{} better</span>", parts::icon("good"))),
        Judgment::Worse => Html(format!("<span class=\"worse\">{} worse</span>", parts::icon("high"))),
        Judgment::Same => Html("<span class=\"soft\">same</span>".to_owned()),
        Judgment::NotJudged => Html("<span class=\"soft\">not judged</span>".to_owned()),
        Judgment::NotMeasured => Html("<span class=\"soft\">not measured in both</span>".to_owned()),
    }
}

impl Row {
    pub fn judged(&self) -> Html {
        judged(self.judgment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_judged_by_what_is_better() {
        let judged = |before, after, lower| {
            let row = row("x", before, after, lower);
            (row.difference, row.judgment)
        };
        assert_eq!(judged(Some(4.0), Some(6.0), Some(true)), ("+2".into(), Judgment::Worse));
        assert_eq!(
            judged(Some(60.5), Some(62.0), Some(false)),
            ("+1.5".into(), Judgment::Better)
        );
        assert_eq!(
            judged(Some(4_000.0), Some(1.0), None),
            ("−3,999".into(), Judgment::NotJudged)
        );
        assert_eq!(judged(Some(4.0), Some(4.0), Some(true)), ("0".into(), Judgment::Same));
        assert_eq!(judged(None, Some(0.0), Some(true)), ("–".into(), Judgment::NotMeasured));
    }
}
