//! The answers of a host that serves no repository.

use repolens_core::FailureCode;
use reqwest::{Response, StatusCode, header};

use crate::failed::Failed;

/// As much of a page is read: the field for the password is near its beginning.
const MAX_PAGE_BYTES: usize = 64 * 1024;

/// Parts of the addresses of sign-in pages.
const SIGN_IN_PATHS: &[&str] = &["sign_in", "sign-in", "signin", "login", "/auth", "oauth", "sso", "saml"];

/// For a status that is no success and no redirect.
pub(super) fn refused(status: StatusCode) -> Failed {
    let failed = |code| Failed::new(code, status.to_string());
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
            failed(FailureCode::AuthenticationRequired)
        }
        StatusCode::NOT_FOUND | StatusCode::GONE => failed(FailureCode::RepositoryNotFound),
        StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS => failed(FailureCode::RepositoryNotFound)
            .explained("The host withholds this repository for legal reasons."),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            failed(FailureCode::HostFailed)
        }
        _ if status.is_client_error() => failed(FailureCode::RepositoryNotFound).explained(format!(
            "The host refuses the request of git with the HTTP status {}. Check that the address is the one to clone from.",
            status.as_u16()
        )),
        _ => failed(FailureCode::HostFailed),
    }
}

/// For a success whose content is not what git's smart protocol begins with.
pub(super) async fn no_repository(mut response: Response) -> Failed {
    let status = response.status();
    let failed = |code| Failed::new(code, status.to_string());
    let is_text = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let mut body = Vec::new();
    // A missing part does not matter: the failure is certain, only its sentence is not.
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() >= MAX_PAGE_BYTES {
            break;
        }
    }
    if is_list_of_refs(&body) || (is_text && body.is_empty()) {
        return failed(FailureCode::ProtocolUnsupported);
    }
    // Azure DevOps answers with this status and a page to sign in.
    if status == StatusCode::NON_AUTHORITATIVE_INFORMATION || asks_for_password(&body) {
        return failed(FailureCode::SignInPage);
    }
    failed(FailureCode::RepositoryNotFound).explained(
        "This address leads to a web page or a file and not to a repository. Check that it is the one to clone from.",
    )
}

/// For a redirect to something else than a repository.
pub(super) fn redirected_to_page(target: &str) -> Failed {
    let cause = format!("redirected to {target}");
    let target = target.to_ascii_lowercase();
    if SIGN_IN_PATHS.iter().any(|part| target.contains(part)) {
        return Failed::new(FailureCode::SignInPage, cause);
    }
    Failed::new(FailureCode::RepositoryNotFound, cause)
        .explained("The host redirects from this address to something else than a repository. Check the address.")
}

/// The file `info/refs` as git's dumb protocol has it: `ID<TAB>refs/…` on each line.
fn is_list_of_refs(body: &[u8]) -> bool {
    let line = body.split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.iter().position(|byte| *byte == b'\t').is_some_and(|tab| {
        tab >= 40 && line[..tab].iter().all(u8::is_ascii_hexdigit) && line[tab..].starts_with(b"\trefs/")
    })
}

fn asks_for_password(page: &[u8]) -> bool {
    let page = String::from_utf8_lossy(page).to_ascii_lowercase();
    ["type=\"password\"", "type='password'", "type=password"]
        .iter()
        .any(|field| page.contains(field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_refs_is_recognized() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        assert!(is_list_of_refs(format!("{id}\trefs/heads/main\n").as_bytes()));
        assert!(!is_list_of_refs(format!("{id} refs/heads/main\n").as_bytes()));
        assert!(!is_list_of_refs(b"<html>\trefs/") && !is_list_of_refs(b""));
    }

    #[test]
    fn a_path_of_a_sign_in_page_is_recognized() {
        let code = |target: &str| redirected_to_page(target).code;
        assert_eq!(code("https://h/users/sign_in"), FailureCode::SignInPage);
        assert_eq!(code("https://h/Login?next=/a/b"), FailureCode::SignInPage);
        assert_eq!(code("https://h/a/b/about"), FailureCode::RepositoryNotFound);
    }
}
