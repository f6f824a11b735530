//! How the code is connected besides folders: calls between functions, and imports that lead nowhere.

use askama::Template;
use repolens_core::report::{CallStatistics, ComplexFunction, UnresolvedImport};
use serde::Deserialize;

use super::super::View;
use crate::pages::read::Measurement;
use crate::pages::view::text::{Html, filters};

/// Rows of each table.
const ROWS: usize = 10;

/// `callGraph` without its edges.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Calls {
    total_functions: u64,
    statistics: CallStatistics,
    most_complex: Vec<ComplexFunction>,
}

/// `moduleGraph` without its edges.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Imports {
    edges_total: u64,
    external_total: u64,
    unresolved: Vec<UnresolvedImport>,
    unresolved_total: u64,
}

#[derive(Template)]
#[template(path = "report/connections.html")]
struct Page<'a> {
    view: &'a View<'a>,
    calls: Measurement<Calls>,
    imports: Measurement<Imports>,
}

impl Page<'_> {
    /// The name without the file, which is in the line below it.
    fn name<'b>(&self, function: &'b ComplexFunction) -> &'b str {
        let file = function.location.rsplit_once(':').map_or("", |(file, _)| file);
        let rest = function.function.strip_prefix(file).and_then(|rest| rest.strip_prefix(':'));
        rest.unwrap_or(&function.function)
    }

    /// The file and line of a function, which the report has as one text.
    fn location(&self, function: &ComplexFunction) -> Html {
        match function.location.rsplit_once(':').map(|(file, line)| (file, line.parse::<u64>())) {
            Some((file, Ok(line))) => self.view.place.at(file, line),
            _ => self.view.place.link(&function.location),
        }
    }
}

pub fn render(view: &View<'_>) -> askama::Result<Html> {
    let page = Page {
        view,
        calls: view.sections.get("callGraph"),
        imports: view.sections.get("moduleGraph"),
    };
    page.render().map(Html)
}
