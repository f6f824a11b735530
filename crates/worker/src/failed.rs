//! Why a job failed: the code that is stored and shown, the sentence that people read, and the cause for the log.

use std::borrow::Cow;
use std::fmt;

use repolens_core::FailureCode;

/// The failure of a job.
#[derive(Debug)]
pub struct Failed {
    pub code: FailureCode,
    /// A sentence that is more precise than the one of the code. It never holds text of a remote server.
    sentence: Option<Cow<'static, str>>,
    /// For the log only: it may hold text of a stranger's server or of git.
    pub cause: String,
}

impl Failed {
    pub fn new(code: FailureCode, cause: impl Into<String>) -> Self {
        Self {
            code,
            sentence: None,
            cause: cause.into(),
        }
    }

    /// With a sentence for people that is more precise than that of the code.
    #[must_use]
    pub fn explained(self, sentence: impl Into<Cow<'static, str>>) -> Self {
        Self {
            sentence: Some(sentence.into()),
            ..self
        }
    }

    /// The sentence for people.
    #[must_use]
    pub fn sentence(&self) -> &str {
        self.sentence.as_deref().unwrap_or_else(|| self.code.sentence())
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.cause)
    }
}

impl std::error::Error for Failed {}
