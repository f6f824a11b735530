//! Text to a tree, within a time.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::ControlFlow;
use std::time::Duration;

use tree_sitter::{ParseOptions, ParseState, Parser, Range, Tree};

use super::Grammar;
use crate::budget::thread_time;

/// The processor time after which one file is given up: a file of the largest size takes a twentieth of it, and a
/// quadratic recovery from errors would take minutes. tree-sitter does not count its work, which would distinguish
/// them; the time of this thread does not depend on other load of the machine.
const MAX_TIME: Duration = Duration::from_secs(5);

thread_local! {
    /// Parsers are costly to make: one for each language and thread.
    static PARSERS: RefCell<HashMap<usize, Parser>> = RefCell::new(HashMap::new());
}

/// When this thread began with a file: all its parts share one time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begun(Duration);

impl Begun {
    pub(super) fn now() -> Self {
        Self(thread_time())
    }
}

/// Parses all of `text`, or what lies in `ranges` of it; places are those of the whole.
///
/// # Errors
/// A sentence for the report.
pub(super) fn parse(grammar: &'static Grammar, text: &[u8], ranges: &[Range], begun: Begun) -> Result<Tree, String> {
    PARSERS.with_borrow_mut(|parsers| {
        let unusable = |error: &dyn std::fmt::Display| format!("its parser cannot be used: {error}");
        let parser = match parsers.entry(std::ptr::from_ref(grammar) as usize) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let mut parser = Parser::new();
                parser
                    .set_language(&(grammar.language)())
                    .map_err(|error| unusable(&error))?;
                entry.insert(parser)
            }
        };
        parser.reset();
        parser.set_included_ranges(ranges).map_err(|error| unusable(&error))?;
        let mut progress = |_: &ParseState| {
            if thread_time().saturating_sub(begun.0) > MAX_TIME {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let options = ParseOptions::new().progress_callback(&mut progress);
        // A scanner of a grammar may search for the line's end without checking the text's (Kotlin's does, after `@`), and
        // would never return: the text always ends with one.
        let mut read = |at: usize, _| {
            if at == text.len() {
                b"\n"
            } else {
                text.get(at..).unwrap_or_default()
            }
        };
        parser
            .parse_with_options(&mut read, None, Some(options))
            .ok_or_else(|| "takes too long to parse: lines are counted only".to_owned())
    })
}
