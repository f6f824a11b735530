use proptest::prelude::*;
use repolens_log::{Level, LogFormat};
use serde_json::{Value, json};

use super::{CUT, LONGEST_LINE, LineReader, LineSource};
use crate::log::sink::LogSink;

const TIME: &str = "2026-01-22T18:05:55.123Z";

fn rendered(format: LogFormat, chunks: &[&[u8]]) -> String {
    let mut lines = LineReader::new(LineSource {
        name: "api",
        pid: 7,
        level: Level::Info,
        format,
    });
    let mut sink = LogSink::nowhere();
    for chunk in chunks {
        lines.feed(chunk, TIME, &mut sink);
    }
    lines.finish(TIME, &mut sink);
    let text = String::from_utf8(std::mem::take(&mut sink.bytes)).expect("the log is UTF-8");
    assert_eq!(sink.lines as usize, text.lines().count());
    text
}

fn messages(chunks: &[&[u8]]) -> Vec<String> {
    let prefix = format!("{TIME} api        INFO  ");
    rendered(LogFormat::Text, chunks)
        .lines()
        .map(|line| line.strip_prefix(&prefix).expect("each line has the prefix").to_owned())
        .collect()
}

#[test]
fn lines_are_put_together_and_the_last_one_needs_no_newline() {
    assert_eq!(
        messages(&[b"one\ntw", b"o", b"\n\nthree\r\nfour"]),
        ["one", "two", "", "three", "four"]
    );
    assert_eq!(messages(&[b""]), [""; 0]);
}

#[test]
fn hostile_bytes_are_harmless() {
    assert_eq!(
        messages(&[
            b"a\x1b[2Jb\0\xff\nurl redis://u:se",
            b"cret@h\nmulti \xe2\x82",
            b"\xac byte\n"
        ]),
        ["a\\x1b[2Jb\\x00\u{fffd}", "url redis://u:***@h", "multi € byte"]
    );
}

#[test]
fn a_line_with_its_own_time_and_level_gets_no_second_one() {
    let own = "2020-02-02T02:02:02.222Z";
    for line in [
        format!("{own} api        WARN  own form a=1"),
        format!("{own}  WARN own form a=1"),
        format!("{own} WARNING own form a=1"),
    ] {
        assert_eq!(
            rendered(LogFormat::Text, &[line.as_bytes()]),
            format!("{own} api        WARN  own form a=1\n")
        );
    }
    // No process can forge another's line, and a time alone is not enough.
    for line in [
        format!("{own} supervisor INFO  all is well"),
        format!("{own} nothing else"),
        own.to_owned(),
    ] {
        assert_eq!(
            rendered(LogFormat::Text, &[line.as_bytes()]),
            format!("{TIME} api        INFO  {line}\n")
        );
    }
}

#[test]
fn long_lines_are_cut_and_nothing_is_lost() {
    let long = "é".repeat(100_000);
    for chunk in [1000, 65_536, 300_000] {
        let chunks: Vec<&[u8]> = long.as_bytes().chunks(chunk).collect();
        let pieces = messages(&chunks);
        assert!(pieces.len() > 10);
        assert!(pieces.iter().all(|piece| piece.len() <= LONGEST_LINE + CUT.len()));
        assert!(pieces[..pieces.len() - 1].iter().all(|piece| piece.ends_with(CUT)));
        assert_eq!(pieces.concat().replace(CUT, ""), long);
    }
}

#[test]
fn a_secret_across_a_cut_is_masked() {
    for before in (LONGEST_LINE - 60)..(LONGEST_LINE + 5) {
        let line = format!("{} ghp_{}\n", "a".repeat(before), "S".repeat(40));
        for split in [line.len(), 60_000.min(line.len()), LONGEST_LINE, LONGEST_LINE + 17] {
            let (left, right) = line.as_bytes().split_at(split.min(line.len()));
            assert!(!messages(&[left, right]).concat().contains("SSSS"), "{before} {split}");
        }
    }
}

#[test]
fn json_lines_are_merged_and_others_are_quoted() {
    let parse =
        |line: &str| serde_json::from_str::<Value>(&rendered(LogFormat::Json, &[line.as_bytes()])).expect("an object");
    assert_eq!(
        parse(
            r#"{"level":"WARN","message":"hi","scan_id":"s","source":"supervisor","pid":1,"n":{"a":[1]},"ts":"2020-02-02T02:02:02Z"}"#
        ),
        json!({"ts": "2020-02-02T02:02:02Z", "source": "api", "pid": 7, "level": "warn", "msg": "hi", "scan_id": "s", "n": {"a": [1]}})
    );
    assert_eq!(
        parse("plain \"text\" \u{7}"),
        json!({"ts": TIME, "source": "api", "pid": 7, "level": "info", "msg": "plain \"text\" \u{7}"})
    );
    assert_eq!(
        parse("{\"broken\": "),
        json!({"ts": TIME, "source": "api", "pid": 7, "level": "info", "msg": "{\"broken\": "})
    );
    assert_eq!(parse(r#"{"a":1,"a":2}"#)["a"], 1);
    let masked = rendered(
        LogFormat::Json,
        &[br#"{"msg":"to redis://u:secret@h","authorization":"Bearer abcdefgh12345678"}"#],
    );
    assert!(!masked.contains("secret") && !masked.contains("abcdefgh"), "{masked}");
}

#[test]
fn pretty_has_colors_of_the_source() {
    assert!(rendered(LogFormat::Pretty, &[b"hi"]).contains("\x1b[36mapi"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// However the bytes are split into reads, the log is the same, and no byte is missing.
    #[test]
    fn reads_do_not_matter(
        lines in proptest::collection::vec(proptest::string::string_regex("[ -~é€]{0,80}").expect("a pattern"), 0..40),
        long in 0usize..40_000,
        cuts in proptest::collection::vec(1usize..20_000, 1..20),
    ) {
        let text = format!("{}\n{}", lines.join("\n"), "x".repeat(long));
        let mut chunks = Vec::new();
        let mut rest = text.as_bytes();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() { break }
            let (chunk, after) = rest.split_at((*cut).min(rest.len()));
            chunks.push(chunk);
            rest = after;
        }
        let whole = messages(&[text.as_bytes()]).concat().replace(CUT, "");
        prop_assert_eq!(messages(&chunks).concat().replace(CUT, ""), whole);
    }

    #[test]
    fn any_bytes_make_whole_lines(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        for format in [LogFormat::Text, LogFormat::Json] {
            let text = rendered(format, &[&bytes]);
            prop_assert!(text.is_empty() || text.ends_with('\n'));
            if format == LogFormat::Json {
                for line in text.lines() {
                    prop_assert!(serde_json::from_str::<Value>(line).is_ok());
                }
            }
        }
    }
}
