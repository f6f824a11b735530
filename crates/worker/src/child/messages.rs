//! The lines that the analysis child writes to stderr: one JSON object a line.
//!
//! `{"progress":{"stage":"parse","done":120,"total":6800}}` is how far it is, `{"file":{"thread":1,"path":"a.js"}}` the file
//! that it is about to parse; the same without `path` means that the file is done. Any other line is of a process that
//! dies.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};

use crate::progress::Progress;

/// One line. `Confined` comes first: how far the kernel confines the process (`analyze/confine.rs`).
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

/// The messages that were read so far.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// The file that each thread parses.
    in_flight: BTreeMap<usize, String>,
    /// The stage that it reported last.
    stage: String,
    /// All other lines.
    pub other_lines: String,
}

/// The files and stages in progress when the child ended.
#[derive(Debug, Default)]
pub(super) struct Suspects {
    /// Files that were being parsed, where it named them.
    pub files: Vec<String>,
    /// The stage after parsing.
    pub stage: Option<String>,
}

/// Paths are at most 4,096 bytes, which JSON can make six times as long.
const MAX_LINE_BYTES: u64 = 32 * 1024;
const MAX_OTHER_BYTES: usize = 2 * 1024;

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
                Ok(Message::Progress { stage, done, total }) => {
                    progress.analyzing(&stage, done, total);
                    self.stage = stage;
                }
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
                Err(_) => self.keep(&String::from_utf8_lossy(&line)),
            }
        }
    }

    fn keep(&mut self, line: &str) {
        let free = MAX_OTHER_BYTES.saturating_sub(self.other_lines.len());
        self.other_lines.push_str(&line[..line.floor_char_boundary(free)]);
    }

    /// The files or stages that may have ended the child.
    pub(super) fn suspects(self) -> Suspects {
        Suspects {
            files: self.in_flight.into_values().collect(),
            // A name goes on the command line of the next child.
            stage: Some(self.stage).filter(|stage| {
                let is_name = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
                stage != "parse" && !stage.is_empty() && stage.len() <= 64 && stage.bytes().all(is_name)
            }),
        }
    }
}
