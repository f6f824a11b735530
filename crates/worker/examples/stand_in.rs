//! What the tests start in the place of `worker analyze`: a child that behaves in the way that its first argument says.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "it shows the tests what a child was given"
)]

use std::io::Write;
use std::time::Duration;

use nix::libc;
use repolens_worker::analyze::{progress, watchdog};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let behavior = args.first().map_or("", String::as_str);
    match behavior {
        // What the child sees of the world, as its report.
        "report" => report(&args),
        // The same from behind the walls of `analyze --confined`.
        "confined" => confined(&args),
        "eat" => eat(),
        "spin" => spin(),
        "sleep" => {
            say(r#"{"progress":{"stage":"parse","done":1,"total":2}}"#);
            std::thread::park();
        }
        "abort" => std::process::abort(),
        "exit" => std::process::exit(3),
        "nonsense" => println!("this is no JSON"),
        "flood" => flood(),
        // Dies as long as the file is not left out, and says so only where it is asked to name files.
        "dislike" => dislike(&args),
        // Never comes back from the file.
        "hang" => hang(&args),
        // Dies in the stage, as long as that is not left out.
        "dislike-stage" => dislike_stage(&args, || std::process::abort()),
        // Never comes back from the stage.
        "hang-stage" => dislike_stage(&args, || {
            loop {
                std::hint::spin_loop();
            }
        }),
        _ => std::process::exit(64),
    }
}

fn report(args: &[String]) {
    let environment: std::collections::BTreeMap<String, String> = std::env::vars().collect();
    let descriptors: Vec<String> = std::fs::read_dir("/proc/self/fd")
        .expect("Linux")
        .flatten()
        .filter_map(|entry| Some(format!("{}", std::fs::read_link(entry.path()).ok()?.display())))
        .collect();
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let writing = std::fs::write("written", "x").err().map(|error| error.to_string());
    println!(
        "{}",
        serde_json::json!({
            "args": args,
            "environment": environment,
            "descriptors": descriptors,
            "limits": read("/proc/self/limits"),
            "status": read("/proc/self/status"),
            "oomScoreAdj": read("/proc/self/oom_score_adj").trim(),
            "writing": writing,
        })
    );
}

fn confined(args: &[String]) {
    let repository = std::path::PathBuf::from(args.last().expect("the repository comes last"));
    let path = std::env::var("PATH").expect("is passed on");
    let level = repolens_worker::analyze::confine::confine(&repository, &path).expect("the kernel can");
    let parent = std::os::unix::process::parent_id();
    let denied = |result: std::io::Result<()>| result.err().map(|error| format!("{:?}", error.kind()));
    let git = std::process::Command::new("git")
        .args(["-c", "safe.directory=*", "--git-dir"])
        .arg(&repository)
        .args(["cat-file", "-t", "HEAD"])
        .output();
    println!(
        "{}",
        serde_json::json!({
            "files": level.files,
            "calls": level.calls,
            "git": git.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default(),
            "denied": {
                "environment of the worker": denied(std::fs::read(format!("/proc/{parent}/environ")).map(drop)),
                "other files": denied(std::fs::read("/etc/passwd").map(drop)),
                "other sandboxes": denied(std::fs::read_dir(repository.join("../..")).map(drop)),
                "writing": denied(std::fs::File::create(repository.join("config")).map(drop)),
                "TCP": denied(std::net::TcpStream::connect("127.0.0.1:9").map(drop)),
                "UDP": denied(std::net::UdpSocket::bind("127.0.0.1:0").map(drop)),
                "signals": denied(signal(parent)),
                "group of its own": denied(group_of_its_own()),
                "session of its own": denied(session_of_its_own()),
                "user namespace": denied(user_namespace()),
                "clone3": denied(call(libc::SYS_clone3, 0)),
                // The same call by its other number.
                "x32": denied(call(X32 | libc::SYS_socket, 0)),
            }
        })
    );
}

/// Marks the numbers of x32, a second set of system calls of x86-64.
const X32: i64 = 0x4000_0000;

/// What leaves the group is not killed with it.
fn group_of_its_own() -> std::io::Result<()> {
    use std::os::unix::process::CommandExt as _;
    std::process::Command::new("true").process_group(0).status().map(drop)
}

fn session_of_its_own() -> std::io::Result<()> {
    let status = std::process::Command::new("setsid").args(["--wait", "true"]).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(std::io::ErrorKind::PermissionDenied.into())
    }
}

fn user_namespace() -> std::io::Result<()> {
    call(libc::SYS_clone, (libc::CLONE_NEWUSER | libc::SIGCHLD) as i64)
}

#[allow(unsafe_code, reason = "the calls that nothing safe makes")]
fn call(number: i64, argument: i64) -> std::io::Result<()> {
    // SAFETY: all pointers are null, so that no memory is touched; a new process ends at once.
    let result = unsafe { libc::syscall(number, argument, 0, 0, 0, 0) };
    match result {
        -1 => Err(std::io::Error::last_os_error()),
        // SAFETY: ends this process, which shares no memory with the other.
        0 if number == libc::SYS_clone => unsafe { libc::_exit(0) },
        _ => Ok(()),
    }
}

fn signal(process: u32) -> std::io::Result<()> {
    let process = nix::unistd::Pid::from_raw(i32::try_from(process).expect("a pid"));
    Ok(nix::sys::signal::kill(process, None)?)
}

fn eat() {
    let mut eaten: Vec<Vec<u8>> = Vec::new();
    loop {
        eaten.push(vec![1; 1 << 20]);
    }
}

fn spin() {
    let mut n = 0u64;
    loop {
        n = std::hint::black_box(n.wrapping_add(1));
    }
}

fn flood() {
    let mut out = std::io::stdout().lock();
    let piece = vec![b' '; 1 << 20];
    for _ in 0..60 {
        if out.write_all(&piece).is_err() {
            return;
        }
    }
}

fn dislike(args: &[String]) {
    let file = &args[1];
    if args.contains(&format!("--skip={file}")) {
        return report(args);
    }
    if args.iter().any(|arg| arg == "--name-files") {
        say(r#"{"file":{"thread":0,"path":"harmless"}}"#);
        say(r#"{"file":{"thread":0}}"#);
        say(&serde_json::json!({"file": {"thread": 1, "path": file}}).to_string());
    }
    std::process::abort()
}

const LIMITS: watchdog::WatchdogLimits = watchdog::WatchdogLimits {
    file: Duration::from_millis(100),
    stage: Duration::from_millis(100),
};

fn hang(args: &[String]) {
    let file = &args[1];
    if args.contains(&format!("--skip={file}")) {
        return report(args);
    }
    watchdog::watched(&repolens_analysis::Silent, LIMITS, &progress::end_stuck, |observer| {
        say(r#"{"file":{"thread":1,"path":"harmless"}}"#);
        observer.parsing(1, "harmless");
        std::thread::scope(|scope| {
            scope.spawn(|| {
                observer.parsing(0, file);
                loop {
                    std::hint::spin_loop();
                }
            });
        });
    });
}

fn dislike_stage(args: &[String], end: fn() -> ()) {
    let stage = &args[1];
    if args.contains(&format!("--skip-stage={stage}")) {
        return report(args);
    }
    watchdog::watched(&repolens_analysis::Silent, LIMITS, &progress::end_stuck, |observer| {
        for name in ["parse", "harmless", stage] {
            say(&serde_json::json!({"progress": {"stage": name, "done": 1, "total": 2}}).to_string());
            observer.progress(name, 1, 2);
        }
        end();
    });
}

fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
