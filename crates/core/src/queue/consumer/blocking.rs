//! The wait for a job, on a connection of its own.

use std::pin::pin;
use std::time::Duration;

use redis::Client;
use redis::aio::MultiplexedConnection;
use tokio::sync::watch;
use tracing::debug;

use super::super::QueueError;
use super::super::connection::connect;
use super::{Core, stopped};

/// A connection that stands in `BZPOPMIN` and does nothing else.
pub(super) struct Blocking {
    client: Client,
    /// How it is listed by `CLIENT LIST`: dashboards know workers by it.
    name: String,
    current: Option<Current>,
}

struct Current {
    connection: MultiplexedConnection,
    /// By which the server knows it; `None` where it does not say.
    id: Option<i64>,
}

/// An answer that is later than the command's own time by so much will not come any more.
const LATE: Duration = Duration::from_secs(5);

/// Redis reads a time of zero as for ever, and older ones round to that.
const SHORTEST: Duration = Duration::from_millis(10);

impl Blocking {
    pub(super) fn new(client: Client, name: String) -> Self {
        Self {
            client,
            name,
            current: None,
        }
    }

    /// Waits until there may be a job, or `time` is over, or it is time to stop. Says whether it has taken off a marker, which
    /// whoever does not look for the job then must give back.
    pub(super) async fn wait(
        &mut self,
        core: &Core,
        time: Duration,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<bool, QueueError> {
        let time = time.max(SHORTEST);
        // Where it is not put back below, it is closed, so that the server does not give a marker to nobody.
        let mut current = match self.current.take() {
            Some(current) => current,
            None => self.connect().await?,
        };
        core.link.outage.ended();
        let answered = {
            let mut command = redis::cmd("BZPOPMIN");
            command.arg(core.keys.marker()).arg(time.as_secs_f64());
            let answer = command.query_async::<Option<(String, String, f64)>>(&mut current.connection);
            let mut answer = pin!(tokio::time::timeout(time + LATE, answer));
            tokio::select! {
                answered = &mut answer => answered,
                () = stopped(stop) => {
                    unblock(core, current.id).await;
                    let answered = tokio::time::timeout(LATE, &mut answer).await;
                    return Ok(matches!(answered, Ok(Ok(Ok(Some(_))))));
                }
            }
        };
        match answered {
            Ok(Ok(marker)) => {
                self.current = Some(current);
                Ok(marker.is_some())
            }
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(QueueError::Away("a blocking command was not answered".to_owned())),
        }
    }

    async fn connect(&self) -> Result<Current, QueueError> {
        let mut connection = connect(&self.client, None).await?;
        // Both are refused by some hosts, and missed by dashboards only, or at a stop.
        let mut name = redis::cmd("CLIENT");
        name.arg("SETNAME").arg(&self.name);
        let mut id = redis::cmd("CLIENT");
        id.arg("ID");
        let id = async {
            if let Err(error) = name.exec_async(&mut connection).await {
                debug!("the connection cannot be named: {error}");
            }
            id.query_async::<i64>(&mut connection).await.ok()
        };
        let Ok(id) = tokio::time::timeout(super::super::connection::ANSWER_TIME, id).await else {
            return Err(QueueError::Away("a new connection was not answered".to_owned()));
        };
        Ok(Current { connection, id })
    }
}

/// Ends the wait from outside, so that its answer is known.
async fn unblock(core: &Core, id: Option<i64>) {
    let Some(id) = id else { return };
    let done = core
        .link
        .run(|mut connection| async move {
            redis::cmd("CLIENT")
                .arg("UNBLOCK")
                .arg(id)
                .exec_async(&mut connection)
                .await
        })
        .await;
    if let Err(error) = done {
        debug!("the wait for a job cannot be ended early: {error}");
    }
}

/// For another worker: this one stops and will not follow it.
pub(super) async fn give_marker_back(core: &Core) {
    let marker = core.keys.marker();
    let done = core
        .link
        .run(|mut connection| {
            let mut add = redis::cmd("ZADD");
            add.arg(&marker).arg(0).arg("0");
            async move { add.exec_async(&mut connection).await }
        })
        .await;
    if let Err(error) = done {
        debug!("a marker could not be given back: {error}");
    }
}
