//! Calls about webhooks: the users' subscriptions to finished scans, and the pending deliveries.
//!
//! A delivery is a row, inserted in the transaction in which the scan finishes: no restart loses it. It is deleted when it
//! was delivered or is given up.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::schema::webhooks;
use super::{Scan, Store, StoreError, call};
use crate::Secret;

/// The most webhooks that one user may have.
pub const MAX_WEBHOOKS: i64 = 20;

/// A webhook to be stored.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    pub id: String,
    pub user_id: String,
    pub url: String,
    /// Names of events, with commas between.
    pub events: String,
    /// `whsec_…`
    pub secret: Secret,
}

/// A webhook as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    pub id: String,
    pub url: String,
    pub events: String,
    /// The result of the latest delivery attempt.
    pub last_status: Option<String>,
    pub last_attempt_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// A delivery that is due now. The caller has it reserved until the next attempt would be due.
#[derive(Debug)]
pub struct Delivery {
    /// The same at every attempt.
    pub id: String,
    pub webhook_id: String,
    pub url: String,
    pub secret: Secret,
    /// 1 for the first one.
    pub attempt: i32,
    pub scan: Scan,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = webhooks)]
pub(super) struct WebhookRow {
    id: String,
    url: String,
    events: String,
    last_status: Option<String>,
    last_attempt_at: Option<NaiveDateTime>,
    created_at: NaiveDateTime,
}

impl From<WebhookRow> for Webhook {
    fn from(row: WebhookRow) -> Self {
        Self {
            id: row.id,
            url: row.url,
            events: row.events,
            last_status: row.last_status,
            last_attempt_at: row.last_attempt_at.map(|time| time.and_utc()),
            created_at: row.created_at.and_utc(),
        }
    }
}

impl Store {
    /// Stores a webhook; `false` where the user has [`MAX_WEBHOOKS`] already.
    pub async fn add_webhook(&self, new: NewWebhook, now: DateTime<Utc>) -> Result<bool, StoreError> {
        call!(self, writers, webhooks::add(new, now))
    }

    /// A user's webhooks, newest first.
    pub async fn webhooks(&self, user_id: &str) -> Result<Vec<Webhook>, StoreError> {
        let user_id = user_id.to_owned();
        call!(self, readers, webhooks::list(user_id))
    }

    /// Deletes a user's webhook with its pending deliveries. Returns its owner, `None` where there is no such webhook.
    pub async fn delete_webhook(&self, id: &str, user_id: &str) -> Result<Option<String>, StoreError> {
        let (id, user_id) = (id.to_owned(), user_id.to_owned());
        call!(self, writers, webhooks::delete(id, user_id))
    }

    /// Takes up to `limit` deliveries that are due at `now`. Each counts as an attempt, and is due again at `held_until`
    /// unless it is [settled](Store::settle_delivery).
    pub async fn due_deliveries(
        &self,
        limit: i64,
        now: DateTime<Utc>,
        held_until: DateTime<Utc>,
    ) -> Result<Vec<Delivery>, StoreError> {
        call!(self, writers, webhooks::due(limit, now, held_until))
    }

    /// Records the result of an attempt, and when the next one is due; without `next` the delivery is dropped.
    pub async fn settle_delivery(
        &self,
        delivery: &Delivery,
        status: &str,
        next: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (id, webhook_id, status) = (delivery.id.clone(), delivery.webhook_id.clone(), status.to_owned());
        call!(self, writers, webhooks::settle(id, webhook_id, status, next, now))
    }

    /// When the next attempt is due; `None` where no delivery is pending.
    pub async fn next_delivery(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        call!(self, readers, webhooks::next())
    }
}
