//! The log: how fast, at what cost, and whether anything is lost.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Read};
use std::os::fd::AsFd as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::Signal;

use crate::run::{Programs, Run, Usage, dropped_of};

/// The bytes of one of the long lines.
const LONG: usize = 1 << 20;

/// What came out.
#[derive(Default)]
struct Came {
    bytes: u64,
    short_lines: u64,
    long_lines: u64,
    wrong: u64,
    /// Of the line that is being put together: the bytes so far.
    long_bytes: usize,
    /// Room for what a line has to begin with.
    begins: String,
}

/// Short lines from the API and long ones from the worker, at once.
pub fn throughput(programs: &Programs, lines: u64, long: u64) {
    let api = format!("health wait-file=DIR/go spew={lines}:20-400:S");
    let worker = format!("beat=i wait-file=DIR/go spew={long}:{LONG}:L");
    println!(
        "logs: {lines} lines of 20 to 400 bytes from one child, {long} of 1 MiB from the other, at once, read from a pipe"
    );
    for checks in [false, true] {
        let (run, mut stdout) = Run::start_unread(programs, &api, &worker, &["--health-interval=0"]);
        // As large as that between the children and the supervisor.
        let _smaller = fcntl(stdout.as_fd(), FcntlArg::F_SETPIPE_SZ(256 * 1024));
        let mut came = Came::default();
        let mut rest = Vec::new();
        // The children wait until both run.
        wait_for(&mut stdout, "All services running!");
        let before = Usage::of(run.pid());
        let begun = Instant::now();
        fs::write(run.folder.path().join("go"), "").unwrap();
        let input = lines * 210 + long * LONG as u64;
        let expected = Expected { lines, long };
        read_all(&mut stdout, checks, &mut came, &mut rest, &expected);
        let took = begun.elapsed().as_secs_f64();
        let after = Usage::of(run.pid());
        println!(
            "  {}: {:.0} MB/s in, {:.0} MB/s out ({:.2} s); supervisor {:.2} s of CPU, peak RSS {:.2} MB",
            if checks {
                "every line checked"
            } else {
                "read and thrown away"
            },
            input as f64 / 1e6 / took,
            came.bytes as f64 / 1e6 / took,
            took,
            (after.cpu_ms - before.cpu_ms) as f64 / 1000.0,
            after.peak as f64 / 1e6
        );
        if checks {
            println!(
                "    {} of {lines} short and {} of {long} long lines came, {} wrong, lost, mixed or out of order",
                came.short_lines, came.long_lines, came.wrong
            );
            assert!(
                came.short_lines == lines && came.long_lines == long && came.wrong == 0,
                "the log is not whole"
            );
        }
        run.signal(Signal::SIGTERM);
        thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
    }
    cat(programs, lines, long);
}

struct Expected {
    lines: u64,
    long: u64,
}

/// Reads until all has come. Without checks the last short line and the number of bytes tell.
fn read_all(stdout: &mut impl Read, checks: bool, came: &mut Came, rest: &mut Vec<u8>, expected: &Expected) {
    let mut chunk = vec![0; 1 << 18];
    let last_short = format!("S {} ", expected.lines - 1);
    let finder = memchr::memmem::Finder::new(last_short.as_bytes());
    let (mut has_short, mut long_bytes) = (false, 0u64);
    loop {
        let length = stdout.read(&mut chunk).expect("the log can be read");
        assert!(length > 0, "the log ended early");
        came.bytes += length as u64;
        if checks {
            rest.extend_from_slice(&chunk[..length]);
            let end = memchr::memrchr(b'\n', rest).map_or(0, |newline| newline + 1);
            let mut start = 0;
            for newline in memchr::memchr_iter(b'\n', &rest[..end]) {
                came.check(&rest[start..newline]);
                start = newline + 1;
            }
            rest.drain(..end);
            if came.short_lines == expected.lines && came.long_lines == expected.long {
                return;
            }
        } else {
            // All of the long lines' bytes and the last of the short lines: as good as the end.
            has_short = has_short || finder.find(&chunk[..length]).is_some();
            long_bytes += length as u64;
            if has_short && long_bytes >= expected.lines * 210 + expected.long * LONG as u64 {
                return;
            }
        }
    }
}

impl Came {
    fn check(&mut self, line: &[u8]) {
        // Behind the time, the source and the level.
        let (source, text) = (&line[25..31], &line[42..]);
        if source.starts_with(b"api") && text.starts_with(b"S ") {
            let number = self.short_lines;
            self.begins.clear();
            write!(self.begins, "S {number} ").expect("writing to a `String` cannot fail");
            let begins = &self.begins;
            let length = 20 + (number as usize).wrapping_mul(7919) % 381;
            let right = text.starts_with(begins.as_bytes()) && text.len() == begins.len() + length;
            self.wrong += u64::from(!right);
            self.short_lines += 1;
        } else if source.starts_with(b"worker") {
            let piece = text.strip_suffix("…↩".as_bytes());
            self.long_bytes += piece.unwrap_or(text).len();
            if piece.is_none() {
                let begins = format!("L {} ", self.long_lines);
                self.wrong += u64::from(self.long_bytes != begins.len() + LONG);
                self.long_bytes = 0;
                self.long_lines += 1;
            }
        }
    }
}

/// The same bytes through two `cat`s into one pipe: what moving them costs without looking at them.
fn cat(programs: &Programs, lines: u64, long: u64) {
    let before = getrusage(UsageWho::RUSAGE_CHILDREN).expect("our own usage");
    let (mut reader, writer) = std::io::pipe().unwrap();
    let _smaller = fcntl(&reader, FcntlArg::F_SETPIPE_SZ(256 * 1024));
    let begun = Instant::now();
    let mut cats = Vec::new();
    let mut spewers = Vec::new();
    for spew in [format!("spew={lines}:20-400:S"), format!("spew={long}:{LONG}:L")] {
        let (from, to) = std::io::pipe().unwrap();
        let _smaller = fcntl(&from, FcntlArg::F_SETPIPE_SZ(256 * 1024));
        cats.push(
            Command::new("cat")
                .stdin(from)
                .stdout(writer.try_clone().unwrap())
                .spawn()
                .expect("cat runs"),
        );
        spewers.push(
            Command::new(&programs.child)
                .args([&spew, "exit=0"])
                .stdin(Stdio::null())
                .stdout(to)
                .spawn()
                .expect("it was built"),
        );
    }
    drop(writer);
    let mut chunk = vec![0; 1 << 18];
    let mut bytes = 0u64;
    loop {
        let length = reader.read(&mut chunk).unwrap();
        if length == 0 {
            break;
        }
        bytes += length as u64;
    }
    let took = begun.elapsed().as_secs_f64();
    // Only the cats count: the spewers are waited for afterwards.
    for cat in &mut cats {
        cat.wait().unwrap();
    }
    let after = getrusage(UsageWho::RUSAGE_CHILDREN).expect("our own usage");
    for spewer in &mut spewers {
        spewer.wait().unwrap();
    }
    let seconds = |usage: &nix::sys::resource::Usage| {
        let times = [usage.user_time(), usage.system_time()];
        times
            .iter()
            .map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6)
            .sum::<f64>()
    };
    println!(
        "  two `cat`s, read and thrown away: {:.0} MB/s ({took:.2} s); {:.2} s of CPU",
        bytes as f64 / 1e6 / took,
        seconds(&after) - seconds(&before)
    );
}

/// Nobody reads for a while: the children write on, and what does not fit is counted.
pub fn stall(programs: &Programs, seconds: u64) {
    let lines = 200_000;
    let (run, mut stdout) = Run::start_unread(
        programs,
        &format!("health spew={lines}:20-400:S pid-file=DIR/written"),
        "beat=i",
        &["--health-interval=1s"],
    );
    let begun = Instant::now();
    let written = run.folder.path().join("written");
    while !fs::metadata(&written).is_ok_and(|file| file.len() > 0) {
        assert!(begun.elapsed() < Duration::from_secs(60), "the API waits for its log");
        thread::sleep(Duration::from_millis(1));
    }
    let took = begun.elapsed();
    thread::sleep(Duration::from_secs(seconds));
    let status = run.status();
    let stalled = Usage::of(run.pid());
    let (mut came, mut dropped) = (0u64, 0u64);
    let mut reader = BufReader::new(&mut stdout).lines();
    while came + dropped < lines {
        let line = reader.next().expect("the log goes on").expect("the log can be read");
        came += u64::from(line.contains(" api        INFO  S "));
        dropped += dropped_of(&line).unwrap_or(0);
    }
    println!(
        "stalled reader for {seconds} s: the API had written its {lines} lines after {:.2} s, status answered meanwhile (`{}`), RSS {:.2} MB; afterwards {came} lines came and {dropped} were reported as dropped, together {}",
        took.as_secs_f64(),
        status["phase"].as_str().unwrap_or("?"),
        stalled.rss as f64 / 1e6,
        came + dropped
    );
    assert_eq!(came + dropped, lines);
    assert_eq!(status["logLinesDropped"], dropped);
    run.signal(Signal::SIGTERM);
    thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
}

fn wait_for(stdout: &mut impl Read, text: &str) {
    let mut seen = Vec::new();
    let mut byte = [0];
    while !seen.ends_with(b"\n") || memchr::memmem::find(&seen, text.as_bytes()).is_none() {
        stdout.read_exact(&mut byte).expect("the log goes on");
        seen.push(byte[0]);
    }
}
