//! The state of a scan in its event stream.

use repolens_core::store::Scan;
use repolens_core::{FailureCode, ScanStatus};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The state of a scan as a watcher receives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanState {
    pub status: ScanStatus,
    pub progress: u8,
    pub stage: Option<String>,
    pub error: Option<String>,
    pub error_code: Option<String>,
}

impl ScanState {
    pub fn of(scan: &Scan) -> Self {
        Self {
            status: scan.status,
            progress: u8::try_from(scan.progress).unwrap_or(0),
            stage: scan.stage.clone(),
            error: scan.error_message.clone(),
            error_code: scan.error_code.clone(),
        }
    }

    /// A status without details.
    pub fn new(status: ScanStatus) -> Self {
        Self {
            status,
            progress: if status == ScanStatus::Completed { 100 } else { 0 },
            stage: None,
            error: None,
            error_code: None,
        }
    }

    /// The name of the event.
    fn name(&self) -> &'static str {
        match self.status {
            ScanStatus::Processing => "progress",
            status => status.wire(),
        }
    }

    /// States with the same id are the same to a watcher, which does not receive the last one again.
    pub fn id(&self) -> String {
        if self.status != ScanStatus::Processing {
            return self.status.wire().to_owned();
        }
        let stage = self.stage.as_deref().unwrap_or("-");
        format!(
            "{}.{}.{}",
            self.status.wire(),
            self.progress,
            stage.replace(char::is_whitespace, "-")
        )
    }

    /// The event in the format of server-sent events.
    pub fn event(&self, scan_id: &str) -> String {
        let mut data =
            json!({ "scanId": scan_id, "status": self.status, "progress": self.progress, "stage": self.stage });
        match self.status {
            ScanStatus::Processing => {
                let stage = self.stage.as_deref().unwrap_or("start");
                data["message"] = format!("{stage}: {} %", self.progress).into();
            }
            ScanStatus::Failed => {
                data["error"] = self.error.as_deref().unwrap_or("The scan failed.").into();
                data["errorCode"] = self.error_code.as_deref().map_or(Value::Null, Value::from);
                let kind = self.error_code.as_deref().and_then(FailureCode::kind_of);
                data["errorKind"] = kind.map_or(Value::Null, |kind| kind.wire().into());
            }
            _ => {}
        }
        format!("id: {}\nevent: {}\ndata: {data}\n\n", self.id(), self.name())
    }
}
