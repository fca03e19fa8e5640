//! The figures of this machine, one a line: `name,value,unit,lost`.

use std::process::ExitCode;

fn main() -> ExitCode {
    hydra_log_benches::main(std::env::args().skip(1))
}
