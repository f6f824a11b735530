//! The wait for a job, on a connection of its own.

use std::pin::pin;
use std::time::Duration;

use redis::Client;
use redis::aio::MultiplexedConnection;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::session::ConsumerSession;
use crate::queue::QueueError;
use crate::queue::connection::{ANSWER_TIME, connect};

/// A connection that runs `BZPOPMIN` and nothing else.
pub(super) struct Blocking {
    client: Client,
    /// Its name in `CLIENT LIST`, by which dashboards know workers.
    name: String,
    current: Option<Current>,
}

struct Current {
    connection: MultiplexedConnection,
    /// The server's number for it; `None` where the server does not return it.
    id: Option<i64>,
}

/// An answer that is this much later than the command's own time will not come any more.
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

    /// Waits until there may be a job, `time` is over, or `stop` is cancelled. Returns whether it has taken off a marker: a
    /// caller that does not fetch the job then must give it back.
    pub(super) async fn wait(
        &mut self,
        session: &ConsumerSession,
        time: Duration,
        stop: &CancellationToken,
    ) -> Result<bool, QueueError> {
        let time = time.max(SHORTEST);
        // A connection that is not put back below is closed, so that the server gives no marker to a connection that is not read.
        let mut current = match self.current.take() {
            Some(current) => current,
            None => self.connect().await?,
        };
        session.link.outage.ended();
        let answered = {
            let mut command = redis::cmd("BZPOPMIN");
            command.arg(session.keys.marker()).arg(time.as_secs_f64());
            let answer = command.query_async::<Option<(String, String, f64)>>(&mut current.connection);
            let mut answer = pin!(tokio::time::timeout(time + LATE, answer));
            tokio::select! {
                answered = &mut answer => answered,
                () = stop.cancelled() => {
                    unblock(session, current.id).await;
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
            Err(_) => Err(QueueError::Unavailable(
                "a blocking command was not answered".to_owned(),
            )),
        }
    }

    async fn connect(&self) -> Result<Current, QueueError> {
        let mut connection = connect(&self.client, None).await?;
        // Some hosts refuse both: then dashboards do not list the worker, and a stop takes longer.
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
        let Ok(id) = tokio::time::timeout(ANSWER_TIME, id).await else {
            return Err(QueueError::Unavailable("a new connection was not answered".to_owned()));
        };
        Ok(Current { connection, id })
    }
}

/// Ends the wait through another connection, so that its answer is known.
async fn unblock(session: &ConsumerSession, id: Option<i64>) {
    let Some(id) = id else { return };
    let done = session
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

/// Adds a marker, which wakes another worker.
pub(super) async fn give_marker_back(session: &ConsumerSession) {
    let marker = session.keys.marker();
    let done = session
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
