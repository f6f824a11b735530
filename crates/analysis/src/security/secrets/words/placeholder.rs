//! Values that documentation shows, and values that are filled in later.

/// Words of examples.
const PLACEHOLDERS: &[&str] = &[
    "example",
    "sample",
    "dummy",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "changeit",
    "redacted",
    "foobar",
    "your_",
    "your-",
    "yourkey",
    "yourtoken",
    "yourpass",
    "yoursecret",
    "my_secret",
    "mysecret",
    "replace",
    "insert",
    "xxxx",
    "0000000",
    "1234567",
    "abcdefg",
    "qwerty",
    "deadbeef",
    "aaaaaa",
    "todo",
    "fixme",
    "notreal",
    "not_real",
    "not-real",
    "not-a-real",
    "fake",
    "testing",
    "test_",
    "test-",
    "_test",
    "-test",
    "hidden",
    "removed",
    "masked",
    "secret_key_here",
    "key_here",
    "token_here",
    "-here",
    "_here",
    "lorem",
    "asdf",
    "zyxwvu",
    "987654",
];

/// Whether a value is one that documentation shows. `strict` values have a form of their own, in which chance may spell a
/// short word.
pub fn is_placeholder(value: &str, strict: bool) -> bool {
    let lower = value.to_ascii_lowercase();
    if strict {
        return [
            "example",
            "placeholder",
            "xxxxx",
            "redacted",
            "changeme",
            "dummy",
            "abcdefghij",
            "1234567890",
            "0123456789",
        ]
        .iter()
        .any(|word| lower.contains(word))
            || has_long_run(lower.as_bytes());
    }
    PLACEHOLDERS.iter().any(|word| lower.contains(word)) || has_long_run(lower.as_bytes())
}

/// Seven equal characters, or eight that follow each other, in a row.
fn has_long_run(text: &[u8]) -> bool {
    let (mut equal, mut rising) = (1, 1);
    text.windows(2).any(|pair| {
        equal = if pair[0] == pair[1] { equal + 1 } else { 1 };
        rising = if pair[0].wrapping_add(1) == pair[1] {
            rising + 1
        } else {
            1
        };
        equal >= 7 || rising >= 8
    })
}

/// A part that is filled in later: `${X}`, `{{x}}`, `%X%`, `<x>`, `$(x)`, `#{x}`, `@x@`, `***`.
pub fn is_template(value: &str) -> bool {
    let pairs = [
        ("${", "}"),
        ("{{", "}}"),
        ("<", ">"),
        ("$(", ")"),
        ("#{", "}"),
        ("%(", ")"),
        ("[", "]"),
        ("{%", "%}"),
        ("<%", "%>"),
    ];
    let has_pair = |(open, close): &(&str, &str)| value.find(open).is_some_and(|at| value[at..].contains(close));
    let is_wrapped = |sign: char| value.len() > 2 && value.starts_with(sign) && value.ends_with(sign);
    let is_format = value.contains("%s") || value.contains("%d") || value.contains("{}") || value.contains("{0}");
    let is_variable = value.strip_prefix('$').is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    });
    let is_braced = value.starts_with('{') && value.ends_with('}');
    pairs.iter().any(has_pair)
        || is_wrapped('%')
        || is_wrapped('@')
        || is_wrapped('_')
        || is_format
        || is_variable
        || is_braced
        || value.contains("***")
        || value.contains("...")
        || value.contains('…')
}
