//! `GET /api/scan/{id}/events`: what happens to a scan, as server-sent events.

use std::time::Duration;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::Utc;
use futures_util::stream;
use repolens_core::explanation::ExplanationTarget;
use repolens_core::queue::{RelayEvent, ScanWatch};
use repolens_core::store::ExplanationState;
use repolens_core::{ScanId, ScanStatus};
use tokio::sync::watch;
use tokio::time::Instant;

use super::{find_scan, scan_id};
use crate::app::App;
use crate::auth::caller::Caller;
use crate::http::client::Client;
use crate::http::problem::Problem;
use crate::scans::events::{EXPLAINED, Refused, Watch, explanation_event};
use crate::scans::scan_state::ScanState;

/// Proxies cut off a stream that is silent for longer.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// A browser that lost the stream reconnects after this number of milliseconds.
const RETRY: &str = "retry: 2000\n\n";

/// The present state at once, then each change until the scan has ended. `Last-Event-ID` leaves out what was seen.
pub async fn get_events(
    app: web::Data<App>,
    request: HttpRequest,
    client: Client,
    caller: Caller,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = scan_id(&path)?;
    // Watching begins before the row is read: no change falls between the two.
    let watch = app
        .scans
        .events
        .watch(id.as_str(), &client.key())
        .map_err(|refused| match refused {
            Refused::TooManyOfThisClient => {
                Problem::too_many("You have too many event streams open: close some of them.", 10)
            }
            Refused::TooMany => {
                Problem::busy("Too many event streams are open: ask for the scan itself every few seconds.")
            }
        })?;
    let elsewhere = app.scans.events.relay().map(|relay| relay.watch(&id));
    let state = ScanState::of(&find_scan(&app, &caller, &id).await?.scan);
    let seen = request
        .headers()
        .get("last-event-id")
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let finished = app.scans.explanations.watch_finished();
    let is_known = state.status.is_final() && seen.as_deref() == Some(state.id().as_str());
    if seen.as_deref() == Some(EXPLAINED) || is_known && explanation(&app, &id).await.is_none() {
        // The one answer at which a browser does not come back.
        return Ok(HttpResponse::NoContent().finish());
    }
    let stream = Stream {
        stopping: app.process.stopping.clone(),
        app: app.into_inner(),
        id,
        watch,
        elsewhere,
        percent: 0,
        sent: seen,
        next: Some(state),
        heartbeat: Instant::now() + HEARTBEAT,
        begun: false,
        ended: false,
        completed: is_known,
        finished,
    };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        // Proxies of the nginx kind would collect the events.
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(stream::unfold(stream, async |mut stream| {
            let piece = stream.piece().await?;
            Some((Ok::<Bytes, std::convert::Infallible>(piece.into()), stream))
        })))
}

struct Stream {
    app: std::sync::Arc<App>,
    id: ScanId,
    watch: Watch,
    /// The messages of other instances about it.
    elsewhere: Option<ScanWatch>,
    /// The progress that was last sent to the client: messages of other instances may come late.
    percent: u8,
    stopping: watch::Receiver<bool>,
    /// The id of the state that was last sent to the client.
    sent: Option<String>,
    next: Option<ScanState>,
    heartbeat: Instant,
    begun: bool,
    ended: bool,
    /// The client knows that the scan is complete.
    completed: bool,
    /// Changes whenever a text of a language model was finished.
    finished: watch::Receiver<u64>,
}

impl Stream {
    /// The next piece to send; `None` at the end.
    async fn piece(&mut self) -> Option<String> {
        if self.ended {
            return None;
        }
        if !self.begun {
            self.begun = true;
            return Some(RETRY.to_owned());
        }
        if self.completed {
            return self.explanation().await;
        }
        loop {
            if let Some(state) = self.next.take() {
                self.completed = state.status == ScanStatus::Completed;
                self.ended = state.status.is_final() && !self.completed;
                let id = state.id();
                if self.sent.as_deref() != Some(id.as_str()) {
                    self.sent = Some(id);
                    self.percent = state.progress;
                    self.heartbeat = Instant::now() + HEARTBEAT;
                    return Some(state.event(self.id.as_str()));
                }
                if state.status.is_final() {
                    return None;
                }
            }
            if *self.stopping.borrow_and_update() {
                self.ended = true;
                return Some(format!(": the service is restarting\n{RETRY}"));
            }
            tokio::select! {
                changed = self.watch.changes.changed() => {
                    // The sender lives as long as this watch.
                    if changed.is_ok() {
                        self.next = self.watch.changes.borrow_and_update().clone();
                    }
                }
                heard = hear(&mut self.elsewhere) => match heard {
                    RelayEvent::Message(text) => self.next = self.news(&text),
                    RelayEvent::Gap => self.next = self.row().await,
                },
                _ = self.stopping.changed() => {}
                () = tokio::time::sleep_until(self.heartbeat) => {
                    self.heartbeat = Instant::now() + HEARTBEAT;
                    // Another process may have changed the scan.
                    self.next = self.row().await;
                    if self.next.is_some() {
                        continue;
                    }
                    return Some(": still here\n\n".to_owned());
                }
            }
        }
    }

    /// After `completed`: waits for the text of a language model, where one was requested. `None` at the end.
    async fn explanation(&mut self) -> Option<String> {
        loop {
            self.finished.borrow_and_update();
            let (state, failure) = explanation(&self.app, &self.id).await?;
            if state.is_final() {
                self.ended = true;
                return Some(explanation_event(self.id.as_str(), state, failure.as_deref()));
            }
            if *self.stopping.borrow_and_update() {
                self.ended = true;
                return Some(format!(": the service is restarting\n{RETRY}"));
            }
            tokio::select! {
                _ = self.finished.changed() => {}
                _ = self.stopping.changed() => {}
                () = tokio::time::sleep_until(self.heartbeat) => {
                    self.heartbeat = Instant::now() + HEARTBEAT;
                    return Some(": still here\n\n".to_owned());
                }
            }
        }
    }

    /// The state of the row, where it was not sent yet. An unavailable store is no reason to end the stream.
    async fn row(&self) -> Option<ScanState> {
        let state = match self.app.store.find(&self.id).await.ok()? {
            Some(scan) => {
                self.app.scans.track(&self.id, scan.status);
                ScanState::of(&scan)
            }
            // It was deleted, which the client sees as a cancellation.
            None => ScanState::new(ScanStatus::Cancelled),
        };
        Some(state).filter(|state| self.sent.as_deref() != Some(state.id().as_str()))
    }

    /// The state in another instance's message, where it is not older than the client's.
    fn news(&self, text: &str) -> Option<ScanState> {
        let state = self.app.scans.events.relay()?.read(text)?;
        (state.status != ScanStatus::Processing || state.progress >= self.percent).then_some(state)
    }
}

/// The state of the text about the whole report; `None` where none was requested, or the store is unavailable.
async fn explanation(app: &App, id: &ScanId) -> Option<(ExplanationState, Option<String>)> {
    let rows = app.store.explanations_of(id, Utc::now()).await.ok()?;
    let whole = ExplanationTarget::Repository.to_text();
    let row = rows.into_iter().find(|row| row.target == whole)?;
    Some((row.state, row.failure))
}

/// Waits for ever where there are no other instances.
async fn hear(elsewhere: &mut Option<ScanWatch>) -> RelayEvent {
    match elsewhere {
        Some(watch) => watch.next().await,
        None => std::future::pending().await,
    }
}
