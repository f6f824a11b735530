//! Reports of the same commit by the same analyzer, which a scan may reuse.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Connection;
use crate::store::StoreError;
use crate::store::repositories::history::Earlier;
use crate::store::scans::StoredResults;
use crate::store::schema::{scan_columns, scans};
use crate::{LeaseToken, ScanId, ScanStatus};

/// See [`crate::store::Store::earlier_report`].
pub async fn earlier_report(
    connection: &mut Connection,
    id: &ScanId,
    token: &LeaseToken,
    commit_sha: &str,
    analyser_version: &str,
) -> Result<Option<Earlier>, StoreError> {
    let asked: Option<String> = scans::table
        .find(id.as_str())
        .filter(scans::lease_token.eq(token.as_str()))
        .filter(scans::status.eq(ScanStatus::Processing))
        .filter(scans::is_private.eq(false))
        .select(scans::repo_url)
        .first(connection)
        .await
        .optional()?;
    let forced: Option<bool> = scan_columns::table
        .find(id.as_str())
        .select(scan_columns::forced)
        .first(connection)
        .await
        .optional()?;
    let (Some(repo_url), Some(false)) = (asked, forced) else {
        return Ok(None);
    };
    let same_commit: Vec<String> = scans::table
        .filter(scans::commit_sha.eq(commit_sha))
        .filter(scans::repo_url.eq(&repo_url))
        .filter(scans::status.eq(ScanStatus::Completed))
        .filter(scans::is_private.eq(false))
        .order(scans::completed_at.desc())
        .limit(20)
        .select(scans::id)
        .load(connection)
        .await?;
    let by_the_same: Vec<String> = scan_columns::table
        .filter(scan_columns::id.eq_any(&same_commit))
        .filter(scan_columns::analyser_version.eq(analyser_version))
        .select(scan_columns::id)
        .load(connection)
        .await?;
    for earlier in same_commit.iter().filter(|id| by_the_same.contains(id)) {
        let Ok(scan_id) = ScanId::parse(earlier) else {
            continue;
        };
        // It may have been pruned since.
        if let Some(StoredResults::Report(report)) = super::reports::results(connection, &scan_id).await? {
            return Ok(Some(Earlier { scan_id, report }));
        }
    }
    Ok(None)
}
