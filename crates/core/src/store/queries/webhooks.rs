//! Queries about webhooks and their pending deliveries.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error, QueryResult};
use diesel_async::RunQueryDsl;

use super::{Connection, users};
use crate::store::StoreError;
use crate::store::scans::{Scan, ScanRecord};
use crate::store::schema::columns::column_time;
use crate::store::schema::{scans, webhook_deliveries, webhooks};
use crate::store::webhooks::{Delivery, MAX_WEBHOOKS, NewWebhook, Webhook, WebhookRow};
use crate::{ScanStatus, Secret};

pub async fn add(connection: &mut Connection, new: &NewWebhook, now: &DateTime<Utc>) -> Result<bool, StoreError> {
    transaction!(connection, async |connection| {
        users::ensure(connection, &new.user_id, now).await?;
        let others: i64 = webhooks::table
            .filter(webhooks::user_id.eq(&new.user_id))
            .filter(webhooks::id.ne(&new.id))
            .count()
            .get_result(connection)
            .await?;
        if others >= MAX_WEBHOOKS {
            return Ok(false);
        }
        diesel::insert_into(webhooks::table)
            .values((
                webhooks::id.eq(&new.id),
                webhooks::user_id.eq(&new.user_id),
                webhooks::url.eq(&new.url),
                webhooks::events.eq(&new.events),
                webhooks::secret.eq(new.secret.expose()),
                webhooks::created_at.eq(column_time(*now)),
            ))
            .on_conflict_do_nothing()
            .execute(connection)
            .await?;
        Ok(true)
    })
}

pub async fn list(connection: &mut Connection, user_id: &str) -> Result<Vec<Webhook>, StoreError> {
    let rows: Vec<WebhookRow> = webhooks::table
        .filter(webhooks::user_id.eq(user_id))
        .order((webhooks::created_at.desc(), webhooks::id))
        .select(WebhookRow::as_select())
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(Webhook::from).collect())
}

/// Deletes the webhook where it is this user's. Returns its owner.
pub async fn delete(connection: &mut Connection, id: &str, user_id: &str) -> Result<Option<String>, StoreError> {
    let deleted = diesel::delete(webhooks::table.find(id).filter(webhooks::user_id.eq(user_id)))
        .execute(connection)
        .await?;
    if deleted > 0 {
        return Ok(Some(user_id.to_owned()));
    }
    Ok(webhooks::table
        .find(id)
        .select(webhooks::user_id)
        .first(connection)
        .await
        .optional()?)
}

/// A scan has ended: stores what its owner's webhooks are sent. `true` where there is something. Where the database refuses
/// that, the scan ends anyway.
pub async fn announce(connection: &mut Connection, scan_id: &str, now: &DateTime<Utc>) -> QueryResult<bool> {
    let stored = savepoint!(connection, async |connection| {
        store_deliveries(connection, scan_id, now).await
    });
    match stored {
        Err(Error::DatabaseError(kind, refused)) if is_refusal(&kind) => {
            tracing::error!(
                scan_id,
                "webhooks are not notified of the end of a scan: {}",
                refused.message()
            );
            Ok(false)
        }
        stored => stored,
    }
}

/// Whether the database refused the statement; after any other error the whole transaction is tried again.
fn is_refusal(kind: &DatabaseErrorKind) -> bool {
    !matches!(
        kind,
        DatabaseErrorKind::UnableToSendCommand
            | DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::SerializationFailure
    )
}

async fn store_deliveries(connection: &mut Connection, scan_id: &str, now: &DateTime<Utc>) -> QueryResult<bool> {
    let ended: Option<(Option<String>, ScanStatus)> = scans::table
        .find(scan_id)
        .select((scans::user_id, scans::status))
        .first(connection)
        .await
        .optional()?;
    let Some((Some(user_id), status)) = ended else {
        return Ok(false);
    };
    let event = format!("scan.{}", status.wire());
    let wanted: Vec<(String, String)> = webhooks::table
        .filter(webhooks::user_id.eq(user_id))
        .select((webhooks::id, webhooks::events))
        .load(connection)
        .await?;
    let mut deliveries = 0;
    for (webhook_id, events) in wanted {
        if !events.split(',').any(|wanted| wanted == event) {
            continue;
        }
        deliveries += diesel::insert_into(webhook_deliveries::table)
            .values((
                webhook_deliveries::id.eq(format!("msg_{}", uuid::Uuid::new_v4().simple())),
                webhook_deliveries::webhook_id.eq(webhook_id),
                webhook_deliveries::scan_id.eq(scan_id),
                webhook_deliveries::attempts.eq(0),
                webhook_deliveries::next_attempt_at.eq(column_time(*now)),
            ))
            .on_conflict_do_nothing()
            .execute(connection)
            .await?;
    }
    Ok(deliveries > 0)
}

/// Takes what is due. Two instances never take the same attempt: it is theirs only if the row still has the number of
/// attempts that they saw.
pub async fn due(
    connection: &mut Connection,
    limit: &i64,
    now: &DateTime<Utc>,
    held_until: &DateTime<Utc>,
) -> Result<Vec<Delivery>, StoreError> {
    type Row = (String, i32, String, String, String, ScanRecord);
    transaction!(connection, async |connection| {
        let rows: Vec<Row> = webhook_deliveries::table
            .inner_join(webhooks::table)
            .inner_join(scans::table)
            .filter(webhook_deliveries::next_attempt_at.le(column_time(*now)))
            // The address that was tried least lately comes first: many addresses that do not answer delay each other
            // one for one turn only.
            .order((
                webhooks::last_attempt_at.is_null().desc(),
                webhooks::last_attempt_at,
                webhook_deliveries::next_attempt_at,
                webhook_deliveries::id,
            ))
            .limit(*limit)
            .select((
                webhook_deliveries::id,
                webhook_deliveries::attempts,
                webhooks::id,
                webhooks::url,
                webhooks::secret,
                ScanRecord::as_select(),
            ))
            .load(connection)
            .await?;
        let mut taken = Vec::new();
        for (id, attempts, webhook_id, url, secret, scan) in rows {
            let attempt = attempts + 1;
            let mine = diesel::update(
                webhook_deliveries::table
                    .find(&id)
                    .filter(webhook_deliveries::attempts.eq(attempts)),
            )
            .set((
                webhook_deliveries::attempts.eq(attempt),
                webhook_deliveries::next_attempt_at.eq(column_time(*held_until)),
            ))
            .execute(connection)
            .await?;
            if mine > 0 {
                taken.push(Delivery {
                    id,
                    webhook_id,
                    url,
                    secret: Secret::new(secret),
                    attempt,
                    scan: Scan::from(scan),
                });
            }
        }
        Ok(taken)
    })
}

pub async fn settle(
    connection: &mut Connection,
    id: &str,
    webhook_id: &str,
    status: &str,
    next: &Option<DateTime<Utc>>,
    now: &DateTime<Utc>,
) -> Result<(), StoreError> {
    let delivery = webhook_deliveries::table.find(id);
    match next {
        Some(next) => {
            diesel::update(delivery)
                .set(webhook_deliveries::next_attempt_at.eq(column_time(*next)))
                .execute(connection)
                .await?
        }
        None => diesel::delete(delivery).execute(connection).await?,
    };
    diesel::update(webhooks::table.find(webhook_id))
        .set((
            webhooks::last_status.eq(status),
            webhooks::last_attempt_at.eq(column_time(*now)),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// When the next attempt is due.
pub async fn next(connection: &mut Connection) -> Result<Option<DateTime<Utc>>, StoreError> {
    let next: Option<NaiveDateTime> = webhook_deliveries::table
        .select(diesel::dsl::min(webhook_deliveries::next_attempt_at))
        .first(connection)
        .await?;
    Ok(next.map(|time| time.and_utc()))
}
