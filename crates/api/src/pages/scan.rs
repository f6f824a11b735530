//! `/scan/{id}`: the whole life of a scan at one address: it waits, runs, and is a report or a failure.

pub(super) mod card;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};
use repolens_core::store::{Scan, ScanSnapshot};
use repolens_core::{ScanStatus, text::timestamp};

use super::read::ReportReader;
use super::report;
use super::see_other;
use super::shell::{Shell, State, page};
use super::view::place::short_name;
use super::view::text::{self, filters};
use super::visit::Visit;
use crate::app::App;
use crate::auth::access::may_cancel;
use crate::handlers::scans;
use crate::http::body::OptionalJson;
use crate::http::problem::Problem;

/// Seconds between two reloads of a page without script.
const REFRESH: u32 = 3;

/// The steps of a scan, in order: the stages as workers report them, and the title.
const STEPS: [(&[&str], &str); 21] = [
    (&["queue"], "Queue"),
    (&["clone"], "Download"),
    (&["history"], "History"),
    (&["parse"], "Parsing"),
    (&["languages"], "Languages"),
    (&["dependencies"], "Dependencies"),
    (&["readme", "licences"], "README and licenses"),
    (&["tests", "community"], "Tests"),
    (&["duplication"], "Duplication"),
    (&["complexity"], "Complexity"),
    (&["module-graph", "dependency-usage"], "Imports"),
    (&["cycles"], "Cycles"),
    (&["call-graph"], "Calls"),
    (&["dead-code"], "Dead code"),
    (&["ast"], "Files"),
    (&["hotspots"], "Hotspots"),
    (&["security"], "Security"),
    (&["risk", "grades", "percentiles"], "Grades"),
    (&["actions", "summary"], "What to do first"),
    (&["explanations"], "Explanation"),
    (&["report"], "Report"),
];

struct Step {
    /// The stages of this step, separated by spaces.
    stages: String,
    title: &'static str,
    state: StepState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum StepState {
    Done,
    Now,
    Waiting,
    Failed,
}

impl Step {
    fn icon(&self) -> &'static str {
        match self.state {
            StepState::Done => "good",
            StepState::Now => "now",
            StepState::Waiting => "wait",
            StepState::Failed => "high",
        }
    }

    fn label(&self) -> &'static str {
        match self.state {
            StepState::Done => "done",
            StepState::Now => "running",
            StepState::Waiting => "waiting",
            StepState::Failed => "failed",
        }
    }

    fn css(&self) -> &'static str {
        match self.state {
            StepState::Done => "",
            StepState::Now | StepState::Failed => "now",
            StepState::Waiting => "wait",
        }
    }
}

#[derive(Template)]
#[template(path = "scan.html")]
struct Waiting<'a> {
    shell: Shell,
    name: String,
    scan: &'a Scan,
    steps: Vec<Step>,
    title: String,
    position: Option<i64>,
    estimate: Option<String>,
    may_cancel: bool,
    now: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "scan_failed.html")]
struct Ended<'a> {
    shell: Shell,
    name: String,
    scan: &'a Scan,
    sentence: String,
    cancelled: bool,
    advice: Vec<Advice>,
    steps: Vec<Step>,
    took: Option<String>,
}

/// Something to do about a failure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Advice {
    CheckAddress,
    CheckBranch,
    SignIn,
    OwnMachine,
    TryLater,
}

impl Advice {
    fn of(code: &str) -> Vec<Self> {
        match code {
            "repository-not-found" | "authentication-required" => {
                vec![Self::CheckAddress, Self::SignIn, Self::OwnMachine]
            }
            "credential-lost" => vec![Self::SignIn, Self::OwnMachine],
            "branch-not-found" => vec![Self::CheckBranch],
            "host-not-found" | "host-refused" | "empty-repository" => vec![Self::CheckAddress],
            "repository-too-large"
            | "report-too-large"
            | "analysis-out-of-memory"
            | "analysis-timed-out"
            | "analysis-crashed" => {
                vec![Self::OwnMachine]
            }
            _ => vec![Self::TryLater, Self::CheckAddress],
        }
    }
}

impl<'a> Waiting<'a> {
    fn elapsed(&self) -> String {
        let since = self.scan.started_at.unwrap_or(self.scan.created_at);
        let ms = (self.now - since).num_milliseconds().max(0);
        text::duration(u64::try_from(ms).unwrap_or(0) / 1_000 * 1_000)
    }

    fn since(&self) -> String {
        let since = self.scan.started_at.unwrap_or(self.scan.created_at);
        timestamp::format(since)
    }
}

pub async fn get(
    app: web::Data<App>,
    reader: web::Data<ReportReader>,
    request: HttpRequest,
    visit: Visit,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let seen = visit.find_scan(&app, &path).await?;
    app.scans.track(&seen.scan.id, seen.scan.status);
    match seen.scan.status {
        ScanStatus::Completed => report::answer_tab(&app, &reader, &request, visit, seen, report::OVERVIEW).await,
        ScanStatus::Queued | ScanStatus::Processing => waiting(&app, &request, visit, &seen).await,
        ScanStatus::Failed | ScanStatus::Cancelled => ended(&request, visit, &seen),
    }
}

/// The index of the step that a stage belongs to.
fn step_of(stage: &str) -> Option<usize> {
    STEPS.iter().position(|(stages, _)| stages.contains(&stage))
}

fn steps(scan: &Scan) -> Vec<Step> {
    let failed = scan.status == ScanStatus::Failed || scan.status == ScanStatus::Cancelled;
    let reached = match scan.status {
        ScanStatus::Queued => 0,
        _ => match &scan.stage {
            Some(stage) => step_of(stage).unwrap_or(1),
            None => usize::from(scan.started_at.is_some()),
        },
    };
    STEPS
        .iter()
        .enumerate()
        .map(|(index, (stages, title))| Step {
            stages: stages.join(" "),
            title,
            state: match index.cmp(&reached) {
                std::cmp::Ordering::Less => StepState::Done,
                std::cmp::Ordering::Equal if failed => StepState::Failed,
                std::cmp::Ordering::Equal => StepState::Now,
                std::cmp::Ordering::Greater => StepState::Waiting,
            },
        })
        .collect()
}

async fn waiting(app: &App, request: &HttpRequest, visit: Visit, seen: &ScanSnapshot) -> Result<HttpResponse, Problem> {
    let scan = &seen.scan;
    let has_token = scans::has_cancel_token(app, request, scan, None).await?;
    let name = short_name(scan.repo_url.as_str());
    let steps = steps(scan);
    let title = match (seen.place, steps.iter().position(|step| step.state == StepState::Now)) {
        (Some(place), _) => format!("Number {} in the queue", place.position),
        (None, Some(index)) => format!("Step {} of {}: {}", index + 1, steps.len(), steps[index].title),
        (None, None) => "Running".to_owned(),
    };
    let mut shell = Shell::new(visit, format!("{}% {name}", scan.progress));
    shell.icon = State::Running;
    shell.refresh = Some(REFRESH);
    let page_of = Waiting {
        may_cancel: may_cancel(&shell.visit.caller, scan, has_token).is_ok(),
        shell,
        steps,
        title,
        position: seen.place.map(|place| place.position),
        estimate: seen
            .place
            .and_then(scans::estimated_wait_seconds)
            .map(|seconds| text::duration(u64::try_from(seconds).unwrap_or(0) * 1_000)),
        name,
        scan,
        now: Utc::now(),
    };
    page(request, HttpResponse::Ok(), &page_of)
}

fn ended(request: &HttpRequest, visit: Visit, seen: &ScanSnapshot) -> Result<HttpResponse, Problem> {
    let scan = &seen.scan;
    let name = short_name(scan.repo_url.as_str());
    let cancelled = scan.status == ScanStatus::Cancelled;
    let what = if cancelled { "Canceled" } else { "Failed" };
    let mut shell = Shell::new(visit, format!("{what}: {name}"));
    shell.icon = State::Failed;
    let took = scan
        .completed_at
        .map(|end| (end - scan.started_at.unwrap_or(scan.created_at)).num_milliseconds());
    let page_of = Ended {
        shell,
        sentence: match cancelled {
            true => "The scan was canceled before it was done. Nothing of it is kept.".to_owned(),
            false => scan
                .error_message
                .clone()
                .unwrap_or_else(|| "The scan failed.".to_owned()),
        },
        advice: match (cancelled, &scan.error_code) {
            (true, _) => Vec::new(),
            (false, code) => Advice::of(code.as_deref().unwrap_or_default()),
        },
        steps: steps(scan),
        took: took.and_then(|ms| u64::try_from(ms).ok()).map(text::duration),
        name,
        cancelled,
        scan,
    };
    page(request, HttpResponse::Ok(), &page_of)
}

/// Cancels the scan and goes back to its page.
pub async fn post_cancel(
    app: web::Data<App>,
    request: HttpRequest,
    visit: Visit,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let seen = visit.find_scan(&app, &path).await?;
    let id = seen.scan.id.clone();
    if !seen.scan.status.is_final() {
        scans::post_cancel(app, request, visit.caller, path, OptionalJson(None)).await?;
    }
    Ok(see_other(&format!("/scan/{id}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_tick_off_in_their_order() {
        let mut scan = super::super::tests::scan();
        scan.status = ScanStatus::Processing;
        scan.stage = Some("complexity".into());
        let states = |scan: &Scan| -> String {
            steps(scan)
                .iter()
                .map(|step| step.icon().chars().next().unwrap_or('?'))
                .collect()
        };
        assert_eq!(states(&scan), "gggggggggnwwwwwwwwwww");
        scan.stage = Some("something new".into());
        assert_eq!(states(&scan), "gnwwwwwwwwwwwwwwwwwww");
        scan.status = ScanStatus::Queued;
        assert_eq!(states(&scan), "nwwwwwwwwwwwwwwwwwwww");
        scan.status = ScanStatus::Failed;
        scan.stage = Some("clone".into());
        assert_eq!(states(&scan), "ghwwwwwwwwwwwwwwwwwww");
    }

    #[test]
    fn several_stages_may_belong_to_one_step() {
        assert_eq!(step_of("risk"), step_of("percentiles"));
        assert!(step_of("security") < step_of("explanations") && step_of("security").is_some());
        assert_eq!(step_of("something new"), None);
    }

    #[test]
    fn every_failure_has_something_to_do() {
        for code in repolens_core::FailureCode::ALL {
            assert!(!Advice::of(code.code()).is_empty(), "{code}");
        }
    }
}
