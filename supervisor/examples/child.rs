//! A child of the supervisor for its tests and benchmarks: it does what its arguments say, in their order, and then
//! waits for SIGTERM.
//!
//! ```text
//! health[=STATUS]      answer HTTP on $PORT from now on
//! health-socket        answer HTTP at $REPOLENS_PROBE_SOCKET from now on
//! mute-file=FILE       …but neither of them while FILE exists; `mute-port=1`: the port never
//! spin=1               use all the processor time there is; `spin-file=FILE`: while FILE exists
//! beat=i|b             write heartbeats to descriptor 0 from now on; `beat-once=i` writes one
//! say=TEXT err=TEXT    write a line; `raw=HEX` writes bytes
//! spew=LINES:BYTES:TAG write numbered lines; BYTES may be MIN-MAX
//! wait=MS              wait
//! wait-file=FILE       wait until FILE exists
//! pid-file=FILE        append the process id
//! env-file=FILE        write the environment
//! signals=FILE         append the names of signals that arrive, from now on; they do nothing else
//! hang-up=STATUS       end so at SIGHUP
//! family=N             start N processes that wait for ever; `runaways=N`: in sessions of their own
//! orphans=N            leave N processes that end at once
//! ignore-term          SIGTERM does nothing; `term=STATUS:MS`: ends so, after so long; `bye=FILE:TEXT`: appends a line before
//! eat=MIB              use so much memory
//! exit=STATUS signal=N end now
//! exit-file=FILE       end as FILE says as soon as it exists: `exit N` or `signal N`
//! ```
#![allow(
    clippy::disallowed_methods,
    clippy::zombie_processes,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for tests, with no product around it"
)]

use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio, exit};
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::getpid;
use signal_hook::iterator::Signals;

static TERM_STATUS: AtomicI32 = AtomicI32::new(0);
static TERM_DELAY_MS: AtomicU64 = AtomicU64::new(0);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let ignores_term = arguments.iter().any(|argument| argument == "ignore-term");
    let bye = arguments
        .iter()
        .find_map(|argument| argument.strip_prefix("bye=").map(str::to_owned));
    let mut terms = Signals::new([Signal::SIGTERM as i32]).expect("SIGTERM can be caught");
    thread::spawn(move || {
        for _term in terms.forever() {
            if !ignores_term {
                if let Some(bye) = &bye {
                    let (file, text) = bye.split_once(':').expect("FILE:TEXT");
                    append(file, &format!("{text}\n"));
                }
                thread::sleep(Duration::from_millis(TERM_DELAY_MS.load(Ordering::SeqCst)));
                exit(TERM_STATUS.load(Ordering::SeqCst));
            }
        }
    });
    for argument in &arguments {
        let (name, value) = argument.split_once('=').unwrap_or((argument, ""));
        act(name, value, &arguments);
    }
    loop {
        thread::park();
    }
}

fn act(name: &str, value: &str, all: &[String]) {
    let number = || value.parse::<u64>().expect("a number");
    match name {
        "health" => {
            let port = std::env::var("PORT").expect("PORT is set");
            let listener = TcpListener::bind(format!("127.0.0.1:{port}")).expect("the port is free");
            let mute_port = all.iter().any(|argument| argument == "mute-port=1");
            serve(value, mute_file(all), mute_port, move || {
                listener.accept().map(|(stream, _)| stream)
            });
        }
        "health-socket" => {
            let path = std::env::var("REPOLENS_PROBE_SOCKET").expect("REPOLENS_PROBE_SOCKET is set");
            let listener = UnixListener::bind(path).expect("the path is free");
            serve(value, mute_file(all), false, move || {
                listener.accept().map(|(stream, _)| stream)
            });
        }
        "mute-file" | "mute-port" | "ignore-term" | "bye" => {}
        "beat" => {
            let beat = value.to_owned();
            thread::spawn(move || {
                loop {
                    write_beat(&beat);
                    thread::sleep(Duration::from_millis(100));
                }
            });
        }
        "beat-once" => write_beat(value),
        "spin" => {
            thread::spawn(|| {
                loop {
                    std::hint::spin_loop();
                }
            });
        }
        "spin-file" => {
            let file = value.to_owned();
            thread::spawn(move || {
                loop {
                    if !Path::new(&file).exists() {
                        thread::sleep(Duration::from_millis(5));
                    }
                }
            });
        }
        "hang-up" => {
            let status = value.parse().expect("a status");
            let mut arriving = Signals::new([Signal::SIGHUP as i32]).expect("signals can be caught");
            thread::spawn(move || {
                if arriving.forever().next().is_some() {
                    exit(status);
                }
            });
        }
        "say" => println!("{value}"),
        "err" => eprintln!("{value}"),
        "raw" => write_out(&unhex(value)),
        "spew" => spew(value),
        "wait" => thread::sleep(Duration::from_millis(number())),
        "wait-file" => {
            while !Path::new(value).exists() {
                thread::sleep(Duration::from_millis(5));
            }
        }
        "pid-file" => append(value, &format!("{}\n", std::process::id())),
        "env-file" => {
            let mut pairs: Vec<String> = std::env::vars()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            pairs.sort();
            fs::write(value, pairs.join("\n")).expect("the file can be written");
        }
        "signals" => {
            let file = value.to_owned();
            let numbers =
                [Signal::SIGHUP, Signal::SIGUSR1, Signal::SIGUSR2, Signal::SIGWINCH].map(|signal| signal as i32);
            let mut arriving = Signals::new(numbers).expect("signals can be caught");
            thread::spawn(move || {
                for number in arriving.forever() {
                    append(
                        &file,
                        &format!("{}\n", Signal::try_from(number).expect("a signal").as_str()),
                    );
                }
            });
        }
        "family" | "runaways" => {
            let own = std::env::current_exe().expect("a program has a path");
            for _ in 0..number() {
                let mut command = if name == "family" {
                    Command::new(&own)
                } else {
                    Command::new("setsid")
                };
                if name == "runaways" {
                    command.arg(&own);
                }
                let pid_file = all.iter().find(|argument| argument.starts_with("pid-file="));
                command
                    .args(pid_file)
                    .arg("ignore-term")
                    .stdin(Stdio::null())
                    .spawn()
                    .expect("a process can be started");
            }
        }
        "orphans" => {
            let script = format!("i=0; while [ $i -lt {value} ]; do (true &); i=$((i+1)); done");
            let done = Command::new("sh")
                .args(["-c", &script])
                .stdin(Stdio::null())
                .status()
                .expect("sh runs");
            assert!(done.success());
        }
        "term" => {
            let (status, delay) = value.split_once(':').expect("STATUS:MS");
            TERM_STATUS.store(status.parse().expect("a status"), Ordering::SeqCst);
            TERM_DELAY_MS.store(delay.parse().expect("milliseconds"), Ordering::SeqCst);
        }
        "eat" => {
            let mut eaten: Vec<Vec<u8>> = Vec::new();
            for _ in 0..number() {
                eaten.push(vec![1; 1 << 20]);
            }
            println!("ate {} MiB", eaten.len());
            // Kept to the end of the process.
            std::mem::forget(eaten);
        }
        "exit" => exit(value.parse().expect("a status")),
        "signal" => die_by(value.parse().expect("a signal's number")),
        "exit-file" => {
            let file = value.to_owned();
            loop {
                match fs::read_to_string(&file).unwrap_or_default().trim().split_once(' ') {
                    Some(("exit", status)) => exit(status.parse().expect("a status")),
                    Some(("signal", number)) => die_by(number.parse().expect("a signal's number")),
                    _ => thread::sleep(Duration::from_millis(2)),
                }
            }
        }
        other => panic!("unknown argument `{other}`"),
    }
}

fn mute_file(all: &[String]) -> Option<String> {
    let file = all.iter().find_map(|argument| argument.strip_prefix("mute-file="));
    file.map(str::to_owned)
}

fn serve<S: Read + Write + Send + 'static>(
    status: &str,
    mute_file: Option<String>,
    mute: bool,
    accept: impl Fn() -> std::io::Result<S> + Send + 'static,
) {
    let status = if status.is_empty() { "200" } else { status }.to_owned();
    thread::spawn(move || {
        let mut muted = Vec::new();
        loop {
            let Ok(mut stream) = accept() else { continue };
            if mute || mute_file.as_ref().is_some_and(|file| Path::new(file).exists()) {
                muted.push(stream);
                continue;
            }
            let _gone = stream.read(&mut [0; 1024]);
            let _gone = stream.write_all(
                format!("HTTP/1.1 {status} X\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}").as_bytes(),
            );
        }
    });
}

fn spew(value: &str) {
    let mut parts = value.split(':');
    let lines: u64 = parts.next().and_then(|part| part.parse().ok()).expect("LINES");
    let (least, most) = parts
        .next()
        .map(|part| part.split_once('-').unwrap_or((part, part)))
        .expect("BYTES");
    let (least, most): (usize, usize) = (least.parse().expect("bytes"), most.parse().expect("bytes"));
    let tag = parts.next().expect("TAG");
    let filler = "abcdefghij klmnopqrst ".repeat(most / 22 + 1);
    let mut buffer = Vec::with_capacity(1 << 18);
    for line in 0..lines {
        let length = least + (line as usize).wrapping_mul(7919) % (most - least + 1);
        buffer.extend_from_slice(format!("{tag} {line} ").as_bytes());
        buffer.extend_from_slice(&filler.as_bytes()[..length]);
        buffer.push(b'\n');
        if buffer.len() >= 1 << 16 {
            write_out(&buffer);
            buffer.clear();
        }
    }
    write_out(&buffer);
}

fn write_out(mut bytes: &[u8]) {
    while !bytes.is_empty() {
        match nix::unistd::write(std::io::stdout(), bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(nix::errno::Errno::EINTR) => {}
            Err(error) => panic!("stdout: {error}"),
        }
    }
}

fn write_beat(beat: &str) {
    // Without a supervisor there is no socket.
    let _closed = nix::unistd::write(std::io::stdin(), beat.as_bytes());
}

fn die_by(number: i32) -> ! {
    let signal = Signal::try_from(number).expect("a signal");
    // What Rust ignores or we catch is to do what it does by default.
    signal_hook::low_level::emulate_default_handler(number).ok();
    kill(getpid(), signal).expect("we may signal ourselves");
    loop {
        thread::park();
    }
}

fn append(file: &str, text: &str) {
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(file)
        .expect("the file can be opened");
    file.write_all(text.as_bytes()).expect("the file can be written");
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| (byte as char).to_digit(16).expect("a hexadecimal digit") as u8;
    text.as_bytes()
        .chunks(2)
        .map(|pair| digit(pair[0]) * 16 + digit(pair[1]))
        .collect()
}
