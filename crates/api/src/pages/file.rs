//! Everything that the report knows of one file: figures, functions, imports both ways, findings, history.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use repolens_core::report::{
    CircularDependencies, ComplexityMetrics, DeadCode, Duplication, FunctionComplexity, Hotspot, Hotspots, Security,
};
use repolens_core::{ScanId, ScanStatus};
use serde::Deserialize;

use super::place::{Place, short_name};
use super::query::Query;
use super::read::{Measured, Reader, Sections};
use super::report::too_short;
use super::shell::{Shell, State, answer_if_changed};
use super::text::{self, Html, filters};
use super::visit::Visit;
use super::{parts, see_other};
use crate::app::App;
use crate::http::problem::Problem;
use crate::pages::import::Import;

/// Members that a file's page reads.
const SECTIONS: &[&str] = &[
    "ast",
    "complexityMetrics",
    "moduleGraph",
    "circularDependencies",
    "deadCode",
    "duplication",
    "hotspots",
    "callGraph",
    "security",
];

/// Entries of a list that are shown.
const LISTED: usize = 60;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Files<'a> {
    #[serde(borrow)]
    files: Vec<OneFile<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OneFile<'a> {
    #[serde(borrow)]
    path: Cow<'a, str>,
    #[serde(borrow, default)]
    language: Cow<'a, str>,
    #[serde(default)]
    lines: u64,
    functions: Option<u64>,
    classes: Option<u64>,
    complexity: Option<u64>,
    risk_score: Option<f64>,
    #[serde(borrow, default)]
    symbols: Option<Vec<Symbol<'a>>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Symbol<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    kind: Cow<'a, str>,
    #[serde(default)]
    line: Option<u64>,
    #[serde(default)]
    references: Option<u64>,
    #[serde(default)]
    cyclomatic: Option<u64>,
    #[serde(default)]
    cognitive: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Modules<'a> {
    #[serde(borrow)]
    edges: Vec<Import<'a>>,
    #[serde(borrow)]
    external: Vec<External<'a>>,
    #[serde(borrow)]
    unresolved: Vec<Unresolved<'a>>,
    truncated: bool,
}

#[derive(Debug, Deserialize)]
struct External<'a> {
    #[serde(borrow)]
    file: Cow<'a, str>,
    #[serde(borrow)]
    package: Cow<'a, str>,
}

#[derive(Debug, Deserialize)]
struct Unresolved<'a> {
    #[serde(borrow)]
    file: Cow<'a, str>,
    #[serde(borrow)]
    specifier: Cow<'a, str>,
}

/// Part of `callGraph`: the numbers of callers of the functions with the most calls.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Calls {
    complexity_metrics: std::collections::BTreeMap<String, Called>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Called {
    fan_in: u64,
    fan_out: u64,
    location: String,
}

struct Finding {
    severity: Html,
    message: Html,
    lines: Html,
    effort: &'static str,
}

struct Linked {
    link: Html,
    tag: &'static str,
}

#[derive(Template)]
#[template(path = "file.html")]
struct Body<'a> {
    crumbs: Html,
    source: Option<String>,
    file: Option<OneFile<'a>>,
    skipped: Option<&'a str>,
    hotspot: Option<&'a Hotspot>,
    hotspots_total: Option<u64>,
    hotspots_reason: Option<String>,
    findings: Vec<Finding>,
    functions: Vec<&'a FunctionComplexity>,
    symbols: Vec<Symbol<'a>>,
    called: Vec<(String, u64, u64)>,
    imported_by: Vec<Linked>,
    imported_by_total: usize,
    imports: Vec<Linked>,
    imports_total: usize,
    packages: Vec<&'a str>,
    unresolved: Vec<&'a str>,
    imports_reason: Option<String>,
    truncated: bool,
    coupled: Vec<(Html, f64, u64)>,
}

#[derive(Template)]
#[template(path = "file_page.html")]
struct Page<'a> {
    shell: Shell,
    place: &'a Place,
    seen: &'a repolens_core::store::Seen,
    body: Html,
}

/// `/scan/{id}/file?path=`.
pub async fn get(
    app: web::Data<App>,
    reader: web::Data<Reader>,
    request: HttpRequest,
    visit: Visit,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let seen = visit.find_scan(&app, &id).await?;
    if seen.scan.status != ScanStatus::Completed {
        return Ok(see_other(&format!("/scan/{}", seen.scan.id)));
    }
    let query = Query::parse(request.query_string(), &["path"]);
    let Some(path) = query.get("path").map(str::to_owned) else {
        return Ok(see_other(&format!("/scan/{}/files", seen.scan.id)));
    };
    let place = Place::of(&seen.scan);
    let key = seen
        .report_sha256
        .as_deref()
        .map(|digest| format!("{digest}/file/{path}"));
    let kept = key.as_deref().and_then(|key| reader.kept.get(key));
    let body: Arc<str> = match kept {
        Some(body) => body,
        None => {
            let id = ScanId::parse(&seen.scan.id).map_err(|error| Problem::because(&error))?;
            let (own, file) = (place.clone(), path.clone());
            let made = reader
                .read(&app, &id, SECTIONS, move |sections| body(sections, &own, &file))
                .await?;
            let made = made.ok_or_else(|| {
                Problem::not_found("The report knows no file of this name. Search for it among the files.")
            })?;
            let made: Arc<str> = made.into();
            if let Some(key) = key {
                reader.kept.put(key, Arc::clone(&made));
            }
            made
        }
    };
    let name = path.rsplit('/').next().unwrap_or(&path);
    let mut shell = Shell::new(
        visit,
        format!(
            "{} of {}",
            crate::export::text::one_line(name),
            short_name(&seen.scan.repo_url)
        ),
    );
    shell.icon = State::Done;
    let page = Page {
        shell,
        place: &place,
        seen: &seen,
        body: Html(body.to_string()),
    };
    let html = page.render().map_err(|error| Problem::because(&error))?;
    Ok(answer_if_changed(&request, html))
}

/// `None`: the report does not know the file.
fn body(sections: &Sections, place: &Place, path: &str) -> askama::Result<Option<String>> {
    let files = sections.get::<Files<'_>>("ast");
    let file = match files {
        super::read::Measured::Is(files) => files.files.into_iter().find(|file| file.path == path),
        super::read::Measured::Not(_) => None,
    };
    let skipped = sections.analyser().and_then(|analyser| {
        let found = analyser.skipped_files.iter().find(|file| file.path == path);
        found.map(|file| file.reason.as_str())
    });
    let modules = sections.get::<Modules<'_>>("moduleGraph");
    let modules_of = modules.get();
    let edges = modules_of.map(|modules| modules.edges.as_slice()).unwrap_or_default();
    let into: Vec<&Import<'_>> = edges.iter().filter(|edge| edge.target == path).collect();
    let out: Vec<&Import<'_>> = edges.iter().filter(|edge| edge.source == path).collect();
    let hotspots = sections.get::<Hotspots>("hotspots");
    let metrics = sections.get::<ComplexityMetrics>("complexityMetrics");
    let functions: Vec<&FunctionComplexity> = metrics
        .get()
        .map(|metrics| {
            metrics
                .high_complexity_functions
                .iter()
                .filter(|function| function.file_path == path)
                .collect()
        })
        .unwrap_or_default();
    let findings = findings(sections, place, path, &functions);
    if file.is_none() && skipped.is_none() && into.is_empty() && out.is_empty() && findings.is_empty() {
        return Ok(None);
    }
    let calls = sections.get::<Calls>("callGraph");
    let prefix = format!("{path}:");
    let linked = |edge: &&Import<'_>, other: &str| Linked {
        link: place.link(other),
        tag: match edge.kind.as_ref() {
            "dynamic" => "runs later",
            "type" => "types only",
            "reexport" => "passed on",
            _ => "",
        },
    };
    let mut symbols = file.as_ref().and_then(|file| file.symbols.clone()).unwrap_or_default();
    symbols.sort_by_key(|symbol| std::cmp::Reverse((symbol.cyclomatic, symbol.cognitive)));
    symbols.truncate(300);
    Body {
        crumbs: place.crumbs(path),
        source: place.source(path, None, None),
        skipped,
        hotspot: hotspots
            .get()
            .and_then(|hotspots| hotspots.files.iter().find(|file| file.path == path)),
        hotspots_total: hotspots.get().map(|hotspots| hotspots.files_total),
        hotspots_reason: match &hotspots {
            Measured::Is(hotspots) if !hotspots.window.is_enough() => Some(too_short(hotspots)),
            hotspots => hotspots.reason().map(str::to_owned),
        },
        findings,
        functions,
        symbols,
        called: calls.get().map(|calls| called(calls, &prefix)).unwrap_or_default(),
        imported_by: into
            .iter()
            .take(LISTED)
            .map(|edge| linked(edge, &edge.source))
            .collect(),
        imported_by_total: into.len(),
        imports: out.iter().take(LISTED).map(|edge| linked(edge, &edge.target)).collect(),
        imports_total: out.len(),
        packages: modules_of
            .map(|modules| {
                of_file(
                    modules.external.iter().map(|import| (&import.file, &import.package)),
                    path,
                )
            })
            .unwrap_or_default(),
        unresolved: modules_of
            .map(|modules| {
                of_file(
                    modules
                        .unresolved
                        .iter()
                        .map(|import| (&import.file, &import.specifier)),
                    path,
                )
            })
            .unwrap_or_default(),
        imports_reason: modules.reason().map(str::to_owned),
        truncated: modules_of.is_some_and(|modules| modules.truncated),
        coupled: coupled(hotspots.get(), place, path),
        file,
    }
    .render()
    .map(Some)
}

/// Functions of the file with how often each is called and calls, those with the most calls first.
fn called(calls: &Calls, prefix: &str) -> Vec<(String, u64, u64)> {
    let mut called: Vec<(String, u64, u64)> = calls
        .complexity_metrics
        .iter()
        .filter(|(_, called)| called.location.starts_with(prefix))
        .map(|(name, called)| {
            let name = name.strip_prefix(prefix).unwrap_or(name).split('.');
            let parts: Vec<&str> = name
                .map(|part| if part.is_empty() { "<anonymous>" } else { part })
                .collect();
            (parts.join("."), called.fan_in, called.fan_out)
        })
        .collect();
    called.sort_by_key(|(_, fan_in, _)| std::cmp::Reverse(*fan_in));
    called
}

fn of_file<'a>(entries: impl Iterator<Item = (&'a Cow<'a, str>, &'a Cow<'a, str>)>, path: &str) -> Vec<&'a str> {
    let mut found: Vec<&str> = entries
        .filter(|(file, _)| file.as_ref() == path)
        .map(|(_, name)| name.as_ref())
        .collect();
    found.sort_unstable();
    found.dedup();
    found.truncate(LISTED);
    found
}

fn coupled(hotspots: Option<&Hotspots>, place: &Place, path: &str) -> Vec<(Html, f64, u64)> {
    let pairs = hotspots
        .map(|hotspots| hotspots.coupling.as_slice())
        .unwrap_or_default();
    pairs
        .iter()
        .filter(|pair| pair.a == path || pair.b == path)
        .take(20)
        .map(|pair| {
            let other = if pair.a == path { &pair.b } else { &pair.a };
            (place.link(other), pair.degree, pair.shared)
        })
        .collect()
}

fn findings(sections: &Sections, place: &Place, path: &str, functions: &[&FunctionComplexity]) -> Vec<Finding> {
    let line = |from: u64, to: Option<u64>| match place.source(path, Some(from), to) {
        Some(address) => Html(format!(
            "<a class=\"path\" href=\"{}\" rel=\"noopener noreferrer\">{}</a>",
            text::plain_address(&address),
            lines(from, to)
        )),
        None => Html(lines(from, to)),
    };
    let none = || Html("<span class=\"soft\">–</span>".to_owned());
    let mut found = Vec::new();
    let security = sections.get::<Security>("security");
    for finding in security
        .get()
        .map(|security| security.findings.as_slice())
        .unwrap_or_default()
    {
        if finding.file == path {
            found.push(Finding {
                severity: parts::severity(finding.severity.as_str()),
                message: text::prose(&finding.message),
                lines: finding.line.map_or_else(none, |at| line(at, None)),
                effort: "Security",
            });
        }
    }
    for function in functions {
        found.push(Finding {
            severity: parts::severity(if function.cyclomatic > 20 || function.cognitive > 30 {
                "high"
            } else {
                "medium"
            }),
            message: Html(format!(
                "<code>{}</code> has a cyclomatic complexity of {} and a cognitive one of {}",
                text::name(&function.name),
                function.cyclomatic,
                function.cognitive
            )),
            lines: line(function.line_number, Some(function.end_line)),
            effort: "Complexity",
        });
    }
    let cycles = sections.get::<CircularDependencies>("circularDependencies");
    for cycle in cycles.get().map(|cycles| cycles.cycles.as_slice()).unwrap_or_default() {
        if cycle.chain.iter().any(|file| file == path) {
            found.push(Finding {
                severity: parts::severity("medium"),
                message: Html(format!(
                    "It is in a circle of imports of {}",
                    text::count(cycle.group_size, "file")
                )),
                lines: none(),
                effort: "Architecture",
            });
        }
    }
    let copies = sections.get::<Duplication>("duplication");
    for copy in copies.get().map(|copies| copies.clones.as_slice()).unwrap_or_default() {
        for (index, here) in copy
            .occurrences
            .iter()
            .enumerate()
            .filter(|(_, here)| here.file == path)
        {
            let other = copy
                .occurrences
                .iter()
                .enumerate()
                .find(|(other, _)| *other != index)
                .map(|(_, other)| other);
            let Some(other) = other else { continue };
            found.push(Finding {
                severity: parts::severity("low"),
                message: Html(format!(
                    "{} are also in {}",
                    text::count(copy.lines, "line"),
                    place.lines(&other.file, Some(other.start_line), Some(other.end_line))
                )),
                lines: line(here.start_line, Some(here.end_line)),
                effort: "Duplication",
            });
        }
    }
    let dead = sections.get::<DeadCode>("deadCode");
    if let Some(dead) = dead.get() {
        dead_code(dead, path, &mut found, &line);
    }
    found.truncate(200);
    found
}

fn dead_code(dead: &DeadCode, path: &str, found: &mut Vec<Finding>, line: &dyn Fn(u64, Option<u64>) -> Html) {
    let mut add = |message: String, lines: Html| {
        found.push(Finding {
            severity: parts::severity("low"),
            message: Html(message),
            lines,
            effort: "Dead code",
        });
    };
    let none = || Html("<span class=\"soft\">–</span>".to_owned());
    if dead.unused_files.iter().any(|file| file == path) {
        add("Nothing reaches this file".to_owned(), none());
    }
    for function in dead.unused_functions.iter().filter(|function| function.file == path) {
        add(
            format!("Nothing calls <code>{}</code>", text::name(&function.function)),
            line(function.line, None),
        );
    }
    for name in dead.unused_exports.get(path).into_iter().flatten() {
        add(format!("Nothing imports <code>{}</code>", text::name(name)), none());
    }
    for import in dead.unused_imports.get(path).into_iter().flatten() {
        add(
            format!("The import of <code>{}</code> is not used", text::name(&import.symbol)),
            line(import.line, None),
        );
    }
}

fn lines(from: u64, to: Option<u64>) -> String {
    match to {
        Some(to) if to > from => format!("{from}–{to}"),
        _ => from.to_string(),
    }
}
