//! The program `repolens-api`.

use std::process::ExitCode;

fn main() -> ExitCode {
    repolens_api::run()
}
