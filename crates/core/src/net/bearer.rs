//! The one parser of the header `Authorization: Bearer TOKEN` (RFC 6750).

use std::fmt;

/// The header `Authorization` holds no bearer token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidAuthorization;

impl fmt::Display for InvalidAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the header `Authorization` is not of the form `Bearer TOKEN`")
    }
}

impl std::error::Error for InvalidAuthorization {}

/// Returns the token, out of the values of all headers `Authorization` of a request; `None` without such a header.
///
/// # Errors
/// There are several headers, another scheme, or a token that is empty or has other characters than printable ASCII.
pub fn bearer_token<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Result<Option<&'a str>, InvalidAuthorization> {
    let mut values = values.into_iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(InvalidAuthorization);
    }
    let text = std::str::from_utf8(value).map_err(|_| InvalidAuthorization)?;
    let (scheme, token) = text.split_once(' ').ok_or(InvalidAuthorization)?;
    // RFC 9110 lets several spaces follow the scheme; white space around the whole value is none of it.
    let token = token.trim_matches([' ', '\t']);
    let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    if scheme.eq_ignore_ascii_case("bearer") && is_token {
        Ok(Some(token))
    } else {
        Err(InvalidAuthorization)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{InvalidAuthorization, bearer_token};

    fn parse<'a>(values: &[&'a str]) -> Result<Option<&'a str>, InvalidAuthorization> {
        bearer_token(values.iter().map(|value| value.as_bytes()))
    }

    #[test]
    fn forms_of_the_header() {
        assert_eq!(parse(&[]), Ok(None));
        for value in [
            "Bearer a.b-c_d~e+f/g=",
            "bearer   a.b-c_d~e+f/g=",
            "BEARER a.b-c_d~e+f/g= ",
        ] {
            assert_eq!(parse(&[value]), Ok(Some("a.b-c_d~e+f/g=")), "{value}");
        }
        for value in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer  ",
            "Basic abc",
            "abc",
            " Bearer abc",
            "Bearer a b",
            "Bearer é",
            "Bearer\tabc",
            "Bearer a,b c",
        ] {
            assert_eq!(parse(&[value]), Err(InvalidAuthorization), "{value:?}");
        }
        assert_eq!(
            parse(&["Bearer a", "Bearer a"]),
            Err(InvalidAuthorization),
            "two headers"
        );
        assert_eq!(bearer_token([&b"Bearer \xff"[..]]), Err(InvalidAuthorization));
    }

    proptest! {
        #[test]
        fn a_token_is_printable_and_part_of_the_header(value in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(Some(token)) = bearer_token([value.as_slice()]) {
                prop_assert!(token.bytes().all(|byte| byte.is_ascii_graphic()));
                prop_assert!(value.windows(token.len()).any(|part| part == token.as_bytes()));
            }
        }
    }
}
