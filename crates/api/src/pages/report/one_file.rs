//! The report as one file: all sections below each other, with the style sheet inside. No script, no request, no server.

use std::sync::LazyLock;

use askama::Template;
use repolens_core::store::ScanSnapshot;

use super::{FIRST_SECTIONS, Frame, TABS, View};
use crate::app::App;
use crate::http::content_security_policy::source_hash;
use crate::http::problem::Problem;
use crate::pages::read::ReportReader;
use crate::pages::shell::assets::STYLE;
use crate::pages::view::place::Place;
use crate::pages::view::text::{Html, filters};
use crate::pages::visit::query::Query;

/// Nothing but the one style sheet, known by its hash.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = source_hash(STYLE);
    format!("default-src 'none'; style-src {style}; base-uri 'none'; form-action 'none'")
});

/// As a header, which can refuse frames as well.
pub fn policy() -> String {
    format!("{}; frame-ancestors 'none'", *POLICY)
}

#[derive(Template)]
#[template(path = "report/one_file.html")]
struct Page<'a> {
    frame: &'a Frame,
    place: &'a Place,
    seen: &'a ScanSnapshot,
    branch_message: Option<String>,
    is_overview: bool,
    sections: Vec<Section>,
    style: Html,
    policy: &'a str,
}

struct Section {
    /// Its id.
    key: &'static str,
    title: &'static str,
    body: Html,
}

/// The file; `None` where another program made the report.
pub async fn write(app: &App, reader: &ReportReader, seen: &ScanSnapshot) -> Result<Option<String>, Problem> {
    let id = &seen.scan.id;
    let place = Place::of(&seen.scan).in_one_file();
    let own = place.clone();
    let frame = reader
        .read(app, id, &FIRST_SECTIONS, move |sections| {
            Ok(sections.analyser().map(|_| Frame::new(sections, &own)))
        })
        .await?;
    let Some(frame) = frame else {
        return Ok(None);
    };
    let mut sections = Vec::new();
    for tab in TABS {
        let place = place.clone();
        let names: &'static [&'static str] = if tab.key.is_empty() {
            &FIRST_SECTIONS
        } else {
            tab.sections
        };
        // One after the other, so that the memory is that of the largest.
        let body = reader
            .read(app, id, names, move |sections| {
                (tab.render)(&View {
                    sections,
                    place: &place,
                    query: &Query::default(),
                })
            })
            .await?;
        sections.push(Section {
            key: if tab.key.is_empty() { "overview" } else { tab.key },
            title: tab.title,
            body: Html(body),
        });
    }
    let page = Page {
        frame: &frame,
        place: &place,
        seen,
        branch_message: seen.scan.branch_message(),
        is_overview: true,
        sections,
        style: Html(STYLE.to_owned()),
        policy: &POLICY,
    };
    page.render().map(Some).map_err(|error| Problem::because(&error))
}
