//! Queries about reports: record how a scan ended, read the report, prune old ones.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Connection, give_back_space, history, repositories, webhooks};
use crate::store::report::{ENCODING, OpenReport, PIECE, ReportMembers};
use crate::store::scans::{OpenResults, StoredResults};
use crate::store::schema::columns::column_time;
use crate::store::schema::{scan_reports, scans};
use crate::store::{Finish, Finished, Member, StoreError, StoredReport};
use crate::{BranchNote, FailureCode, LeaseToken, ScanId, ScanStatus};

/// Records how a scan ended: status and report in one transaction.
pub async fn finish(
    connection: &mut Connection,
    id: &ScanId,
    token: &LeaseToken,
    finish: &Finish,
    now: &DateTime<Utc>,
) -> Result<Finished, StoreError> {
    transaction!(connection, async |connection| {
        if let Some(finished) = try_finish(connection, id, token, finish, now).await? {
            return Ok(finished);
        }
        // The row changed between the read and the update: the second attempt reads the new state, perhaps the same report.
        let finished = try_finish(connection, id, token, finish, now).await?;
        Ok(finished.unwrap_or(Finished::LeaseLost))
    })
}

/// `None`: the row was changed by another call after it was read.
async fn try_finish(
    connection: &mut Connection,
    id: &ScanId,
    token: &LeaseToken,
    finish: &Finish,
    now: &DateTime<Utc>,
) -> Result<Option<Finished>, StoreError> {
    let row: Option<(ScanStatus, Option<String>, Option<NaiveDateTime>, String)> = scans::table
        .find(id.as_str())
        .select((scans::status, scans::lease_token, scans::started_at, scans::branch))
        .first(connection)
        .await
        .optional()?;
    let Some((status, holder, started_at, requested)) = row else {
        return Ok(Some(Finished::Unknown));
    };
    if holder.as_deref() != Some(token.as_str()) {
        return Ok(Some(Finished::LeaseLost));
    }
    if status.is_final() {
        let same = status == finish.status() && recorded_the_same(connection, id, finish).await?;
        return Ok(Some(if same { Finished::Repeated } else { Finished::LeaseLost }));
    }
    let took = started_at
        .and_then(|start| (column_time(*now) - start).to_std().ok())
        .unwrap_or_default();
    let seconds = started_at.map(|_| took.as_secs());
    if let Finish::Completed { figures, .. } = finish
        && !history::keep_figures(connection, id, token, figures).await?
    {
        return Ok(None);
    }
    let changed = diesel::update(scans::table)
        .filter(scans::id.eq(id.as_str()))
        .filter(scans::lease_token.eq(token.as_str()))
        // The rules allow every finish from this status, and a scan with another status is leased to no worker.
        .filter(scans::status.eq(ScanStatus::Processing))
        .set(End::new(finish, &requested, seconds, now))
        .execute(connection)
        .await?;
    if changed == 0 {
        return Ok(None);
    }
    if let Finish::Completed {
        report,
        figures,
        commit_sha,
        ..
    } = finish
    {
        insert_report(connection, id, report, now).await?;
        history::add_version(connection, id, commit_sha.as_deref(), figures, now).await?;
        repositories::scan_is_complete(connection, id, figures, now).await?;
    }
    let has_deliveries = webhooks::announce(connection, id.as_str(), now).await?;
    Ok(Some(Finished::Recorded { took, has_deliveries }))
}

#[derive(AsChangeset)]
#[diesel(table_name = scans)]
struct End<'a> {
    status: ScanStatus,
    /// Set to null: no worker holds it any more.
    lease_until: Option<Option<NaiveDateTime>>,
    completed_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    processing_time: Option<i32>,
    progress: Option<i32>,
    stage: Option<Option<&'a str>>,
    branch: Option<&'a str>,
    commit_sha: Option<&'a str>,
    cached_from: Option<&'a str>,
    branch_requested: Option<&'a str>,
    branch_note: Option<&'a str>,
    error_message: Option<&'a str>,
    error_code: Option<&'a str>,
}

impl<'a> End<'a> {
    /// `requested`: the branch of the row, empty where none was requested.
    fn new(finish: &'a Finish, requested: &'a str, seconds: Option<u64>, now: &DateTime<Utc>) -> Self {
        let mut end = Self {
            status: finish.status(),
            lease_until: Some(None),
            completed_at: column_time(*now),
            updated_at: column_time(*now),
            processing_time: seconds.and_then(|seconds| i32::try_from(seconds).ok()),
            progress: None,
            stage: None,
            branch: None,
            commit_sha: None,
            cached_from: None,
            branch_requested: None,
            branch_note: None,
            error_message: None,
            error_code: None,
        };
        match finish {
            Finish::Completed {
                branch,
                branch_note,
                commit_sha,
                cached_from,
                ..
            } => {
                end.progress = Some(100);
                end.stage = Some(None);
                end.branch = branch.as_deref();
                end.branch_note = branch_note.map(BranchNote::code);
                let other = branch.as_deref().is_some_and(|branch| branch != requested);
                end.branch_requested = (other && !requested.is_empty()).then_some(requested);
                end.commit_sha = commit_sha.as_deref();
                end.cached_from = cached_from.as_ref().map(ScanId::as_str);
            }
            Finish::Failed { code, message } => {
                end.error_code = code.map(FailureCode::code);
                end.error_message = Some(message);
            }
            Finish::Cancelled => {}
        }
        end
    }
}

async fn insert_report(
    connection: &mut Connection,
    id: &ScanId,
    report: &StoredReport,
    now: &DateTime<Utc>,
) -> Result<(), diesel::result::Error> {
    diesel::insert_into(scan_reports::table)
        .values((
            scan_reports::scan_id.eq(id.as_str()),
            scan_reports::encoding.eq(ENCODING),
            scan_reports::bytes.eq(&report.bytes),
            scan_reports::plain_size.eq(i64::try_from(report.plain_size).unwrap_or(i64::MAX)),
            scan_reports::crc32.eq(i64::from(report.crc32)),
            scan_reports::sha256.eq(&report.sha256),
            scan_reports::created_at.eq(column_time(*now)),
            scan_reports::members.eq(to_text(report)),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// The members, as their column has them.
pub(super) fn to_text(report: &StoredReport) -> Option<String> {
    let some = Some(&report.members).filter(|members| !members.is_empty());
    // Names and numbers always serialize.
    some.and_then(|members| serde_json::to_string(members).ok())
}

/// None where the column has none, or has what this version does not read: the report is read as a whole then.
fn from_text(column: Option<String>) -> Vec<Member> {
    column
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

async fn recorded_the_same(
    connection: &mut Connection,
    id: &ScanId,
    finish: &Finish,
) -> Result<bool, diesel::result::Error> {
    match finish {
        Finish::Completed { report, .. } => {
            let recorded: Option<String> = scan_reports::table
                .find(id.as_str())
                .select(scan_reports::sha256)
                .first(connection)
                .await
                .optional()?;
            Ok(recorded.as_deref() == Some(report.sha256.as_str()))
        }
        Finish::Failed { code, message } => {
            let recorded: (Option<String>, Option<String>) = scans::table
                .find(id.as_str())
                .select((scans::error_code, scans::error_message))
                .first(connection)
                .await?;
            Ok(recorded == (code.map(|code| code.code().to_owned()), Some(message.clone())))
        }
        Finish::Cancelled => Ok(true),
    }
}

/// The stored report; for a scan of the older system, the value in its row.
pub async fn results(connection: &mut Connection, id: &ScanId) -> Result<Option<StoredResults>, StoreError> {
    type Row = (String, Vec<u8>, i64, i64, String, Option<String>);
    let stored: Option<Row> = scan_reports::table
        .find(id.as_str())
        .select((
            scan_reports::encoding,
            scan_reports::bytes,
            scan_reports::plain_size,
            scan_reports::crc32,
            scan_reports::sha256,
            scan_reports::members,
        ))
        .first(connection)
        .await
        .optional()?;
    if let Some((encoding, bytes, plain_size, crc32, sha256, members)) = stored {
        let (Ok(plain_size), Ok(crc32), true) = (plain_size.try_into(), crc32.try_into(), encoding == ENCODING) else {
            return Err(unknown_encoding(id));
        };
        return Ok(Some(StoredResults::Report(StoredReport {
            bytes,
            plain_size,
            crc32,
            sha256,
            members: from_text(members),
        })));
    }
    Ok(older_results(connection, id).await?.map(StoredResults::Older))
}

diesel::define_sql_function! {
    /// From the byte at `begin` on, counted from 1.
    fn substr(bytes: diesel::sql_types::Binary, begin: diesel::sql_types::Integer, count: diesel::sql_types::Integer) -> diesel::sql_types::Binary;
}
diesel::define_sql_function! {
    fn length(bytes: diesel::sql_types::Binary) -> diesel::sql_types::Integer;
}

/// The same with the first piece of the report only.
pub async fn open_results(connection: &mut Connection, id: &ScanId) -> Result<Option<OpenResults>, StoreError> {
    let stored: Option<(String, Vec<u8>, i32, i64, i64, String)> = scan_reports::table
        .find(id.as_str())
        .select((
            scan_reports::encoding,
            substr(scan_reports::bytes, 1, PIECE),
            length(scan_reports::bytes),
            scan_reports::plain_size,
            scan_reports::crc32,
            scan_reports::sha256,
        ))
        .first(connection)
        .await
        .optional()?;
    let Some((encoding, first, length, plain_size, crc32, sha256)) = stored else {
        return Ok(older_results(connection, id).await?.map(OpenResults::Older));
    };
    let (Ok(length), Ok(plain_size), Ok(crc32), true) = (
        length.try_into(),
        plain_size.try_into(),
        crc32.try_into(),
        encoding == ENCODING,
    ) else {
        return Err(unknown_encoding(id));
    };
    Ok(Some(OpenResults::Report(OpenReport {
        first,
        length,
        plain_size,
        crc32,
        sha256,
    })))
}

/// The piece of that report which begins after `from` bytes; `None` where it is not stored any more.
pub async fn report_piece(
    connection: &mut Connection,
    id: &ScanId,
    sha256: &String,
    from: &i32,
) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(scan_reports::table
        .find(id.as_str())
        .filter(scan_reports::sha256.eq(sha256))
        .select(substr(scan_reports::bytes, from.saturating_add(1), PIECE))
        .first(connection)
        .await
        .optional()?)
}

/// Digest of the stored report and where its members are; `None` where no report is stored in this form.
pub async fn report_members(connection: &mut Connection, id: &ScanId) -> Result<Option<ReportMembers>, StoreError> {
    let row: Option<(String, Option<String>)> = scan_reports::table
        .find(id.as_str())
        .select((scan_reports::sha256, scan_reports::members))
        .first(connection)
        .await
        .optional()?;
    Ok(row.map(|(sha256, members)| ReportMembers {
        sha256,
        members: from_text(members),
    }))
}

/// These stored bytes of that report; `None` where it is not stored any more.
pub async fn report_range(
    connection: &mut Connection,
    id: &ScanId,
    sha256: &String,
    from: &i32,
    count: &i32,
) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(scan_reports::table
        .find(id.as_str())
        .filter(scan_reports::sha256.eq(sha256))
        .select(substr(scan_reports::bytes, from.saturating_add(1), *count))
        .first(connection)
        .await
        .optional()?)
}

async fn older_results(connection: &mut Connection, id: &ScanId) -> Result<Option<serde_json::Value>, StoreError> {
    let value: Option<Option<serde_json::Value>> = scans::table
        .find(id.as_str())
        .select(scans::results)
        .first(connection)
        .await
        .optional()?;
    Ok(value.flatten())
}

fn unknown_encoding(id: &ScanId) -> StoreError {
    StoreError::Broken(format!("the stored report of `{id}` has an encoding unknown here"))
}

/// Deletes up to `batch` of the reports that are older than `before` or beyond the newest `keep`; the scans stay. Returns
/// how many: fewer than `batch` when it is done.
pub async fn prune(
    connection: &mut Connection,
    before: &Option<DateTime<Utc>>,
    keep: &Option<i64>,
    batch: &i64,
) -> Result<usize, StoreError> {
    let mut limit: Option<NaiveDateTime> = before.map(column_time);
    if let Some(keep) = keep {
        let beyond: Option<NaiveDateTime> = scan_reports::table
            .order(scan_reports::created_at.desc())
            .offset(*keep)
            .select(scan_reports::created_at)
            .first(connection)
            .await
            .optional()?;
        limit = limit.max(beyond);
    }
    let Some(limit) = limit else {
        return Ok(0);
    };
    let old: Vec<String> = scan_reports::table
        .filter(scan_reports::created_at.le(limit))
        .order(scan_reports::created_at)
        .limit(*batch)
        .select(scan_reports::scan_id)
        .load(connection)
        .await?;
    if old.is_empty() {
        return Ok(0);
    }
    let deleted = diesel::delete(scan_reports::table.filter(scan_reports::scan_id.eq_any(old)))
        .execute(connection)
        .await?;
    give_back_space(connection).await?;
    Ok(deleted)
}
