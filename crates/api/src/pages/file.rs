//! Everything that the report knows of one file: figures, functions, imports both ways, findings, history.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use repolens_core::report::{ComplexityMetrics, FunctionComplexity, Hotspot, Hotspots};
use repolens_core::{ScanId, ScanStatus};

use super::read::{Measurement, ReportReader, Sections};
use super::report::too_short;
use super::see_other;
use super::shell::{Shell, State, answer_if_changed};
use super::view::place::{Place, short_name};
use super::view::text::{Html, filters};
use super::visit::Visit;
use super::visit::query::Query;
use crate::app::App;
use crate::http::problem::Problem;
use crate::pages::read::import::ModuleImport;

mod findings;
mod members;

use findings::{FileFinding, findings};
use members::{CallCounts, FileModules, Files, ListedSymbol, OneFile};

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

/// Members that name files without figures.
const NAMING: &[&str] = &[
    "readmeAnalysis",
    "licences",
    "dependencies",
    "community",
    "security",
    "grades",
    "actions",
];

/// Entries of a list that are shown.
const LISTED: usize = 60;

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
    findings: Vec<FileFinding>,
    functions: Vec<&'a FunctionComplexity>,
    symbols: Vec<ListedSymbol<'a>>,
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
    seen: &'a repolens_core::store::ScanSnapshot,
    body: Html,
}

/// `/scan/{id}/file?path=`.
pub async fn get(
    app: web::Data<App>,
    reader: web::Data<ReportReader>,
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
            let made = rendered(&app, &reader, &seen.scan.id, &place, &path)
                .await?
                .ok_or_else(|| {
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
            short_name(seen.scan.repo_url.as_str())
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

/// The page's content; `None` where the report does not know the file.
async fn rendered(
    app: &App,
    reader: &ReportReader,
    id: &ScanId,
    place: &Place,
    path: &str,
) -> Result<Option<String>, Problem> {
    let (own, file) = (place.clone(), path.to_owned());
    let made = reader
        .read(app, id, SECTIONS, move |sections| body(sections, &own, &file))
        .await?;
    if made.is_some() {
        return Ok(made);
    }
    let (own, file) = (place.clone(), path.to_owned());
    reader
        .read(app, id, NAMING, move |sections| named(sections, &own, &file))
        .await
}

#[derive(Template)]
#[template(path = "file_named.html")]
struct Named {
    crumbs: Html,
    source: Option<String>,
}

/// A file that the report names without figures of its own: a manifest, a license, a document. `None`: it does not.
fn named(sections: &Sections, place: &Place, path: &str) -> askama::Result<Option<String>> {
    let page = sections.names(path).then(|| Named {
        crumbs: place.crumbs(path),
        source: place.source(path, None, None),
    });
    page.map(|page| page.render()).transpose()
}

/// `None`: the report has nothing of the file.
fn body(sections: &Sections, place: &Place, path: &str) -> askama::Result<Option<String>> {
    let file = match sections.get::<Files<'_>>("ast") {
        Measurement::Is(files) => files.files.into_iter().find(|file| file.path == path),
        Measurement::Not(_) => None,
    };
    let skipped = sections.analyser().and_then(|analyser| {
        let found = analyser.skipped_files.iter().find(|file| file.path == path);
        found.map(|file| file.reason.as_str())
    });
    let modules = sections.get::<FileModules<'_>>("moduleGraph");
    let edges = modules
        .get()
        .map(|modules| modules.edges.as_slice())
        .unwrap_or_default();
    let (imported_by, imported_by_total) = linked(place, edges, |edge| (edge.target == path).then_some(&edge.source));
    let (imports, imports_total) = linked(place, edges, |edge| (edge.source == path).then_some(&edge.target));
    let hotspots = sections.get::<Hotspots>("hotspots");
    let metrics = sections.get::<ComplexityMetrics>("complexityMetrics");
    let functions = complex_functions(metrics.get(), path);
    let findings = findings(sections, place, path, &functions);
    let has_imports = imported_by_total + imports_total > 0;
    if file.is_none() && skipped.is_none() && !has_imports && findings.is_empty() {
        return Ok(None);
    }
    let calls = sections.get::<CallCounts>("callGraph");
    let known_modules = modules.get();
    let body = Body {
        crumbs: place.crumbs(path),
        source: place.source(path, None, None),
        skipped,
        hotspot: hotspots
            .get()
            .and_then(|hotspots| hotspots.files.iter().find(|file| file.path == path)),
        hotspots_total: hotspots.get().map(|hotspots| hotspots.files_total),
        hotspots_reason: hotspots_reason(&hotspots),
        findings,
        functions,
        symbols: symbols(file.as_ref()),
        called: calls
            .get()
            .map_or(Vec::new(), |calls| called(calls, &format!("{path}:"))),
        imported_by,
        imported_by_total,
        imports,
        imports_total,
        packages: known_modules.map_or(Vec::new(), |modules| modules.packages(path)),
        unresolved: known_modules.map_or(Vec::new(), |modules| modules.unresolved(path)),
        imports_reason: modules.reason().map(str::to_owned),
        truncated: known_modules.is_some_and(|modules| modules.truncated),
        coupled: coupled(hotspots.get(), place, path),
        file,
    };
    body.render().map(Some)
}

fn complex_functions<'a>(metrics: Option<&'a ComplexityMetrics>, path: &str) -> Vec<&'a FunctionComplexity> {
    let functions = metrics.map(|metrics| metrics.high_complexity_functions.as_slice());
    let functions = functions.unwrap_or_default().iter();
    functions.filter(|function| function.file_path == path).collect()
}

/// Why there is no figure of the file's changes.
fn hotspots_reason(hotspots: &Measurement<Hotspots>) -> Option<String> {
    match hotspots {
        Measurement::Is(hotspots) if !hotspots.window.is_enough() => Some(too_short(hotspots)),
        hotspots => hotspots.reason().map(str::to_owned),
    }
}

/// The first files that `other` returns of the imports, and the number of all.
fn linked<'a>(
    place: &Place,
    edges: &'a [ModuleImport<'a>],
    other: impl Fn(&'a ModuleImport<'a>) -> Option<&'a Cow<'a, str>>,
) -> (Vec<Linked>, usize) {
    let found: Vec<_> = edges.iter().filter_map(|edge| Some((edge, other(edge)?))).collect();
    let links = found.iter().take(LISTED).map(|(edge, other)| Linked {
        link: place.link(other),
        tag: match edge.kind.as_ref() {
            "dynamic" => "runs later",
            "type" => "types only",
            "reexport" => "passed on",
            _ => "",
        },
    });
    (links.collect(), found.len())
}

/// The symbols of a file, the most complex first.
fn symbols<'a>(file: Option<&OneFile<'a>>) -> Vec<ListedSymbol<'a>> {
    let mut symbols = file.and_then(|file| file.symbols.clone()).unwrap_or_default();
    symbols.sort_by_key(|symbol| std::cmp::Reverse((symbol.cyclomatic, symbol.cognitive)));
    symbols.truncate(300);
    symbols
}

/// Functions of the file with how often each is called and calls, those with the most calls first.
fn called(calls: &CallCounts, prefix: &str) -> Vec<(String, u64, u64)> {
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
