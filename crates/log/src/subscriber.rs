//! The `tracing` subscriber of the API and the worker: whole lines to stdout, each with the fields of its spans.

use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::os::fd::AsFd as _;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record as SpanRecord};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

use crate::{Level, LogFormat, Record, error_chain};

/// Why [`init`] failed.
#[derive(Debug)]
pub enum InitError {
    /// The filter is not in the syntax of `RUST_LOG`.
    Filter(String),
    /// Stdout could not be duplicated.
    Stdout(io::Error),
    /// Another subscriber was installed before.
    Installed,
}

impl fmt::Display for InitError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Filter(cause) => write!(
                formatter,
                "`LOG_LEVEL` is not a filter such as `info` or `info,hyper=warn`: {cause}"
            ),
            Self::Stdout(cause) => write!(formatter, "stdout cannot be used for the log: {cause}"),
            Self::Installed => formatter.write_str("the log was set up twice"),
        }
    }
}

impl std::error::Error for InitError {}

/// Installs the subscriber for the whole process, and a panic hook that logs a panic as one line.
///
/// `filter` has the syntax of `RUST_LOG`. Lines go to stdout, whole and redacted, with the fields of all spans around the
/// event, outermost first. A closed or stalled stdout never panics.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the place that writes the log to stdout"
)]
pub fn init(source: &'static str, format: LogFormat, filter: &str) -> Result<(), InitError> {
    let filter = EnvFilter::builder()
        .parse(filter)
        .map_err(|cause| InitError::Filter(cause.to_string()))?;
    let stdout = io::stdout().as_fd().try_clone_to_owned().map_err(InitError::Stdout)?;
    let format = if format == LogFormat::Pretty && !io::stdout().is_terminal() {
        LogFormat::Text
    } else {
        format
    };
    let lines = Lines {
        source,
        format,
        pid: std::process::id(),
        out: Mutex::new(File::from(stdout)),
    };
    let subscriber = tracing_subscriber::registry().with(filter).with(lines);
    tracing::subscriber::set_global_default(subscriber).map_err(|_| InitError::Installed)?;
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("no message");
        let location = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(location, "panicked: {message}");
    }));
    Ok(())
}

/// The layer that renders events.
struct Lines {
    source: &'static str,
    format: LogFormat,
    pid: u32,
    out: Mutex<File>,
}

/// Fields of a span or event in the order in which they were given; `message` is kept apart.
#[derive(Default)]
struct Fields {
    message: String,
    named: Vec<(&'static str, Value)>,
}

impl<S> Layer<S> for Lines
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &SpanRecord<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        if let Some(scope) = context.event_scope(event) {
            for span in scope.from_root() {
                if let Some(of_span) = span.extensions().get::<Fields>() {
                    for (key, value) in &of_span.named {
                        fields.put(key, value.clone());
                    }
                }
            }
        }
        event.record(&mut fields);
        let metadata = event.metadata();
        // The message of a line does not name the dependency that it comes from.
        if !metadata.target().starts_with("repolens") {
            fields.put("target", metadata.target().into());
        }
        let record = Record {
            time: SystemTime::now(),
            source: self.source,
            pid: self.pid,
            level: level_of(metadata),
            message: &fields.message,
            fields: &fields.named,
        };
        self.write(record.render(self.format).as_bytes());
    }
}

impl Lines {
    /// Writes one whole line. With stdout closed the line is lost: there is no other place to report it.
    #[expect(
        clippy::disallowed_methods,
        reason = "there is no event for a writable stdout without an event loop"
    )]
    fn write(&self, mut line: &[u8]) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        while !line.is_empty() {
            match out.write(line) {
                Ok(written) => line = &line[written..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // Another process made our stdout non-blocking and its reader is slow: it must not cost half a line.
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(Duration::from_millis(1)),
                Err(_) => return,
            }
        }
    }
}

impl Fields {
    fn put(&mut self, key: &'static str, value: Value) {
        match self.named.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => *old = value,
            None => self.named.push((key, value)),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        match field.name() {
            "message" => self.message = text,
            name => self.put(name, text.into()),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => value.clone_into(&mut self.message),
            name => self.put(name, value.into()),
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.put(field.name(), error_chain(value).into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value.into());
    }
}

fn level_of(metadata: &Metadata<'_>) -> Level {
    match *metadata.level() {
        tracing::Level::ERROR => Level::Error,
        tracing::Level::WARN => Level::Warn,
        tracing::Level::INFO => Level::Info,
        tracing::Level::DEBUG => Level::Debug,
        tracing::Level::TRACE => Level::Trace,
    }
}
