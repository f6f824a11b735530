//! Calls about texts that a language model writes.

use std::time::Duration;

use repolens_core::explanation::{ExplanationClaim, ExplanationJob, ExplanationRequest, ExplanationResult};
use repolens_core::job::{LEASE_HEADER, MAX_REPORT_BYTES};
use repolens_core::{LeaseToken, ScanId, error_chain};
use reqwest::{Method, StatusCode};

use super::{ANSWER_TIMEOUT, ApiClient, CallError, REPORT_TIMEOUT};

/// A scan does not wait longer to have its text requested.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(2);

impl ApiClient {
    /// Requests the text about a scan, unless there is one.
    ///
    /// # Errors
    /// As [`CallError`].
    pub async fn request_explanation(&self, scan: &ScanId) -> Result<(), CallError> {
        let body = ExplanationRequest { scan_id: scan.clone() };
        let request = self.post("/api/worker/explanations", &body);
        self.send(request.timeout(REQUEST_TIMEOUT)).await.map(drop)
    }

    /// Claims the next text that is to be written, waiting for up to `wait`.
    ///
    /// # Errors
    /// As [`CallError`].
    pub async fn claim_explanation(
        &self,
        token: &LeaseToken,
        lease: Duration,
        wait: Duration,
    ) -> Result<Option<ExplanationJob>, CallError> {
        let millis = |length: Duration| u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
        let body = ExplanationClaim {
            worker_id: self.worker_id.clone(),
            wait_ms: millis(wait),
            lease_ms: millis(lease),
        };
        let request = self
            .post("/api/worker/explanations/claim", &body)
            .header(LEASE_HEADER, token.as_str())
            .timeout(wait + ANSWER_TIMEOUT);
        let response = self.send(request).await?;
        if response.status() == StatusCode::NO_CONTENT {
            return Ok(None);
        }
        self.read(response).await.map(Some)
    }

    /// The report that a text is to be written about, as JSON.
    ///
    /// # Errors
    /// As [`CallError`].
    pub async fn explained_report(&self, id: &str, token: &LeaseToken) -> Result<Vec<u8>, CallError> {
        let request = self
            .request(Method::GET, &format!("/api/worker/explanations/{id}/report"))
            .header(LEASE_HEADER, token.as_str())
            .timeout(REPORT_TIMEOUT);
        let mut response = self.send(request).await?;
        let mut report = Vec::new();
        let broken = |error: reqwest::Error| CallError::Unavailable(error_chain(&error.without_url()));
        while let Some(piece) = response.chunk().await.map_err(broken)? {
            if report.len() + piece.len() > MAX_REPORT_BYTES {
                return Err(CallError::TooLarge);
            }
            report.extend_from_slice(&piece);
        }
        Ok(report)
    }

    /// Delivers a text, or why there is none.
    ///
    /// # Errors
    /// As [`CallError`].
    pub async fn explanation_result(
        &self,
        id: &str,
        token: &LeaseToken,
        result: &ExplanationResult,
        within: Duration,
    ) -> Result<(), CallError> {
        let request = self
            .request(Method::PUT, &format!("/api/worker/explanations/{id}"))
            .json(result)
            .header(LEASE_HEADER, token.as_str())
            .timeout(within);
        self.send(request).await.map(drop)
    }
}
