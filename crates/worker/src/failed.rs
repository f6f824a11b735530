//! Why a job failed: the code that is stored and shown, and the cause that only the log sees.

use std::fmt;

use repolens_core::FailureCode;

/// The end of a job that did not work.
#[derive(Debug)]
pub struct Failed {
    pub code: FailureCode,
    /// For the log only: it may hold text of a stranger's server or of git.
    pub cause: String,
}

impl Failed {
    pub fn new(code: FailureCode, cause: impl Into<String>) -> Self {
        Self {
            code,
            cause: cause.into(),
        }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.cause)
    }
}

impl std::error::Error for Failed {}
