//! Server-sent events.

use nix::sys::signal::Signal;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{Api, DEADLINE, Database};

crate::both! {
    a_scan_is_watched,
    a_cancel_is_seen,
    a_silent_stream_is_kept_alive,
    a_scan_that_is_gone_has_no_stream,
    streams_end_when_the_service_does,
}

/// Another instance that this one does not hear deletes the scan.
async fn a_scan_that_is_gone_has_no_stream(database: Database) {
    let api = Api::start(&database);
    let id = api.submit().await;
    let mut stream = Stream::open(&api, &id, None).await;
    stream.expect("queued").await;
    database.run(&format!("DELETE FROM scans WHERE id = '{id}'")).await;
    // With the next look at the row, in place of a heartbeat.
    let end = async {
        stream.expect("cancelled").await;
        assert!(stream.next().await.is_none());
    };
    tokio::time::timeout(DEADLINE, end).await.expect("the stream ends");
}

/// An open stream of events.
struct Stream {
    response: Response,
    /// What came and was not looked at yet, and all that came.
    rest: String,
    seen: String,
}

#[derive(Debug)]
struct Event {
    id: String,
    name: String,
    data: Value,
}

impl Stream {
    async fn open(api: &Api, id: &str, last: Option<&str>) -> Self {
        let mut request = api.request(Method::GET, &format!("/api/scan/{id}/events"));
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last);
        }
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-cache");
        Self {
            response,
            rest: String::new(),
            seen: String::new(),
        }
    }

    /// The next event; `None` at the end of the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some((block, rest)) = self.rest.split_once("\n\n") {
                let field = |name: &str| {
                    block
                        .lines()
                        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
                        .map(str::to_owned)
                };
                let event = field("event").map(|name| Event {
                    id: field("id").expect("an id"),
                    name,
                    data: serde_json::from_str(&field("data").expect("data")).expect("JSON"),
                });
                self.rest = rest.to_owned();
                if event.is_some() {
                    return event;
                }
            }
            self.more().await?;
        }
    }

    /// Reads on; `None` at the end of the stream.
    async fn more(&mut self) -> Option<()> {
        let piece = tokio::time::timeout(DEADLINE, self.response.chunk())
            .await
            .expect("in time")
            .expect("sound");
        let piece = piece?;
        let text = std::str::from_utf8(&piece).expect("UTF-8");
        self.rest.push_str(text);
        self.seen.push_str(text);
        Some(())
    }

    /// The next block, which is a comment.
    async fn heartbeat(&mut self) -> bool {
        while !self.rest.contains("\n\n") {
            self.more().await.expect("the stream goes on");
        }
        let (block, rest) = self.rest.split_once("\n\n").expect("it was looked for");
        let comment = block.starts_with(':');
        self.rest = rest.to_owned();
        comment
    }

    async fn expect(&mut self, name: &str) -> Event {
        let event = self.next().await.expect(name);
        assert_eq!(event.name, name, "{event:?}");
        event
    }
}

async fn a_scan_is_watched(database: Database) {
    let api = Api::start(&database);
    let id = api.submit().await;
    let mut stream = Stream::open(&api, &id, None).await;
    assert_eq!(stream.expect("queued").await.data["scanId"], json!(id));
    let (_, lease) = api.claim().await;
    assert_eq!(stream.expect("progress").await.data["progress"], 0);
    let beat = async |progress: u8, stage: &str| {
        let body = json!({ "leaseToken": lease, "progress": progress, "stage": stage });
        assert_eq!(api.work(&format!("/api/worker/jobs/{id}/heartbeat"), body).await.0, 200);
    };
    beat(10, "clone").await;
    let event = stream.expect("progress").await;
    assert_eq!(
        (&event.data["progress"], &event.data["stage"]),
        (&json!(10), &json!("clone"))
    );
    assert!(event.data["message"].is_string());

    // Another one comes later and is told where it is; one that has seen this is not told again.
    let mut late = Stream::open(&api, &id, None).await;
    assert_eq!(late.expect("progress").await.id, event.id);
    let mut again = Stream::open(&api, &id, Some(&event.id)).await;
    beat(60, "parse").await;
    for stream in [&mut stream, &mut late, &mut again] {
        assert_eq!(stream.expect("progress").await.data["progress"], 60);
    }
    api.report(&id, &lease, json!({ "status": "failed", "errorCode": "clone-failed" }))
        .await;
    let mut last = String::new();
    for stream in [&mut stream, &mut late, &mut again] {
        let event = stream.expect("failed").await;
        assert_eq!(event.data["errorCode"], "clone-failed");
        assert_eq!(event.data["errorKind"], "transient");
        assert!(stream.next().await.is_none(), "the stream ends with the scan");
        last = event.id;
    }
    // A browser comes back by itself, and is told not to.
    let back = api
        .request(Method::GET, &format!("/api/scan/{id}/events"))
        .header("Last-Event-ID", last)
        .send()
        .await
        .expect("an answer");
    assert_eq!(back.status(), 204);
    let mut afterwards = Stream::open(&api, &id, None).await;
    afterwards.expect("failed").await;
    assert!(afterwards.next().await.is_none());
    assert_eq!(api.get("/api/scan/nothing/events").await.0, 404);
}

async fn a_cancel_is_seen(database: Database) {
    let api = Api::start(&database);
    let (queued, token) = api.submit_to_cancel().await;
    let mut stream = Stream::open(&api, &queued, None).await;
    stream.expect("queued").await;
    assert_eq!(api.post(&format!("/api/scan/{queued}/cancel"), token).await.0, 202);
    stream.expect("cancelled").await;

    let (running, token) = api.submit_to_cancel().await;
    let (_, lease) = api.claim().await;
    let mut stream = Stream::open(&api, &running, None).await;
    stream.expect("progress").await;
    let (status, answer) = api.post(&format!("/api/scan/{running}/cancel"), token.clone()).await;
    assert_eq!((status.as_u16(), &answer["status"]), (202, &json!("processing")));
    let beat = json!({ "leaseToken": lease });
    let (_, told) = api.work(&format!("/api/worker/jobs/{running}/heartbeat"), beat).await;
    assert_eq!(told["cancel"], true);
    api.report(&running, &lease, json!({ "status": "cancelled" })).await;
    stream.expect("cancelled").await;
    let (status, _) = api.post(&format!("/api/scan/{running}/cancel"), token).await;
    assert_eq!(status, 202, "again is harmless");
}

/// A comment comes where nothing happens, and what another process changed meanwhile is seen with it.
async fn a_silent_stream_is_kept_alive(database: Database) {
    let api = Api::start(&database);
    let id = api.submit().await;
    let mut stream = Stream::open(&api, &id, None).await;
    stream.expect("queued").await;
    assert!(stream.heartbeat().await, "a comment");
    database.run("UPDATE scans SET status = 'CANCELLED'").await;
    stream.expect("cancelled").await;
    assert!(stream.next().await.is_none());
}

async fn streams_end_when_the_service_does(database: Database) {
    let mut api = Api::start(&database);
    let id = api.submit().await;
    let mut streams = Vec::new();
    for _ in 0..20 {
        let mut stream = Stream::open(&api, &id, None).await;
        stream.expect("queued").await;
        streams.push(stream);
    }
    let (status, problem) = api.get(&format!("/api/scan/{id}/events")).await;
    assert_eq!(status, 429, "{problem}");
    api.signal(Signal::SIGTERM);
    for mut stream in streams {
        assert!(stream.next().await.is_none(), "it ends, and no event is made up");
        assert!(
            stream.seen.ends_with(": the service is restarting\nretry: 2000\n\n"),
            "{}",
            stream.seen
        );
    }
    assert_eq!(api.wait().code(), Some(0));
}
