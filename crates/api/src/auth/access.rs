//! The rules that decide which caller may see and change which scan. They exist here only.
//!
//! A public scan is visible to every caller with its id; a private one only to its owner, and does not exist for others.
//! A scan of a user is changed by that user; a guest's, by any caller with the token that its submitter received.

use repolens_core::store::Scan;

use crate::auth::caller::Caller;
use crate::http::problem::Problem;

/// # Errors
/// 404, the same as for a scan that does not exist.
pub fn may_see(caller: &Caller, scan: &Scan) -> Result<(), Problem> {
    if scan.is_private && !owns(caller, scan) {
        return Err(Problem::scan_not_found(scan.id.as_str()));
    }
    Ok(())
}

/// To cancel it. `has_token`: the caller has shown the token of a guest's submission.
///
/// # Errors
/// 404 where the scan may not be seen, 401 for a guest, 403 for another user and for a guest's scan without its token.
pub fn may_cancel(caller: &Caller, scan: &Scan, has_token: bool) -> Result<(), Problem> {
    may_see(caller, scan)?;
    match scan.user_id {
        Some(_) => must_own(caller, scan),
        None if has_token => Ok(()),
        None => Err(Problem::forbidden(
            "Only who submitted this scan can cancel it: send the `cancelToken` of the answer to `POST /api/scan`.",
        )),
    }
}

/// To have it explained by a language model. `has_token`: the caller has shown the token of a guest's submission.
///
/// # Errors
/// 404 where the scan may not be seen, 401 for a guest, 403 for another user and for a guest's scan without its token.
pub fn may_explain(caller: &Caller, scan: &Scan, has_token: bool) -> Result<(), Problem> {
    may_see(caller, scan)?;
    match scan.user_id {
        Some(_) => must_own(caller, scan),
        None if has_token => Ok(()),
        None => Err(Problem::forbidden(
            "Only who submitted this scan can have it explained: send the `cancelToken` of the answer to `POST /api/scan`.",
        )),
    }
}

/// Whether the caller may delete it. A guest's scan has no owner, so that no caller may.
///
/// # Errors
/// 404 where the scan may not be seen, 401 for a guest, 403 for another user.
pub fn may_delete(caller: &Caller, scan: &Scan) -> Result<(), Problem> {
    may_see(caller, scan)?;
    must_own(caller, scan)
}

/// The name of guests in queries.
pub const GUEST: &str = "guest";

/// As `userId` of a query: one of the caller's own ids, or `guest`. Without a credential it decides nothing: older pages name
/// their user without one, and get what a guest gets.
///
/// # Errors
/// 403 for any other.
pub fn may_name(caller: &Caller, user_id: &str) -> Result<(), Problem> {
    match caller {
        Caller::Guest => Ok(()),
        Caller::User(_) if user_id == GUEST || caller.is_called(user_id) => Ok(()),
        Caller::User(_) => Err(Problem::forbidden(
            "`userId` is `guest` or your own id: this is the id of another user.",
        )),
    }
}

fn must_own(caller: &Caller, scan: &Scan) -> Result<(), Problem> {
    caller.signed_in()?;
    if owns(caller, scan) {
        Ok(())
    } else {
        Err(Problem::forbidden("This is not your scan."))
    }
}

fn owns(caller: &Caller, scan: &Scan) -> bool {
    caller.user_id().is_some() && caller.user_id() == scan.user_id.as_deref()
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError as _;
    use chrono::Utc;
    use repolens_core::{ScanStatus, Unparsed};

    use super::*;
    use crate::auth::caller::User;

    fn scan(is_private: bool, owner: Option<&str>) -> Scan {
        Scan {
            id: repolens_core::ScanId::random(),
            status: ScanStatus::Queued,
            repo_url: Unparsed::new(""),
            branch: None,
            is_private,
            user_id: owner.map(str::to_owned),
            repository_id: None,
            commit_sha: None,
            cached_from: None,
            branch_requested: None,
            branch_note: None,
            progress: 0,
            stage: None,
            attempts: 0,
            error_message: None,
            error_code: None,
            created_at: Utc::now(),
            started_at: None,
            completed_at: None,
        }
    }

    /// All pairs of caller and scan: to see it, to cancel it without and with a token, to delete it.
    #[test]
    fn the_whole_table() {
        let user = |id: &str| {
            Caller::User(User {
                id: id.to_owned(),
                names: vec![id.to_owned()],
                github: None,
            })
        };
        let (guest, ada, bob) = (Caller::Guest, user("ada"), user("bob"));
        for (caller, is_private, owner, expected) in [
            (&guest, false, None, [200, 403, 200, 401]),
            (&guest, false, Some("ada"), [200, 401, 401, 401]),
            (&guest, true, Some("ada"), [404, 404, 404, 404]),
            (&guest, true, None, [404, 404, 404, 404]),
            (&ada, false, None, [200, 403, 200, 403]),
            (&ada, false, Some("ada"), [200, 200, 200, 200]),
            (&ada, true, Some("ada"), [200, 200, 200, 200]),
            (&ada, true, None, [404, 404, 404, 404]),
            (&bob, false, Some("ada"), [200, 403, 403, 403]),
            (&bob, true, Some("ada"), [404, 404, 404, 404]),
        ] {
            let scan = scan(is_private, owner);
            let answers = [
                may_see(caller, &scan),
                may_cancel(caller, &scan, false),
                may_cancel(caller, &scan, true),
                may_delete(caller, &scan),
            ]
            .map(|may| match may {
                Ok(()) => 200,
                Err(problem) => problem.status_code().as_u16(),
            });
            assert_eq!(answers, expected, "{caller:?}, private {is_private}, of {owner:?}");
        }
    }
}
