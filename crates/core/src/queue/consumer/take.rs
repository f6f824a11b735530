//! Takes the next job, and gives jobs back.

use redis::Value;
use tracing::info;

use super::fetched::Fetched;
use super::session::ConsumerSession;
use crate::queue::link::LinkError;
use crate::queue::{QueueError, scripts};

impl ConsumerSession {
    /// Takes the next job.
    pub(super) async fn take(&self) -> Result<Fetched, QueueError> {
        loop {
            self.give_back_unanswered().await?;
            // A new one for each try, which distinguishes its job from those of earlier tries.
            let token = uuid::Uuid::new_v4().to_string();
            match self.try_take(&token).await {
                Ok(value) => return Ok(Fetched::read(&value, &token)),
                Err(failed) => {
                    if matches!(failed.error, QueueError::Unavailable(_)) {
                        self.mark_unanswered(&token);
                    }
                    if !failed.retryable {
                        return Err(failed.error);
                    }
                }
            }
        }
    }

    async fn try_take(&self, token: &str) -> Result<Value, LinkError> {
        let options = scripts::packed(&scripts::TakeOptions {
            token,
            lock_duration: self.lock_ms(),
            name: &self.name,
        });
        let keys = &self.keys;
        let mut call = self.prepare_take(&scripts::MOVE_TO_ACTIVE);
        call.key(keys.marker())
            .arg(keys.key_prefix())
            .arg(scripts::now_ms())
            .arg(options);
        let call = &call;
        self.link
            .once(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await
    }

    /// Gives back the jobs that were taken by calls whose answers did not come. Costs nothing where there were none.
    pub(super) async fn give_back_unanswered(&self) -> Result<(), QueueError> {
        let tokens = self.unanswered().clone();
        if tokens.is_empty() {
            return Ok(());
        }
        let active = self.keys.active();
        let ids: Vec<String> = self
            .link
            .run(|mut connection| {
                let mut list = redis::cmd("LRANGE");
                list.arg(&active).arg(0).arg(-1);
                async move { list.query_async(&mut connection).await }
            })
            .await?;
        for id in ids {
            let lock = format!("{}:lock", self.keys.job_key(&id));
            let owner: Option<String> = self
                .link
                .run(|mut connection| {
                    let mut get = redis::cmd("GET");
                    get.arg(&lock);
                    async move { get.query_async(&mut connection).await }
                })
                .await?;
            if let Some(token) = owner.filter(|owner| tokens.contains(owner)) {
                info!(job = %id, "job given back: the call that took it was not answered");
                self.give_back(&id, &token).await?;
            }
        }
        self.unanswered().retain(|token| !tokens.contains(token));
        Ok(())
    }

    /// Gives a job back. Returns a negative number where it is no longer this worker's.
    pub(super) async fn give_back(&self, id: &str, token: &str) -> Result<i64, QueueError> {
        let keys = &self.keys;
        let mut call = scripts::MOVE_ACTIVE_TO_WAIT.prepare_invoke();
        call.key(keys.active())
            .key(keys.wait())
            .key(keys.stalled())
            .key(keys.paused())
            .key(keys.meta())
            .key(keys.limiter())
            .key(keys.prioritized())
            .key(keys.marker())
            .key(keys.events())
            .arg(id)
            .arg(token)
            .arg(keys.job_key(id));
        let call = &call;
        self.link
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await
    }
}
