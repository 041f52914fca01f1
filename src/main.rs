//! The program: arguments, then whatever the command line module makes of them.

use std::process::ExitCode;

fn main() -> ExitCode {
    siaga::cli::main()
}
