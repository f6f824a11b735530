//! The front end's session in the `Cookie` header.

use actix_web::http::header::{self, HeaderMap};

/// Over HTTPS browsers keep the first one only if it came over HTTPS, so it is the one to trust.
const NAMES: [&str; 2] = ["__Secure-next-auth.session-token", "next-auth.session-token"];

/// More pieces than any session has.
const MAX_PIECES: usize = 10;

/// The session's token; a long one is spread over `NAME.0`, `NAME.1` and so on. An empty one is none: it is how a cookie is
/// taken back.
pub fn session(headers: &HeaderMap) -> Option<String> {
    NAMES.into_iter().find_map(|name| {
        let mut pieces: Vec<(usize, &str)> = pairs(headers)
            .filter_map(|(other, value)| match other.strip_prefix(name)? {
                "" => Some((0, value)),
                number => Some((number.strip_prefix('.')?.parse().ok()?, value)),
            })
            .take(MAX_PIECES)
            .collect();
        pieces.sort_by_key(|(number, _)| *number);
        let token: String = pieces.into_iter().map(|(_, value)| value).collect();
        (!token.is_empty()).then_some(token)
    })
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

    fn of(cookies: &[&'static str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, HeaderValue::from_static(cookie));
        }
        session(&headers)
    }

    #[test]
    fn whole_and_in_pieces() {
        assert_eq!(of(&["a=b; next-auth.session-token=x.y"]).as_deref(), Some("x.y"));
        assert_eq!(
            of(&["next-auth.session-token.1=b; next-auth.session-token.0=a; next-auth.session-token.10=c"]).as_deref(),
            Some("abc")
        );
        assert_eq!(
            of(&[
                "next-auth.session-token=plain",
                "__Secure-next-auth.session-token=secure"
            ])
            .as_deref(),
            Some("secure")
        );
    }

    #[test]
    fn none_and_taken_back() {
        for cookies in [
            &["a=b"][..],
            &[],
            &["next-auth.session-token="],
            &["next-auth.session-token.x=1; next-auth.session-tokens=2"],
        ] {
            assert_eq!(of(cookies), None);
        }
    }
}
