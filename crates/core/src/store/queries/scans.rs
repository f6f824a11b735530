//! Queries about scans: submit, find, list, count.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};
use diesel_async::RunQueryDsl;

use super::{Backend, Connection, queue, repositories, users};
use crate::store::StoreError;
use crate::store::scans::{
    Counts, Deleted, ListedScan, NewScan, Owner, Scan, ScanFilter, ScanPage, ScanRecord, Submitted,
};
use crate::store::schema::columns::column_time;
use crate::store::schema::{repositories as repositories_table, scan_columns, scans};
use crate::{BranchName, ScanId, ScanStatus};

pub async fn ping(connection: &mut Connection) -> Result<(), StoreError> {
    let _one: i32 = diesel::select(1_i32.into_sql::<diesel::sql_types::Integer>())
        .get_result(connection)
        .await?;
    Ok(())
}

/// One round trip that needs what a write needs, and changes no row: a database that is read-only, or whose user may not
/// write, refuses it.
pub async fn touch_nothing(connection: &mut Connection) -> Result<(), StoreError> {
    diesel::update(scans::table.find(""))
        .set(scans::attempts.eq(scans::attempts))
        .execute(connection)
        .await?;
    Ok(())
}

/// Stores a scan and takes it back.
pub async fn try_write(connection: &mut Connection, id: &ScanId, now: &DateTime<Utc>) -> Result<(), StoreError> {
    let time = column_time(*now);
    let result: QueryResult<()> = transaction!(connection, async |connection| {
        diesel::insert_into(scans::table)
            .values((
                scans::id.eq(id.as_str()),
                scans::repo_url.eq(""),
                scans::branch.eq(""),
                scans::status.eq(ScanStatus::Cancelled),
                scans::is_private.eq(false),
                scans::created_at.eq(time),
                scans::updated_at.eq(time),
            ))
            .execute(connection)
            .await?;
        Err(diesel::result::Error::RollbackTransaction)
    });
    match result {
        Err(diesel::result::Error::RollbackTransaction) => Ok(()),
        Err(error) => Err(error.into()),
        Ok(()) => Ok(()),
    }
}

/// The same where there are tables; a new database has none until the first start.
pub async fn try_first_write(connection: &mut Connection, id: &ScanId, now: &DateTime<Utc>) -> Result<(), StoreError> {
    if super::has_tables(connection).await? {
        return try_write(connection, id, now).await;
    }
    Ok(())
}

/// A key is remembered for so long.
const KEY_LIFE: TimeDelta = TimeDelta::hours(24);

/// Stores a queued scan. Where the client has used the key before, nothing is stored and the earlier scan is returned.
pub async fn submit(connection: &mut Connection, new: &NewScan, now: &DateTime<Utc>) -> Result<Submitted, StoreError> {
    transaction!(connection, async |connection| {
        if new.idempotency.is_some() {
            forget_expired_key(connection, new, now).await?;
            // Before the length of the queue is checked: a submission that was accepted once is not refused because the queue is now full.
            if let Some(earlier) = earlier_with_key(connection, new).await? {
                return submitted_before(connection, earlier, new).await;
            }
        }
        if let Some(full) = queue::full(connection, &new.client_key).await? {
            return Ok(Submitted::Full(full));
        }
        let turn = queue::turn(connection, new).await?;
        if let Some(user_id) = &new.user_id {
            users::ensure(connection, user_id, now).await?;
        }
        let repository_id = repositories::ensure(connection, new, now).await?;
        if insert(connection, new, &repository_id, turn, now).await? {
            return Ok(Submitted::Stored {
                turn: queue::round(turn),
                repository_id,
            });
        }
        // Either this is the second try of a call whose first one was stored, or the key was used.
        if let Some(turn) = stored_turn(connection, &new.id).await? {
            return Ok(Submitted::Stored {
                turn: queue::round(turn),
                repository_id,
            });
        }
        match earlier_with_key(connection, new).await? {
            Some(earlier) => submitted_before(connection, earlier, new).await,
            None => Err(diesel::result::Error::NotFound.into()),
        }
    })
}

/// Frees the client's key where it was used too long ago to count.
async fn forget_expired_key(connection: &mut Connection, new: &NewScan, now: &DateTime<Utc>) -> QueryResult<()> {
    diesel::update(scans::table)
        .filter(scans::client_key.eq(&new.client_key))
        .filter(scans::idempotency_key.eq(new.idempotency_key()))
        .filter(scans::created_at.lt(column_time(*now - KEY_LIFE)))
        .set(scans::idempotency_key.eq(None::<String>))
        .execute(connection)
        .await?;
    Ok(())
}

/// Another scan that the client has submitted with the same key.
async fn earlier_with_key(connection: &mut Connection, new: &NewScan) -> QueryResult<Option<Earlier>> {
    scans::table
        .filter(scans::client_key.eq(&new.client_key))
        .filter(scans::idempotency_key.eq(new.idempotency_key()))
        .filter(scans::id.ne(new.id.as_str()))
        .select((scans::id, scans::idempotency_hash, scans::repository_id))
        .first(connection)
        .await
        .optional()
}

/// `false`: its id or its key is that of another row, and nothing was stored.
async fn insert(
    connection: &mut Connection,
    new: &NewScan,
    repository_id: &str,
    turn: i32,
    now: &DateTime<Utc>,
) -> QueryResult<bool> {
    let time = column_time(*now);
    let inserted = diesel::insert_into(scans::table)
        .values((
            scans::id.eq(new.id.as_str()),
            scans::repo_url.eq(new.repo_url.as_str()),
            scans::branch.eq(new.branch.as_ref().map_or("", BranchName::as_str)),
            scans::status.eq(ScanStatus::Queued),
            scans::is_private.eq(new.is_private),
            scans::user_id.eq(&new.user_id),
            scans::repository_id.eq(repository_id),
            scans::created_at.eq(time),
            scans::updated_at.eq(time),
            scans::attempts.eq(0),
            scans::progress.eq(0),
            scans::cancel_asked.eq(false),
            scans::request_id.eq(&new.request_id),
            scans::client_key.eq(&new.client_key),
            scans::idempotency_key.eq(new.idempotency_key()),
            scans::idempotency_hash.eq(new.idempotency_hash()),
            scans::queue_turn.eq(turn),
        ))
        .on_conflict_do_nothing()
        .execute(connection)
        .await?;
    if inserted > 0 && (new.forced || new.cancel_token.is_some()) {
        diesel::update(scan_columns::table.find(new.id.as_str()))
            .set((
                scan_columns::forced.eq(new.forced),
                scan_columns::cancel_tokens.eq(&new.cancel_token),
            ))
            .execute(connection)
            .await?;
    }
    Ok(inserted > 0)
}

/// A scan that was submitted with the same key: its id, the hash of its body, its repository.
type Earlier = (String, Option<String>, Option<String>);

/// The number of the latest submissions of one scan whose tokens may cancel it.
const MAX_CANCEL_TOKENS: usize = 4;

async fn submitted_before(
    connection: &mut Connection,
    (id, body, repository_id): Earlier,
    new: &NewScan,
) -> Result<Submitted, StoreError> {
    let id = ScanId::parse(&id).map_err(|error| StoreError::Broken(format!("the id `{id}`: {error}")))?;
    let same_body = body.as_deref() == new.idempotency_hash();
    if let (true, Some(token)) = (same_body, &new.cancel_token) {
        let known = cancel_tokens(connection, &id).await?;
        let first = known.len().saturating_sub(MAX_CANCEL_TOKENS - 1);
        let tokens = [&known[first..], std::slice::from_ref(token)].concat().join(",");
        diesel::update(scan_columns::table.find(id.as_str()))
            .set(scan_columns::cancel_tokens.eq(tokens))
            .execute(connection)
            .await?;
    }
    Ok(Submitted::Before {
        id,
        same_body,
        repository_id,
    })
}

async fn cancel_tokens(connection: &mut Connection, id: &ScanId) -> Result<Vec<String>, StoreError> {
    let column: Option<Option<String>> = scan_columns::table
        .find(id.as_str())
        .select(scan_columns::cancel_tokens)
        .first(connection)
        .await
        .optional()?;
    let tokens = column.flatten().unwrap_or_default();
    Ok(tokens
        .split(',')
        .filter(|token| !token.is_empty())
        .map(str::to_owned)
        .collect())
}

pub async fn is_cancel_token(connection: &mut Connection, id: &ScanId, hash: &String) -> Result<bool, StoreError> {
    Ok(cancel_tokens(connection, id).await?.contains(hash))
}

async fn stored_turn(connection: &mut Connection, id: &ScanId) -> Result<Option<i32>, diesel::result::Error> {
    scans::table
        .find(id.as_str())
        .select(scans::queue_turn)
        .first(connection)
        .await
        .optional()
}

pub async fn find(connection: &mut Connection, id: &ScanId) -> Result<Option<Scan>, StoreError> {
    let row: Option<ScanRecord> = scans::table
        .find(id.as_str())
        .select(ScanRecord::as_select())
        .first(connection)
        .await
        .optional()?;
    Ok(row.map(Scan::from))
}

type Boxed<'a> = scans::BoxedQuery<'a, Backend>;
type Condition<'a> = Box<dyn BoxableExpression<scans::table, Backend, SqlType = Nullable<Bool>> + 'a>;

/// See [`Owner`].
fn belongs_to(owner: &Owner) -> Condition<'_> {
    let no_owner = scans::user_id.is_null().and(scans::is_private.eq(false));
    match owner {
        Owner::Guests => Box::new(no_owner.nullable()),
        Owner::Hidden => Box::new(false.into_sql::<Nullable<Bool>>()),
        Owner::Anyone => Box::new(true.into_sql::<Nullable<Bool>>()),
        Owner::User(id) => Box::new(scans::user_id.eq(id)),
    }
}

fn filtered(filter: &ScanFilter) -> Boxed<'_> {
    let mut listed = scans::table.into_boxed::<Backend>().filter(belongs_to(&filter.owner));
    if filter.owner == Owner::Guests {
        // One that was public when a guest scanned it may have been seen to be private since.
        let private = repositories_table::table
            .filter(repositories_table::is_private.eq(true))
            .select(repositories_table::id);
        listed = listed.filter(scans::status.eq(ScanStatus::Completed)).filter(
            scans::repository_id
                .is_null()
                .or(scans::repository_id.assume_not_null().ne_all(private)),
        );
    }
    if let Some(repository_id) = &filter.repository_id {
        listed = listed.filter(scans::repository_id.eq(repository_id));
    }
    if let Some(status) = filter.status {
        listed = listed.filter(scans::status.eq(status));
    }
    listed
}

/// Newest first.
pub async fn list(
    connection: &mut Connection,
    filter: &ScanFilter,
    limit: &i64,
    offset: &i64,
) -> Result<ScanPage, StoreError> {
    let total = filtered(filter).count().get_result(connection).await?;
    let rows: Vec<ScanRecord> = filtered(filter)
        .order((scans::created_at.desc(), scans::id.desc()))
        .limit(*limit)
        .offset(*offset)
        .select(ScanRecord::as_select())
        .load(connection)
        .await?;
    let scans: Vec<Scan> = rows.into_iter().map(Scan::from).collect();
    let ids = scans.iter().filter_map(|scan| scan.repository_id.as_deref());
    let repositories = repositories::by_ids(connection, ids.collect()).await?;
    let scans = scans
        .into_iter()
        .map(|scan| {
            let id = scan.repository_id.as_deref();
            let repository = id.and_then(|id| repositories.iter().find(|repository| repository.id == id).cloned());
            ListedScan { scan, repository }
        })
        .collect();
    Ok(ScanPage { scans, total })
}

/// The number of scans of this owner, by status. One statement, so that a scan whose status changes meanwhile counts once.
pub async fn counts_of(connection: &mut Connection, owner: &Owner) -> Result<Counts, StoreError> {
    let rows: Vec<(ScanStatus, i64)> = scans::table
        .group_by(scans::status)
        .filter(belongs_to(owner))
        .select((scans::status, diesel::dsl::count_star()))
        .load(connection)
        .await?;
    Ok(Counts(rows))
}

/// Deletes the scan with all that belongs to it.
pub async fn delete(connection: &mut Connection, id: &ScanId) -> Result<Option<Deleted>, StoreError> {
    transaction!(connection, async |connection| {
        let deleted: Option<(ScanStatus, Option<String>)> = diesel::delete(scans::table.find(id.as_str()))
            .returning((scans::status, scans::repository_id))
            .get_result(connection)
            .await
            .optional()?;
        let Some((status, repository_id)) = deleted else {
            return Ok(None);
        };
        if let Some(repository_id) = repository_id {
            repositories::scan_is_gone(connection, &repository_id, id).await?;
        }
        Ok(Some(Deleted { status }))
    })
}
