//! What the analysis child writes to stderr: one JSON object a line.
//!
//! `{"progress":{"stage":"parse","done":120,"total":6800}}` tells how far it is, `{"file":{"thread":1,"path":"a.js"}}` what
//! it is about to parse, and the same without `path` that it is done with it. Any other line is the last word of a
//! process that dies.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};

use crate::job::Progress;

/// One line. `Confined` comes first and tells how far the kernel helped (`analyze/confine.rs`).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Message {
    Progress {
        stage: String,
        done: u64,
        total: u64,
    },
    Confined {
        files: String,
        calls: bool,
    },
    File {
        thread: usize,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path: Option<String>,
    },
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// The file that each thread is at.
    in_flight: BTreeMap<usize, String>,
    /// Its last words.
    pub last_words: String,
}

/// Paths are at most 4,096 bytes, which JSON can make six times as long.
const MAX_LINE_BYTES: u64 = 32 * 1024;
const MAX_LAST_WORDS: usize = 2 * 1024;

impl Messages {
    pub(super) async fn read(&mut self, pipe: impl AsyncRead + Unpin, progress: &Progress) -> io::Result<()> {
        let mut reader = BufReader::new(pipe);
        let mut line = Vec::new();
        loop {
            line.clear();
            if (&mut reader).take(MAX_LINE_BYTES).read_until(b'\n', &mut line).await? == 0 {
                return Ok(());
            }
            match serde_json::from_slice(&line) {
                Ok(Message::Progress { stage, done, total }) => progress.analysing(&stage, done, total),
                Ok(Message::Confined { files, calls }) => tracing::debug!(files, calls, "the analysis is confined"),
                Ok(Message::File {
                    thread,
                    path: Some(path),
                }) => {
                    self.in_flight.insert(thread, path);
                }
                Ok(Message::File { thread, path: None }) => {
                    self.in_flight.remove(&thread);
                }
                Err(_) => self.hear(&String::from_utf8_lossy(&line)),
            }
        }
    }

    fn hear(&mut self, words: &str) {
        let room = MAX_LAST_WORDS.saturating_sub(self.last_words.len());
        self.last_words.push_str(&words[..words.floor_char_boundary(room)]);
    }

    pub(super) fn in_flight(self) -> Vec<String> {
        self.in_flight.into_values().collect()
    }
}
