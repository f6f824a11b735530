//! What hostile texts become.

use super::*;

#[test]
fn names_are_only_names() {
    assert_eq!(
        name("<b>\u{202e}x&\"'").0,
        "<bdi>&lt;b&gt;<span class=\"ctl\">U+202E</span>x&amp;&quot;&#39;</bdi>"
    );
    assert_eq!(path("a/b/c.rs").0, "<bdi>a/<wbr>b/<wbr>c.rs</bdi>");
    let long = "ä".repeat(4_000);
    let shown = name(&long).0;
    assert!(shown.chars().count() < 200 && shown.contains('…'), "{}", shown.len());
    assert!(whole_path(&long).0.chars().count() > 4_000);
    assert_eq!(name(&"b".repeat(LONGEST)).0.matches('…').count(), 0);
    assert!(words(&format!("one {long} <b>")).0.chars().count() < 250);
    assert_eq!(words("one <b>").0, "<bdi>one &lt;b&gt;</bdi>");
    assert_eq!(one_line("a\nb"), "a b");
    assert!(one_line(&long).chars().count() < 200);
}

#[test]
fn code_is_between_backticks() {
    assert_eq!(
        prose("Split `a<b>`, now").0,
        "Split <code><bdi>a&lt;b&gt;</bdi></code>, now"
    );
    assert_eq!(prose("one ` alone <i>").0, "one ` alone &lt;i&gt;");
    assert_eq!(prose("`a` and ` alone").0, "<code><bdi>a</bdi></code> and ` alone");
    let long = prose(&format!("Split it in {}/end.rs now", "d".repeat(4_000))).0;
    assert!(
        long.len() < 250 && long.contains('…') && long.ends_with("/end.rs now"),
        "{long}"
    );
    assert_eq!(
        paragraphs("One.\r\n\n<b> `x`\n").0,
        "<p>One.</p><p>&lt;b&gt; <code><bdi>x</bdi></code></p>"
    );
}

#[test]
fn addresses_are_encoded() {
    assert_eq!(in_query("a b/ü&=?#.rs"), "a%20b/%C3%BC%26%3D%3F%23.rs");
}

#[test]
fn figures_are_for_people() {
    assert_eq!(
        (count(1, "file"), count(1_200, "file")),
        ("1 file".into(), "1,200 files".into())
    );
    assert_eq!(
        (duration(12), duration(3_140), duration(61_000)),
        ("12 ms".into(), "3.1 s".into(), "1 min 1 s".into())
    );
    assert_eq!((percent(0.004), percent(0.314)), ("under 1%".into(), "31%".into()));
    assert_eq!(minutes(191), "3 h 11 min");
    assert_eq!(minutes(4_162), "69 h");
    let time = DateTime::parse_from_rfc3339("2026-11-28T16:07:33Z")
        .expect("a time")
        .to_utc();
    assert!(moment(&time).0.contains(">28 Nov 2026, 16:07 UTC<"));
    assert!(
        ago(&time, &(time + chrono::TimeDelta::minutes(3)))
            .0
            .contains(">3 min ago<")
    );
}
