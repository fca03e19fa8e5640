//! Any text as a configuration: read or refused, with every problem at a place in the text.
//!
//! The input is a byte that says whether it is TOML or YAML, and the text.

use hydra_log::config::{Config, Origin, Source, Syntax};

use crate::input::text;
use crate::target::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "config",
    body,
    // A parser's token, its event, an entry of the tree and a problem for two bytes.
    bytes_per_byte: 4096,
    bytes_at_least: 1 << 18,
    seeds,
};

fn body(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let written = text(rest);
    let syntax = if first % 2 == 0 { Syntax::Toml } else { Syntax::Yaml };
    let lines = written.split('\n').count();
    match Config::parse(written, syntax) {
        Ok(config) => {
            assert_eq!(Config::parse(written, syntax).as_ref(), Ok(&config));
            for setting in config.explain() {
                let Origin::Said(place) = &setting.origin else { continue };
                assert!((1..=lines).contains(&place.line), "{setting} in {lines} lines");
            }
        }
        Err(error) => {
            assert!(!error.problems.is_empty());
            for problem in &error.problems {
                assert_eq!(*problem.place.source, Source::Text);
                assert!((1..=lines).contains(&problem.place.line), "{problem} in {lines} lines");
                assert!(problem.place.column > 0 && !problem.message.is_empty(), "{problem}");
            }
        }
    }
}

fn seeds() -> Vec<Vec<u8>> {
    [
        "\0preset = \"minimal\"\nfilter = 'a=info'\nring_bytes = 0x1000\n[chains]\n\
         best_effort = [\"spill\", \"wait 1ms\", \"drop\"]\n",
        "\0[[sinks]]\npath = \"a/b\"\nformat = \"csv\"\nrotation = { every = \"1h\" }\n\
         [[layers]]\nname = \"A\"\n[[layers.sinks]]\nkind = \"stderr\"\ntheme = \"mono\"\n",
        "\0workers = 17\nlevel = loud\nstall = 10\nx.y = \"\"\"\n",
        "\x01level: off\nsinks:\n  - {kind: memory, bytes: 4KiB}\n  - path: \"x\"\n",
        "\x01deliveries: [{class: guaranteed, from: warn}]\nfilter: &a info\nformat: *a\n",
        "\x01? [a]\n: |\n  b\n---\n!!str c: 'd'\n",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}
