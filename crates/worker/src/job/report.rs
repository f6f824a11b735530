//! The bodies of `PUT /api/scan/{id}/status`, compressed.

use bytes::Bytes;
use repolens_core::job::StatusReport;
use repolens_core::{FailureCode, ScanStatus};

use crate::failed::Failed;
use crate::git::Cloned;

/// The body that carries a finished report. Made on another thread: compressing tens of megabytes takes a while.
///
/// # Errors
/// The report is no JSON.
pub(super) async fn completed(report: Vec<u8>, cloned: Cloned) -> Result<Bytes, Failed> {
    let fault = |text: String| {
        let cause = format!("failed to encode the report: {text}");
        Failed::new(FailureCode::AnalysisCrashed, cause)
    };
    let body = tokio::task::spawn_blocking(move || {
        let results = serde_json::from_slice(&report)?;
        encode(&StatusReport {
            results: Some(results),
            branch: Some(cloned.branch),
            branch_note: cloned.branch_note,
            commit_sha: Some(cloned.commit),
            ..blank(ScanStatus::Completed)
        })
    });
    match body.await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) => Err(fault(error.to_string())),
        Err(error) => Err(fault(error.to_string())),
    }
}

/// The body that reports a failure; with the branch and the commit where the clone succeeded.
pub(super) fn failed(failed: &Failed, cloned: Option<&Cloned>) -> Result<Bytes, serde_json::Error> {
    encode(&StatusReport {
        error: Some(failed.sentence().to_owned()),
        error_code: Some(failed.code),
        branch: cloned.map(|cloned| cloned.branch.clone()),
        commit_sha: cloned.map(|cloned| cloned.commit.clone()),
        ..blank(ScanStatus::Failed)
    })
}

pub(super) fn without_result(status: ScanStatus) -> Result<Bytes, serde_json::Error> {
    encode(&blank(status))
}

fn encode(report: &StatusReport<'_>) -> Result<Bytes, serde_json::Error> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    serde_json::to_writer(&mut gzip, report)?;
    gzip.finish().map(Into::into).map_err(serde_json::Error::io)
}

fn blank(status: ScanStatus) -> StatusReport<'static> {
    StatusReport {
        status,
        results: None,
        error: None,
        error_code: None,
        progress: None,
        stage: None,
        branch: None,
        branch_note: None,
        commit_sha: None,
    }
}
