//! A report: a frame with tabs, one file for each. A tab is in the list below and nowhere else.

mod frame;
mod one_file;

use std::sync::{Arc, LazyLock};

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use repolens_core::store::ScanSnapshot;

use super::read::{ReportReader, Sections};
use super::shell::{Shell, State, answer_if_changed};
use super::view::parts::Pager;
use super::view::place::Place;
use super::view::text::{self, Html, filters};
use super::visit::Visit;
use super::visit::query::Query;
use crate::app::App;
use crate::http::problem::Problem;
pub use frame::Frame;
pub use hotspots::too_short;
pub use one_file::{policy as one_file_policy, write as write_one_file};

/// One section of the report as people see it.
pub struct Tab {
    /// Last part of its address; empty for the first one.
    pub key: &'static str,
    pub title: &'static str,
    /// Members of the report that its page shows.
    pub sections: &'static [&'static str],
    /// Members that `brief` needs. They are read for the first page of each report.
    pub brief_sections: &'static [&'static str],
    /// The choices that its address accepts.
    pub choices: &'static [&'static str],
    /// The findings, in one line. `None`: it has no line of its own.
    pub brief: fn(&Sections, &Place) -> Option<Brief>,
    pub render: fn(&View<'_>) -> askama::Result<String>,
}

/// A section in one line.
#[derive(Debug, Clone, Default)]
pub struct Brief {
    /// Beside the title of the tab.
    pub count: Option<u64>,
    pub summary: Html,
    /// The worst place.
    pub worst: Option<Html>,
    /// It was not measured, and `summary` is the reason.
    pub missing: bool,
}

impl Brief {
    pub fn not_measured(reason: &str) -> Self {
        Self {
            summary: text::words(reason),
            missing: true,
            ..Self::default()
        }
    }
}

/// The inputs of a tab.
pub struct View<'a> {
    pub sections: &'a Sections,
    pub place: &'a Place,
    pub query: &'a Query,
}

impl View<'_> {
    /// The page of a list of `total` entries that is shown, `per_page` at a time.
    pub fn pager(&self, key: &str, total: usize, per_page: usize) -> Pager {
        match self.place.in_one_file {
            true => Pager::of_one_file(total),
            false => Pager::new(total, per_page, self.query.page(), |page| {
                self.with(key, "page", &page.to_string())
            }),
        }
    }

    /// The address of this tab with another choice.
    pub fn with(&self, key: &str, name: &'static str, value: &str) -> String {
        self.place.tab(key, &self.query.with(name, value))
    }
}

macro_rules! tabs {
    ($($tab:ident),* $(,)?) => {
        $(mod $tab;)*
        /// All tabs, in their order.
        pub const TABS: &[Tab] = &[$($tab::TAB),*];
    };
}

// A new tab is its file and its line here.
tabs! {
    overview,
    hotspots,
    code,
    complexity,
    architecture,
    dead_code,
    duplication,
    dependencies,
    security,
    tests_and_docs,
    files,
    about,
}

/// The first tab, on which the whole is summed up.
pub const OVERVIEW: &Tab = &TABS[0];

/// The sections that the frame and the first page read.
static FRAME_SECTIONS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut names: Vec<&str> = frame::SECTIONS.to_vec();
    names.extend(TABS.iter().flat_map(|tab| tab.brief_sections));
    names.sort_unstable();
    names.dedup();
    names
});

/// The first page's sections as well.
static FIRST_SECTIONS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut names = FRAME_SECTIONS.clone();
    names.extend(OVERVIEW.sections);
    names.sort_unstable();
    names.dedup();
    names
});

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage<'a> {
    shell: Shell,
    frame: &'a Frame,
    place: &'a Place,
    tabs: Vec<TabLink>,
    tab: &'static Tab,
    body: Html,
    seen: &'a ScanSnapshot,
    is_overview: bool,
    favorite: Option<bool>,
}

struct TabLink {
    title: &'static str,
    address: String,
    count: Option<String>,
    current: bool,
}

/// `/scan/{id}/{tab}` of a complete scan.
pub async fn answer_tab(
    app: &App,
    reader: &ReportReader,
    request: &HttpRequest,
    visit: Visit,
    seen: Arc<ScanSnapshot>,
    tab: &'static Tab,
) -> Result<HttpResponse, Problem> {
    let place = Place::of(&seen.scan);
    let query = Query::parse(request.query_string(), tab.choices);
    let (frame, body) = parts(app, reader, &seen, &place, tab, query).await?;
    let is_overview = tab.key.is_empty();
    let title = match is_overview {
        true => match frame.grade() {
            Some(grade) => format!("{}: {grade}", place.name),
            None => place.name.clone(),
        },
        false => format!("{} of {}", tab.title, place.name),
    };
    let favorite = super::my::favorite(app, &visit, &seen.scan).await?;
    // The tabs and their filters are many addresses of one report, which is listed once.
    let mut shell = Shell::new(visit, title).listed_under(app, &seen.scan);
    shell.icon = State::Done;
    shell.preview = (!seen.scan.is_private).then(|| frame.preview(&shell.visit.origin, seen.scan.id.as_str()));
    let page = ReportPage {
        tabs: links(&frame, &place, tab),
        shell,
        frame: &frame,
        place: &place,
        tab,
        body,
        seen: &seen,
        is_overview,
        favorite,
    };
    let html = page.render().map_err(|error| Problem::because(&error))?;
    Ok(answer_if_changed(request, html))
}

fn links(frame: &Frame, place: &Place, current: &'static Tab) -> Vec<TabLink> {
    TABS.iter()
        .zip(frame.counts())
        .map(|(tab, count)| TabLink {
            title: tab.title,
            address: place.tab(tab.key, ""),
            count: count.map(text::number),
            current: tab.key == current.key,
        })
        .collect()
}

/// The frame of a report and the body of one tab, from what is kept or from the report.
async fn parts(
    app: &App,
    reader: &ReportReader,
    seen: &ScanSnapshot,
    place: &Place,
    tab: &'static Tab,
    query: Query,
) -> Result<(Frame, Html), Problem> {
    let id = &seen.scan.id;
    let digest = seen.report_sha256.as_deref();
    let frame_key = digest.map(|digest| format!("{digest}/"));
    let body_key = digest.map(|digest| format!("{digest}/{}?{}", tab.key, query.text()));
    let kept = |key: &Option<String>| key.as_deref().and_then(|key| reader.kept.get(key));
    let keep = |key: Option<String>, text: &str| {
        if let Some(key) = key {
            reader.kept.put(key, text.into());
        }
    };
    let known = kept(&frame_key).and_then(|text| Frame::from_kept(&text));
    if let (Some(frame), Some(body)) = (&known, kept(&body_key)) {
        return Ok((frame.clone(), Html(body.to_string())));
    }
    let own = place.clone();
    if tab.key.is_empty() {
        // The first page reads whatever the frame does: one read is enough for both.
        let both = reader.read(app, id, &FIRST_SECTIONS, move |sections| {
            Ok((Frame::new(sections, &own), body(tab, sections, &own, &query)?))
        });
        let (frame, body) = both.await?;
        keep(frame_key, &frame.to_kept());
        keep(body_key, &body);
        return Ok((frame, Html(body)));
    }
    let frame = match known {
        Some(frame) => frame,
        None => {
            let own = place.clone();
            let frame = reader.read(app, id, &FRAME_SECTIONS, move |sections| Ok(Frame::new(sections, &own)));
            let frame = frame.await?;
            keep(frame_key, &frame.to_kept());
            frame
        }
    };
    let body = reader.read(app, id, tab.sections, move |sections| body(tab, sections, &own, &query));
    let body = body.await?;
    keep(body_key, &body);
    Ok((frame, Html(body)))
}

fn body(tab: &Tab, sections: &Sections, place: &Place, query: &Query) -> askama::Result<String> {
    (tab.render)(&View { sections, place, query })
}

/// The tab of this key.
pub fn find(key: &str) -> Option<&'static Tab> {
    TABS.iter().find(|tab| tab.key == key)
}

/// For the route of the tabs: their keys as a pattern.
pub fn pattern() -> String {
    let keys: Vec<&str> = TABS.iter().map(|tab| tab.key).filter(|key| !key.is_empty()).collect();
    keys.join("|")
}

/// `/scan/{id}/{tab}`.
pub async fn get(
    app: web::Data<App>,
    reader: web::Data<ReportReader>,
    request: HttpRequest,
    visit: Visit,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, key) = path.into_inner();
    let tab = find(&key).ok_or_else(|| Problem::not_found("There is nothing at this address."))?;
    let seen = visit.find_scan(&app, &id).await?;
    if seen.scan.status != repolens_core::ScanStatus::Completed {
        // There is no report yet, or there never will be: the scan's page shows which.
        return Ok(super::see_other(&format!("/scan/{}", seen.scan.id)));
    }
    answer_tab(&app, &reader, &request, visit, seen, tab).await
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn tabs_have_addresses_of_their_own() {
        let keys: HashSet<&str> = TABS.iter().map(|tab| tab.key).collect();
        assert_eq!(keys.len(), TABS.len());
        assert!(OVERVIEW.key.is_empty());
        for tab in TABS {
            assert!(
                tab.key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
                "{}",
                tab.key
            );
            assert!(
                !["file", "cancel", "again", "events"].contains(&tab.key),
                "that is another page"
            );
        }
    }

    /// An empty report is shown as a page that states so, on every tab.
    #[test]
    fn every_tab_can_be_shown_of_an_empty_report() {
        let sections = Sections::new(std::collections::HashMap::new());
        let scan = super::super::tests::scan();
        let place = Place::of(&scan);
        for tab in TABS {
            let query = Query::default();
            let view = View {
                sections: &sections,
                place: &place,
                query: &query,
            };
            let html = (tab.render)(&view).expect("it renders");
            assert!(
                html.contains("ot measured") || html.contains("ot shown"),
                "{}: {html}",
                tab.title
            );
        }
    }
}
