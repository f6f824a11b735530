//! How much of it is tested and described: test code, continuous integration, the README, licenses.

use askama::Template;
use repolens_core::report::{Community, Licenses, Priority, ReadmeAnalysis, TestSection};

use super::{Brief, Tab, View};
use crate::pages::view::parts;
use crate::pages::view::place::Place;
use crate::pages::read::{Measurement, Sections};
use crate::pages::view::text::{self, Html, filters};

pub const TAB: Tab = Tab {
    key: "tests",
    title: "Tests and docs",
    sections: &["tests", "readmeAnalysis", "licences", "community"],
    brief_sections: &["tests", "readmeAnalysis", "community"],
    choices: &[],
    brief,
    render,
};

fn brief(sections: &Sections, place: &Place) -> Option<Brief> {
    let tests = match sections.get::<TestSection>("tests") {
        Measurement::Is(tests) => tests,
        Measurement::Not(reason) => return Some(Brief::not_measured(&reason)),
    };
    let readme = sections.get::<ReadmeAnalysis>("readmeAnalysis");
    let summary = match left_out_by(sections).filter(|_| tests.test_files == 0) {
        Some(registry) => format!(
            "<span class=\"unmeasured\">a package of {}: its tests are not part of it</span>",
            text::name(&registry)
        ),
        None => format!(
            "{}, {} lines for each line of code; <span class=\"unmeasured\">coverage not measured</span>",
            text::count(tests.test_files, "test file"),
            text::decimal_2(tests.ratio)
        ),
    };
    Some(Brief {
        count: None,
        summary: Html(summary),
        worst: readme.get().and_then(|readme| readme.path.as_deref()).map(|path| place.link(path)),
        missing: false,
    })
}

/// The registry whose package this is: it has neither tests nor the configuration of services, as a rule.
fn left_out_by(sections: &Sections) -> Option<String> {
    sections.get::<Community>("community").get().and_then(|community| community.published_by.clone())
}

#[derive(Template)]
#[template(path = "report/tests_and_docs.html")]
struct Page<'a> {
    view: &'a View<'a>,
    tests: Measurement<TestSection>,
    left_out_by: Option<String>,
    readme: Measurement<ReadmeAnalysis>,
    licenses: Measurement<Licenses>,
}

impl Page<'_> {
    fn severity(&self, priority: &Priority) -> Html {
        parts::severity(match priority {
            Priority::Critical => "critical",
            Priority::High => "high",
            Priority::Medium => "medium",
            Priority::Low => "low",
        })
    }

    fn title(&self, name: &str) -> String {
        text::language(&name.replace('_', "-"))
    }
}

fn render(view: &View<'_>) -> askama::Result<String> {
    Page {
        view,
        tests: view.sections.get("tests"),
        left_out_by: left_out_by(view.sections),
        readme: view.sections.get("readmeAnalysis"),
        licenses: view.sections.get("licences"),
    }
    .render()
}
