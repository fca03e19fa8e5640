//! `cargo xtask order`: threads that are stopped in the middle of calls, a hundred million records.

use crate::tool::Tool;
use crate::{Command, Failure, Outcome};

pub(crate) const COMMAND: Command = Command {
    name: "order",
    summary: "stop threads in the middle of their calls; no record may come out of order",
    help: "\
cargo xtask order [--records N]

Eight threads log as fast as they can, with an argument that takes a while, and signals stop them at
random, also between a record's stamp and its publishing. Counts records that are older than one
before them and not marked late: there must be none, in either order mode. Prints for both how long
calls took: half of them, 99 %, 99.9 %, at the most. Minutes for a hundred million.

Options:
  --records N    how many records in each mode [100000000]

Examples:
  cargo xtask order
  cargo xtask order --records 1000000
",
    run,
};

fn run(arguments: &[String]) -> Outcome {
    let records = records(arguments)?;
    let tests = "test --release -p hydra-log --test it -- --exact --nocapture --test-threads=1 \
                 stopped::a_stopped_thread_is_waited_for \
                 stopped::a_stopped_thread_is_waited_for_where_order_is_proven";
    let tool = Tool::cargo(tests).env("HYDRA_TEST_STOPPED", &records.to_string());
    tool.run().map_err(Failure::Check)
}

fn records(arguments: &[String]) -> Result<u64, Failure> {
    match arguments {
        [] => Ok(100_000_000),
        [word, value] if word == "--records" => {
            let refused = |_| Failure::Usage(format!("`--records {value}`: use a number"));
            value.parse().map_err(refused)
        }
        _ => Err(Failure::Usage("use --records N, or nothing".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_its_options() {
        let of = |line: &str| {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            records(&words).ok()
        };
        assert_eq!((of(""), of("--records 8")), (Some(100_000_000), Some(8)));
        assert_eq!((of("--records"), of("--records x"), of("x")), (None, None, None));
    }
}
