//! A report as one page that needs nothing else: no script, no request, no server. It opens from disk and prints.

mod code;
mod parts;
mod sections;

use std::sync::LazyLock;

use super::text::{html, short_commit};
use super::{Excerpt, ExportedScan};
use crate::http::content_security_policy::source_hash;
use parts::HtmlPage;

const STYLE: &str = include_str!("html/style.css");

/// The page's content security policy: nothing but this one style sheet, known by its hash.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = source_hash(STYLE);
    format!("default-src 'none'; style-src {style}; base-uri 'none'; form-action 'none'")
});

/// The policy as a header, which can hold more than the one in the page itself.
pub fn policy() -> String {
    format!("{}; frame-ancestors 'none'", *POLICY)
}

pub fn write(about: &ExportedScan, excerpt: &Excerpt) -> String {
    let mut page = HtmlPage::default();
    sections::write(&mut page, excerpt);
    let title = html(&about.name);
    let mut text = String::with_capacity(page.body.len() + STYLE.len() + 4_096);
    text.push_str("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    text.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    text.push_str(&format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n",
        *POLICY
    ));
    text.push_str(
        "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n",
    );
    text.push_str("<meta name=\"robots\" content=\"noindex\">\n");
    text.push_str(&format!(
        "<title>{title}: RepoLens report</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    ));
    text.push_str("<a class=\"skip\" href=\"#main\">Skip to the report</a>\n");
    text.push_str(&header(about, excerpt));
    text.push_str("<nav aria-label=\"Sections\">\n<ul>\n");
    for (id, title) in &page.headings {
        text.push_str(&format!("<li><a href=\"#{id}\">{title}</a></li>\n"));
    }
    text.push_str("</ul>\n</nav>\n<main id=\"main\">\n");
    text.push_str(&page.body);
    text.push_str("</main>\n<footer>\n<p>Made by RepoLens from the source of the commit that is named above; nothing of it was run. ");
    text.push_str("The documentation of the analysis explains each figure.</p>\n</footer>\n</body>\n</html>\n");
    text
}

fn header(about: &ExportedScan, excerpt: &Excerpt) -> String {
    let mut text = format!("<header>\n<h1>{}</h1>\n", html(&about.name));
    if let Some(description) = excerpt.summary.get().and_then(|summary| summary.description.as_deref()) {
        text.push_str(&format!("<p>{}</p>\n", html(description)));
    }
    text.push_str("<dl class=\"facts\">\n");
    let mut fact = |name: &str, value: String| {
        text.push_str(&format!("<div><dt>{name}</dt><dd>{value}</dd></div>\n"));
    };
    let url = html(about.repo_url.as_str());
    if about.repo_url.as_str().starts_with("https://") || about.repo_url.as_str().starts_with("http://") {
        fact(
            "Repository",
            format!("<a href=\"{url}\" rel=\"noopener noreferrer\">{url}</a>"),
        );
    } else {
        fact("Repository", url);
    }
    if let Some(branch) = &about.branch {
        fact("Branch", format!("<code>{}</code>", html(branch.as_str())));
    }
    if let Some(commit) = &about.commit_sha {
        fact("Commit", format!("<code>{}</code>", html(&short_commit(commit))));
    }
    if let Some(time) = excerpt.analyzed_at.get().or(about.completed_at.as_ref()) {
        fact("Analyzed", html(time));
    }
    text.push_str("</dl>\n");
    if let Some(message) = &about.branch_message {
        text.push_str(&format!("<p>{}</p>\n", html(message)));
    }
    text.push_str("</header>\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_asks_for_nothing() {
        assert!(
            !STYLE.contains("url(") && !STYLE.contains("</"),
            "it asks for nothing and stays inside its element"
        );
    }
}
