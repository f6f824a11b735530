//! `/scan/{id}/card.svg`: the picture of a report for previews of its link.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use repolens_core::ScanStatus;
use repolens_core::store::Headline;

use crate::app::App;
use crate::http::conditional;
use crate::http::problem::Problem;
use crate::pages::view::place::short_name;
use crate::pages::view::text::{self, Html};
use crate::pages::visit::Visit;

/// Characters of a line at its size.
const NAME: usize = 34;
const FACT: usize = 58;

#[derive(Template)]
#[template(path = "scan/card.svg", escape = "html")]
struct Card {
    name: Html,
    grade: Option<char>,
    color: &'static str,
    facts: Vec<Fact>,
}

struct Fact {
    y: usize,
    text: Html,
}

pub async fn get(
    app: web::Data<App>,
    request: HttpRequest,
    visit: Visit,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let seen = visit.find_scan(&app, &id).await?;
    if seen.scan.status != ScanStatus::Completed {
        return Err(Problem::not_found("There is no report yet."));
    }
    let mut headlines = app.store.headlines(vec![seen.scan.id.clone()]).await?;
    let headline = headlines.remove(&seen.scan.id).unwrap_or_default();
    let svg = card(&short_name(seen.scan.repo_url.as_str()), &headline)
        .render()
        .map_err(|error| Problem::because(&error))?;
    let mut response = HttpResponse::Ok();
    response
        .content_type("image/svg+xml")
        // Other sites show it.
        .insert_header(("cross-origin-resource-policy", "cross-origin"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'"));
    let cache = if seen.scan.is_private {
        "private, no-cache"
    } else {
        "public, max-age=3600"
    };
    Ok(conditional::body(
        response,
        request.headers(),
        None,
        cache,
        svg.into_bytes(),
    ))
}

fn card(name: &str, headline: &Headline) -> Card {
    let grade = headline
        .grade
        .as_deref()
        .and_then(|grade| grade.chars().next())
        .filter(|letter| ('A'..='E').contains(letter));
    Card {
        name: line(name, NAME),
        grade,
        color: match grade {
            Some('A') => "#1e7a34",
            Some('B') => "#4d7a1e",
            Some('C') => "#8a5a00",
            Some('D') => "#b0480e",
            Some(_) => "#b3261e",
            None => "#5f6368",
        },
        facts: facts(headline)
            .iter()
            .enumerate()
            .map(|(index, fact)| Fact {
                y: 360 + index * 64,
                text: line(fact, FACT),
            })
            .collect(),
    }
}

/// The three most important facts, of those that were measured.
fn facts(headline: &Headline) -> Vec<String> {
    let counted = |number: Option<u64>, one: &str, many: &str| number.map(|number| text::counted(number, one, many));
    [
        counted(headline.lines_of_code, "line of code", "lines of code"),
        headline
            .first_action
            .as_ref()
            .map(|action| format!("First: {}", action.replace('`', ""))),
        counted(
            headline.security_findings.filter(|found| *found > 0),
            "security finding",
            "security findings",
        ),
        counted(
            headline.complex_functions,
            "function over the limits",
            "functions over the limits",
        ),
        counted(headline.cycles, "cycle of imports", "cycles of imports"),
        counted(headline.copied_lines, "copied line", "copied lines"),
    ]
    .into_iter()
    .flatten()
    .take(3)
    .collect()
}

/// Text that fits into a line, escaped.
fn line(text: &str, longest: usize) -> Html {
    let text = crate::export::text::one_line(text);
    let shown: String = match text.chars().count() > longest {
        true => text.chars().take(longest - 1).chain(['…']).collect(),
        false => text,
    };
    Html(crate::export::text::html(&shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_has_the_grade_and_three_facts() {
        let headline = Headline {
            grade: Some("B".to_owned()),
            lines_of_code: Some(1_234),
            first_action: Some("Split `parse<b>`".to_owned()),
            complex_functions: Some(1),
            cycles: Some(2),
            ..Headline::default()
        };
        let svg = card(&"<owner>/".repeat(20), &headline).render().expect("it renders");
        for part in [
            ">B<",
            "1,234 lines of code",
            "First: Split parse&lt;b&gt;",
            "1 function over the limits",
            "…",
        ] {
            assert!(svg.contains(part), "{part}: {svg}");
        }
        assert!(!svg.contains("cycles") && !svg.contains("<owner>"), "{svg}");
        let nothing = card("a/b", &Headline::default()).render().expect("it renders");
        assert!(nothing.contains("not graded") && !nothing.contains(">0"), "{nothing}");
    }
}
