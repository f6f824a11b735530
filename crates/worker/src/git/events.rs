//! The errors that git reports as structured events (`GIT_TRACE2_EVENT`).
//!
//! On stderr, text of the server can imitate git's own: an `ERR` packet with a line feed in it becomes a line that
//! begins with `fatal:`. An event carries the format string of the message, which is git's own, apart from the arguments.

use serde::Deserialize;

/// One call of git's `error()`, `die()` or `warning()`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct GitError {
    /// `unable to access '%s': %s`. The description of a system's error number is part of it.
    #[serde(rename = "fmt")]
    pub format: String,
    /// The whole message. Its arguments may be text of the server.
    #[serde(rename = "msg")]
    pub message: String,
}

impl GitError {
    /// curl's own message, in the only two messages of git that contain it.
    pub(super) fn of_curl(&self) -> Option<&str> {
        match self.format.as_str() {
            // An address holds no space, so the first `': ` ends it.
            "unable to access '%s': %s" => self.message.split_once("': ").map(|(_, words)| words),
            "RPC failed; %s" => self.message.strip_prefix("RPC failed; "),
            _ => None,
        }
    }
}

/// The errors among the events, one JSON object a line. The first line may be cut off.
pub(super) fn errors(events: &[u8]) -> Vec<GitError> {
    #[derive(Deserialize)]
    #[serde(tag = "event", rename_all = "snake_case")]
    enum Event {
        Error(GitError),
        #[serde(other)]
        Other,
    }
    events
        .split(|byte| *byte == b'\n')
        .filter_map(|line| match serde_json::from_str(&String::from_utf8_lossy(line)) {
            Ok(Event::Error(error)) => Some(error),
            Ok(Event::Other) | Err(_) => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_git_s_own_and_a_cut_line_is_left_out() {
        let events = b"sg\":\"cut\",\"fmt\":\"cut\"}\n\
            {\"event\":\"version\",\"evt\":\"3\",\"exe\":\"2.47.3\"}\n\
            {\"event\":\"error\",\"line\":64,\"msg\":\"remote error: x\\nfatal: \xff\",\"fmt\":\"remote error: %s\"}\n";
        let found = errors(events);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].format, "remote error: %s");
        assert_eq!(found[0].of_curl(), None);
    }

    #[test]
    fn the_words_of_curl_are_separated_from_the_address() {
        let error = |format: &str, message: &str| GitError {
            format: format.to_owned(),
            message: message.to_owned(),
        };
        let access = error(
            "unable to access '%s': %s",
            "unable to access 'http://h/a':b/': The requested URL returned error: 503",
        );
        assert_eq!(access.of_curl(), Some("The requested URL returned error: 503"));
        let rpc = error(
            "RPC failed; %s",
            "RPC failed; HTTP 403 curl 22 The requested URL returned error: 403",
        );
        assert!(rpc.of_curl().is_some_and(|words| words.starts_with("HTTP 403")));
    }
}
