//! Reports of many megabytes: stored, served, or refused for their size, in a memory that has a bound.

use std::fmt::Write as _;
use std::io::{Read as _, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, ETAG, IF_NONE_MATCH};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::deployment::{Deployment, Process, TOKEN};
use crate::form;

const MIB: usize = 1 << 20;

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

/// The body of a worker's report. Not made smaller: the time for that would be the test's.
fn completed(report: &str) -> Vec<u8> {
    let mut body = GzEncoder::new(Vec::new(), Compression::none());
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
            .send()
            .await;
        sent.expect("the API answers").status()
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

/// The most memory of the API while `work` is done, in MiB; and how much of it came with the work.
async fn peak<T>(api: &Process, work: impl Future<Output = T>) -> (T, u64, u64) {
    let before = api.forget_peak_memory() >> 20;
    let done = work.await;
    let most = api.peak_memory() >> 20;
    (done, most, most.saturating_sub(before))
}

#[tokio::test]
async fn a_large_report_is_stored_and_served_in_a_bounded_memory() {
    let size = if form::is_long() { 40 } else { 8 };
    let what = format!("a report of {size} MiB");
    let report = report_of(size * MIB);
    let body = completed(&report);
    let deployment = Deployment::on_postgres().await;
    let api = deployment.api().await;
    let job = Job::take(&deployment).await;
    let (status, most, storing) = peak(&api, job.report(body)).await;
    assert_eq!(status, StatusCode::OK);
    form::report(
        &format!("{what} stored"),
        format!("the API took {most} MiB, {storing} of them for it"),
    );

    let (gzip, most, serving) = peak(&api, async {
        let gzip = results(&deployment, &job.id, "gzip", None).await;
        assert_eq!(header(&gzip, CONTENT_ENCODING), "gzip");
        (header(&gzip, ETAG), gzip.bytes().await.expect("the whole body"))
    })
    .await;
    form::report(
        &format!("{what} served"),
        format!("the API took {most} MiB, {serving} of them for it"),
    );
    let (tag, gzip) = gzip;
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
    let ((), most, serving) = peak(&api, async {
        let mut slow = Vec::new();
        for _ in 0..20 {
            let mut answer = results(&deployment, &job.id, "gzip", None).await;
            let first = answer.chunk().await.expect("a body").expect("its first bytes");
            slow.push((first.len(), answer));
        }
        for (first, answer) in slow {
            assert_eq!(first + answer.bytes().await.expect("the rest").len(), gzip.len());
        }
    })
    .await;
    form::report(
        &format!("{what} read by 20 slow readers"),
        format!("the API took {most} MiB, {serving} of them for it"),
    );
}

#[tokio::test]
async fn a_report_over_the_limit_is_refused_and_the_scan_ends_with_its_reason() {
    let deployment = Deployment::on_postgres().await;
    let api = deployment.api().await;
    let body = completed(&format!("{{\"text\":\"{}\"}}", " ".repeat(51 * MIB)));
    let job = Job::take(&deployment).await;
    let (status, most, taken) = peak(&api, job.report(body)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    form::report(
        "a report over the limit refused",
        format!("the API took {most} MiB, {taken} of them for it"),
    );
    assert_eq!(
        deployment.scan(&job.id).await["status"],
        "processing",
        "it is the worker's to say"
    );
}
