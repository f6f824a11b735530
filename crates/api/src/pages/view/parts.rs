//! Small things that many pages show: a grade, a severity, a bar, a line of values, the pages of a list.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::pages::view::text::Html;
use crate::pages::view::text::filters::Plain;

/// The chip of a grade.
#[derive(Template)]
#[template(
    source = r#"{% match letter %}{% when Some with (letter) %}<span class="grade grade-{{ letter.to_ascii_lowercase() }}{{ size }}"><span class="vh">Grade </span>{{ letter }}</span>{% when None %}<span class="grade grade-none{{ size }}"><span class="vh">Not graded</span><span aria-hidden="true">–</span></span>{% endmatch %}"#,
    ext = "html"
)]
pub struct GradeChip {
    letter: Option<char>,
    size: &'static str,
}

impl HtmlSafe for GradeChip {}

impl GradeChip {
    fn new(grade: Option<&str>, size: &'static str) -> Self {
        let letter = grade
            .and_then(|grade| grade.chars().next())
            .filter(|letter| ('A'..='E').contains(letter));
        Self { letter, size }
    }

    pub fn large(grade: Option<&str>) -> Self {
        Self::new(grade, " grade-lg")
    }

    pub fn in_list(grade: Option<&str>) -> Self {
        Self::new(grade, "")
    }
}

/// A drawing of a few lines from the sprite, for use beside its word.
pub fn icon(name: &str) -> Html {
    Html(format!(
        "<svg class=\"ico\" aria-hidden=\"true\"><use href=\"#i-{name}\"/></svg>"
    ))
}

/// A severity: its shape and its word.
pub fn severity(level: &str) -> Html {
    let level = match level {
        "critical" | "high" | "medium" | "low" => level,
        _ => "info",
    };
    Html(format!("<span class=\"sev sev-{level}\">{}{level}</span>", icon(level)))
}

/// The triangle that shows whether something is open.
pub fn chevron() -> Html {
    Html("<svg class=\"chev\" aria-hidden=\"true\"><use href=\"#i-chev\"/></svg>".to_owned())
}

/// A bar for a share of 0 to 1.
pub fn meter(share: impl Plain<f64>, alarming: impl Plain<bool>) -> Html {
    let share = share.plain();
    let css = if alarming.plain() { "f-high" } else { "f-accent" };
    Html(format!(
        "<svg class=\"meter\" viewBox=\"0 0 64 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"f-line\" width=\"64\" height=\"8\"/><rect class=\"{css}\" width=\"{:.1}\" height=\"8\"/></svg>",
        share.clamp(0.0, 1.0) * 64.0
    ))
}

/// A line of values, oldest first. `least_range` is drawn in full height at least, so that small changes stay small.
pub fn spark(values: &[f64], least_range: f64) -> Html {
    const OPEN: &str = "<svg class=\"spark\" viewBox=\"0 0 64 20\" aria-hidden=\"true\">";
    if values.len() < 2 {
        return Html(format!("{OPEN}<path class=\"none\" d=\"M1 10H63\"/></svg>"));
    }
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // A flat line is in the middle.
    let least_range = if high > low { least_range } else { least_range.max(1.0) };
    let spare = (least_range - (high - low)).max(0.0) / 2.0;
    let (low, high) = (low - spare, high + spare);
    let step = 58.0 / (values.len() - 1) as f64;
    let range = high - low;
    let points: Vec<(f64, f64)> = values
        .iter()
        .enumerate()
        .map(|(index, value)| (2.0 + index as f64 * step, 16.0 - (value - low) / range * 12.0))
        .collect();
    let line: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
    let (x, y) = points[points.len() - 1];
    Html(format!(
        "{OPEN}<path d=\"M{}\"/><circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2\"/></svg>",
        line.join("L")
    ))
}

/// The links below one page of a list.
#[derive(Template)]
#[template(
    source = r#"{% if in_one_file && total > per_page %}<p class="more">This file lists the first {{ per_page }} of {{ total }}.</p>{% else if pages > 1 %}<nav class="pager" aria-label="Pages of the list">
{% if let Some(address) = before %}<a href="{{ address }}" rel="prev">Previous</a>{% endif %}
<span class="soft">Page {{ page }} of {{ pages }}</span>
{% if let Some(address) = after %}<a href="{{ address }}" rel="next">Next</a>{% endif %}
</nav>{% endif %}"#,
    ext = "html"
)]
pub struct Pager {
    total: usize,
    per_page: usize,
    page: usize,
    pages: usize,
    before: Option<String>,
    after: Option<String>,
    in_one_file: bool,
}

impl HtmlSafe for Pager {}

impl Pager {
    /// `address` makes the address of a page, counted from 1.
    pub fn new(total: usize, per_page: usize, page: usize, address: impl Fn(usize) -> String) -> Self {
        let pages = total.div_ceil(per_page).max(1);
        let page = page.clamp(1, pages);
        Self {
            total,
            per_page,
            page,
            pages,
            before: (page > 1).then(|| address(page - 1)),
            after: (page < pages).then(|| address(page + 1)),
            in_one_file: false,
        }
    }

    /// For a report in one file, which has no further pages: the first entries, and how many there are.
    pub fn of_one_file(total: usize) -> Self {
        const ROWS: usize = 500;
        Self {
            in_one_file: true,
            ..Self::new(total, ROWS, 1, |_| String::new())
        }
    }

    /// The entries of this page.
    pub fn range(&self) -> std::ops::Range<usize> {
        let from = (self.page - 1) * self.per_page;
        from.min(self.total)..(from + self.per_page).min(self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_graded_is_no_grade() {
        assert!(GradeChip::large(Some("B")).to_string().contains("grade-b grade-lg"));
        for grade in [None, Some(""), Some("F"), Some("<")] {
            assert!(
                GradeChip::in_list(grade).to_string().contains("Not graded"),
                "{grade:?}"
            );
        }
    }

    #[test]
    fn a_list_has_pages() {
        let pager = Pager::new(101, 50, 9, |page| format!("?page={page}"));
        assert_eq!((pager.page, pager.pages, pager.range()), (3, 3, 100..101));
        assert!(pager.to_string().contains("?page=2") && !pager.to_string().contains("?page=4"));
        assert_eq!(Pager::new(0, 50, 1, |_| String::new()).to_string(), "");
        let pager = Pager::of_one_file(501);
        assert_eq!(pager.range(), 0..500);
        assert!(pager.to_string().contains("the first 500 of 501") && !pager.to_string().contains("<a"));
        assert_eq!(Pager::of_one_file(500).to_string(), "");
    }

    #[test]
    fn a_line_of_one_value_is_none() {
        assert!(spark(&[1.0], 1.0).0.contains("none"));
        assert!(spark(&[5.0, 5.0], 0.0).0.contains("M2.0 10.0L60.0 10.0"));
    }
}
