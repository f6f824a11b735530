//! `repolens-worker`: see `program.rs`.

fn main() -> std::process::ExitCode {
    repolens_worker::program::main()
}
