//! Why a call to a provider failed, and what follows from it.

use std::time::Duration;

/// What failed. The names are counted in the metrics, by provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// No connection, or it broke.
    Connection,
    Timeout,
    /// The key was refused.
    Unauthorized,
    /// No credits are left, or the key has reached its cap.
    NoCredits,
    /// This account or country may not use the model.
    Forbidden,
    /// The provider refuses the text of the prompt or of the answer.
    Blocked,
    /// The model does not exist (any more).
    ModelGone,
    RateLimited,
    /// The quota of the day, or of this model, is used up.
    QuotaUsedUp,
    Overloaded,
    ServerError,
    BadRequest,
    ContextTooLong,
    /// The answer was cut off: by the limit of tokens, or because the connection ended.
    CutOff,
    AnswerTooLarge,
    Empty,
    BadJson,
    /// Fewer than [`crate::LEAST_SENTENCES`] sentences passed the check.
    Ungrounded,
}

impl Code {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Timeout => "timeout",
            Self::Unauthorized => "unauthorized",
            Self::NoCredits => "no-credits",
            Self::Forbidden => "forbidden",
            Self::Blocked => "blocked",
            Self::ModelGone => "model-gone",
            Self::RateLimited => "rate-limited",
            Self::QuotaUsedUp => "quota-used-up",
            Self::Overloaded => "overloaded",
            Self::ServerError => "server-error",
            Self::BadRequest => "bad-request",
            Self::ContextTooLong => "context-too-long",
            Self::CutOff => "cut-off",
            Self::AnswerTooLarge => "answer-too-large",
            Self::Empty => "empty",
            Self::BadJson => "bad-json",
            Self::Ungrounded => "ungrounded",
        }
    }

    /// All names, for the API: it counts no other.
    pub const NAMES: [&'static str; 18] = [
        "connection",
        "timeout",
        "unauthorized",
        "no-credits",
        "forbidden",
        "blocked",
        "model-gone",
        "rate-limited",
        "quota-used-up",
        "overloaded",
        "server-error",
        "bad-request",
        "context-too-long",
        "cut-off",
        "answer-too-large",
        "empty",
        "bad-json",
        "ungrounded",
    ];
}

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub code: Code,
    /// The delay after which a retry may succeed, by the provider.
    pub retry_after: Option<Duration>,
    /// For the log: never a key, at most 200 characters.
    pub cause: String,
}

/// The longest cause that is logged.
const LONGEST_CAUSE: usize = 200;

impl Failure {
    #[must_use]
    pub fn new(code: Code, cause: &str) -> Self {
        Self {
            code,
            retry_after: None,
            cause: crate::clean::line(cause, LONGEST_CAUSE),
        }
    }

    #[must_use]
    pub fn after(mut self, delay: Option<Duration>) -> Self {
        self.retry_after = delay;
        self
    }

    #[must_use]
    pub fn step(&self) -> Step {
        match self.code {
            Code::Unauthorized | Code::NoCredits => Step::NextProvider,
            Code::Connection | Code::Timeout | Code::Overloaded | Code::ServerError | Code::RateLimited => Step::Retry,
            Code::BadRequest => Step::Plainer,
            Code::ContextTooLong => Step::Shorter,
            Code::Blocked => Step::WithoutExcerpts,
            Code::BadJson => Step::Repair,
            Code::Forbidden
            | Code::ModelGone
            | Code::QuotaUsedUp
            | Code::CutOff
            | Code::AnswerTooLarge
            | Code::Empty
            | Code::Ungrounded => Step::NextModel,
        }
    }

    /// For how long the model is not tried again.
    #[must_use]
    pub fn pause(&self) -> Option<Duration> {
        const HOUR: Duration = Duration::from_secs(3_600);
        match self.code {
            Code::ModelGone => Some(24 * HOUR),
            Code::Unauthorized | Code::NoCredits | Code::Forbidden => Some(HOUR),
            Code::RateLimited | Code::QuotaUsedUp => Some(self.retry_after.unwrap_or(Duration::from_secs(60))),
            Code::Overloaded => self.retry_after,
            _ => None,
        }
    }
}

/// What to do after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The same again, after a delay, where the time allows it.
    Retry,
    /// Once without the schema of the answer, which not every server knows.
    Plainer,
    /// Once with half of the facts.
    Shorter,
    /// Once without text of the repository.
    WithoutExcerpts,
    /// Once with a request to repair the answer.
    Repair,
    NextModel,
    NextProvider,
}
