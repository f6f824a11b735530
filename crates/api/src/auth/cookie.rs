//! The front end's session in the `Cookie` header.

use std::collections::{BTreeMap, HashSet};

use actix_web::http::header::{self, HeaderMap};

/// Over HTTPS browsers keep the first one only if it came over HTTPS, so it is the one to trust.
const NAMES: [&str; 2] = ["__Secure-next-auth.session-token", "next-auth.session-token"];

/// More pieces than any session has.
const MAX_PIECES: usize = 10;

/// Tokens that are tried: a browser sends a cookie twice where it has one of the host and one of the domain.
const MAX_TOKENS: usize = 10;

/// The session's tokens, as often as the browser sends one, in its order: the first that verifies is the session. A long one is
/// spread over `NAME.0`, `NAME.1` and so on. An empty one is none: it is how a cookie is taken back.
pub fn sessions(headers: &HeaderMap) -> Vec<String> {
    let tokens = NAMES.into_iter().map(|name| of_name(headers, name));
    tokens.into_iter().find(|tokens| !tokens.is_empty()).unwrap_or_default()
}

fn of_name(headers: &HeaderMap, name: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut pieces: Vec<(usize, &str)> = Vec::new();
    for (other, value) in pairs(headers).filter(|(_, value)| !value.is_empty()) {
        match other.strip_prefix(name) {
            Some("") => tokens.push(value.to_owned()),
            Some(number) => {
                let number = number.strip_prefix('.').and_then(|number| number.parse().ok());
                pieces.extend(
                    number
                        .filter(|number| *number < MAX_PIECES)
                        .map(|number| (number, value)),
                );
            }
            None => {}
        }
    }
    pieces.truncate(MAX_TOKENS * MAX_PIECES);
    tokens.extend(one_after_the_other(&pieces));
    tokens.extend(in_turns(&pieces));
    let mut seen = HashSet::new();
    tokens.retain(|token| seen.insert(token.clone()));
    tokens.truncate(MAX_TOKENS);
    tokens
}

/// The pieces of one session come before those of the next one.
fn one_after_the_other(pieces: &[(usize, &str)]) -> Vec<String> {
    let mut runs: Vec<BTreeMap<usize, &str>> = Vec::new();
    for (number, value) in pieces {
        match runs.last_mut() {
            Some(run) if !run.contains_key(number) => {
                run.insert(*number, value);
            }
            _ => runs.push(BTreeMap::from([(*number, *value)])),
        }
    }
    runs.into_iter().map(|run| run.into_values().collect()).collect()
}

/// Both of number 0 come first, then both of number 1: a session that has grown by a piece.
fn in_turns(pieces: &[(usize, &str)]) -> Vec<String> {
    let mut numbers: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (number, value) in pieces {
        numbers.entry(*number).or_default().push(value);
    }
    let rounds = numbers.values().map(Vec::len).max().unwrap_or_default();
    (0..rounds)
        .map(|round| {
            numbers
                .values()
                .filter_map(|values| values.get(round).copied())
                .collect()
        })
        .collect()
}

fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(header::COOKIE)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .map(|(name, value)| (name.trim(), value.trim().trim_matches('"')))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn of(cookies: &[&'static str]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, HeaderValue::from_static(cookie));
        }
        sessions(&headers)
    }

    #[test]
    fn whole_and_in_pieces() {
        assert_eq!(of(&["a=b; next-auth.session-token=x.y"]), ["x.y"]);
        assert_eq!(
            of(&["next-auth.session-token.1=b; next-auth.session-token.0=a; next-auth.session-token.2=c"]),
            ["abc"]
        );
        assert_eq!(
            of(&[
                "next-auth.session-token=plain",
                "__Secure-next-auth.session-token=secure"
            ]),
            ["secure"]
        );
    }

    /// One of the host and one of the domain.
    #[test]
    fn sent_twice() {
        assert_eq!(
            of(&["next-auth.session-token=host; a=b; next-auth.session-token=domain"]),
            ["host", "domain"]
        );
        assert_eq!(
            of(&["next-auth.session-token=; next-auth.session-token=domain"]),
            ["domain"]
        );
        let long = "next-auth.session-token.0=a; next-auth.session-token.1=b; ";
        let short = "next-auth.session-token.0=c; next-auth.session-token=whole";
        assert_eq!(of(&[long, short]), ["whole", "ab", "c"]);
        assert_eq!(of(&[short, long])[..3], ["whole", "c", "ab"]);
        let grown = of(&["next-auth.session-token.0=a; next-auth.session-token.0=c", long, short]);
        assert!(grown.contains(&"ab".to_owned()), "{grown:?}");
    }

    #[test]
    fn none_and_taken_back() {
        for cookies in [
            &["a=b"][..],
            &[],
            &["next-auth.session-token="],
            &["next-auth.session-token.x=1; next-auth.session-tokens=2"],
            &["next-auth.session-token.99999=1"],
        ] {
            assert!(of(cookies).is_empty());
        }
    }

    #[test]
    fn many_are_not_all_tried() {
        let many: String = (0..500)
            .map(|number| format!("next-auth.session-token=x{number}; "))
            .collect();
        assert_eq!(of(&[Box::leak(many.into_boxed_str())]).len(), MAX_TOKENS);
    }
}
