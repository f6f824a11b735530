//! Reports of many megabytes: stored, served, or refused for their size, in a memory that has a bound.

use std::fmt::Write as _;
use std::io::{Read as _, Write};
use std::time::Duration;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, ETAG, IF_NONE_MATCH};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::deployment::{Deployment, Process, TOKEN};
use repolens_testkit::size;

use crate::form;

const MIB: usize = 1 << 20;

/// Room for what allocators keep and connections need, in MiB.
const FOR_THE_REST: u64 = 32;

const READERS: u64 = 20;

/// A report of at least so many bytes, as JSON, which compresses about as well as random digits do.
fn report_of(bytes: usize) -> String {
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut text = String::with_capacity(bytes + 200);
    text.push_str("{\"files\":[\"\"");
    while text.len() < bytes {
        text.push_str(",\"");
        for _ in 0..8 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            write!(text, "{state:016x}").expect("to memory");
        }
        text.push('"');
    }
    text.push_str("]}");
    text
}

/// The body of a worker's report, as the worker compresses it.
fn completed(report: &str) -> Vec<u8> {
    let mut body = GzEncoder::new(Vec::new(), Compression::fast());
    write!(body, "{{\"status\":\"completed\",\"results\":{report}}}").expect("to memory");
    body.finish().expect("to memory")
}

struct Job<'a> {
    deployment: &'a Deployment,
    id: String,
    lease: String,
}

impl<'a> Job<'a> {
    async fn take(deployment: &'a Deployment) -> Self {
        let id = deployment.submit("http://127.0.0.1:1/large.git").await;
        let claim: Value = deployment
            .http
            .post(deployment.url("/api/worker/claim"))
            .bearer_auth(TOKEN)
            .json(&json!({ "workerId": "w", "scanId": id }))
            .send()
            .await
            .expect("the API answers")
            .json()
            .await
            .expect("JSON");
        let lease = claim["leaseToken"].as_str().expect("a lease").to_owned();
        Self { deployment, id, lease }
    }

    /// `body` is compressed by gzip.
    async fn report(&self, body: Vec<u8>) -> StatusCode {
        let sent = self
            .deployment
            .http
            .put(self.deployment.url(&format!("/api/scan/{}/status", self.id)))
            .bearer_auth(TOKEN)
            .header("X-Lease-Token", &self.lease)
            .header("Content-Type", "application/json")
            .header(CONTENT_ENCODING, "gzip")
            .body(body)
            .send();
        tokio::select! {
            sent = sent => sent.expect("the API answers").status(),
            () = self.keep() => unreachable!("it goes on until it is dropped"),
        }
    }

    /// Heartbeats, as a worker sends them.
    async fn keep(&self) {
        loop {
            let beat = self
                .deployment
                .http
                .post(self.deployment.url(&format!("/api/worker/jobs/{}/heartbeat", self.id)))
                .bearer_auth(TOKEN)
                .json(&json!({ "leaseToken": self.lease }));
            beat.send().await.expect("the API answers");
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    }
}

async fn results(deployment: &Deployment, id: &str, encoding: &str, known: Option<&str>) -> Response {
    // The bytes as they come, and not what the library makes of them.
    let http = reqwest::Client::builder().no_gzip().build().expect("a client");
    let mut request = http
        .get(deployment.url(&format!("/api/scan/{id}/results")))
        .header(ACCEPT_ENCODING, encoding);
    if let Some(tag) = known {
        request = request.header(IF_NONE_MATCH, tag);
    }
    request.send().await.expect("the API answers")
}

fn header(response: &Response, name: impl reqwest::header::AsHeaderName) -> String {
    let value = response.headers().get(name).map(|value| value.to_str().expect("ASCII"));
    value.unwrap_or_default().to_owned()
}

/// Tells the most memory that the API had while `work` was done; how much of it came with the work, in MiB.
async fn memory_for<T>(api: &Process, what: &str, work: impl Future<Output = T>) -> (T, u64) {
    let before = api.forget_peak_memory() >> 20;
    let done = work.await;
    let most = api.peak_memory() >> 20;
    let taken = most.saturating_sub(before);
    let after = api.forget_peak_memory() >> 20;
    form::report(
        what,
        format!("the API took {most} MiB, {taken} of them for it; afterwards it has {after} MiB"),
    );
    (done, taken)
}

#[tokio::test]
async fn a_large_report_is_stored_and_served_in_a_bounded_memory() {
    let size = if size::is_full() { 40 } else { 8 };
    let what = format!("a report of {size} MiB");
    let report = report_of(size as usize * MIB);
    let body = completed(&report);
    let deployment = Deployment::on_postgres().await;
    let api = deployment.api().await;
    let job = Job::take(&deployment).await;
    let (status, taken) = memory_for(&api, &format!("{what} stored"), job.report(body.clone())).await;
    assert_eq!(status, StatusCode::OK);
    assert!(taken < 4 * size + FOR_THE_REST, "{taken} MiB");

    let ((tag, gzip), taken) = memory_for(&api, &format!("{what} served"), async {
        let gzip = results(&deployment, &job.id, "gzip", None).await;
        assert_eq!(header(&gzip, CONTENT_ENCODING), "gzip");
        (header(&gzip, ETAG), gzip.bytes().await.expect("the whole body"))
    })
    .await;
    assert!(taken < FOR_THE_REST, "{taken} MiB");
    let mut plain = Vec::new();
    GzDecoder::new(&gzip[..]).read_to_end(&mut plain).expect("gzip");
    let inside = plain
        .windows(64)
        .position(|window| window == &report.as_bytes()[..64])
        .expect("it is there");
    assert!(
        plain[inside..plain.len() - 1] == *report.as_bytes(),
        "what is served is what was reported"
    );
    let again = results(&deployment, &job.id, "gzip", Some(&tag)).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    let identity = results(&deployment, &job.id, "identity", None).await;
    assert_eq!(header(&identity, CONTENT_ENCODING), "");
    assert!(
        identity.bytes().await.expect("the whole body") == plain,
        "the same without gzip"
    );

    // Many at a time, all of them slow: none has read its answer when the last one has its first byte.
    let ((), taken) = memory_for(&api, &format!("{what} read by {READERS} slow readers"), async {
        let mut slow = Vec::new();
        for _ in 0..READERS {
            let mut answer = results(&deployment, &job.id, "gzip", None).await;
            let first = answer.chunk().await.expect("a body").expect("its first bytes");
            slow.push((first.len(), answer));
        }
        for (first, answer) in slow {
            assert_eq!(first + answer.bytes().await.expect("the rest").len(), gzip.len());
        }
    })
    .await;
    assert!(taken < 2 * READERS + FOR_THE_REST, "{taken} MiB");

    let mut jobs = Vec::new();
    for _ in 0..4 {
        jobs.push(Job::take(&deployment).await);
    }
    let reports = jobs.iter().map(|job| job.report(body.clone()));
    let all = futures_util::future::join_all(reports);
    let (statuses, taken) = memory_for(&api, &format!("{what} of four workers at once"), all).await;
    assert_eq!(statuses, [StatusCode::OK; 4]);
    // The bodies of those that wait, about half as large, and one that is stored.
    assert!(taken < 6 * size + FOR_THE_REST, "{taken} MiB");
}

#[tokio::test]
async fn a_report_over_the_limit_is_refused_and_the_scan_ends_with_its_reason() {
    let deployment = Deployment::on_postgres().await;
    let api = deployment.api().await;
    let body = completed(&format!("{{\"text\":\"{}\"}}", " ".repeat(51 * MIB)));
    let job = Job::take(&deployment).await;
    let (status, taken) = memory_for(&api, "a report over the limit refused", job.report(body)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(taken < 2 * 51 + FOR_THE_REST, "{taken} MiB");
    // The worker says why.
    let told = br#"{"status":"failed","errorCode":"report-too-large"}"#;
    let mut body = GzEncoder::new(Vec::new(), Compression::fast());
    body.write_all(told).expect("to memory");
    assert_eq!(job.report(body.finish().expect("to memory")).await, StatusCode::OK);
    let scan = deployment.scan(&job.id).await;
    assert_eq!(
        (&scan["status"], &scan["errorCode"]),
        (&json!("failed"), &json!("report-too-large"))
    );
    assert!(scan["error"].is_string(), "{scan}");
}
