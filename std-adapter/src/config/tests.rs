//! Reading, checking, laying over, making.

use proptest::prelude::*;

use super::*;
use crate::preset::{Order, Settings};

fn toml(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Syntax::Toml)
}

fn told(text: &str) -> String {
    toml(text).unwrap_err().to_string()
}

fn settings(config: &Config) -> Settings {
    config.builder().unwrap().settings().clone()
}

#[test]
fn values_reach_the_builder() {
    let config = toml(
        "workers = 3\nring_bytes = \"8KiB\"\nmax_ring_bytes = 16384\nbudget_bytes = \"1MB\"\n\
         spool_bytes = \"512KiB\"\nrecorder_bytes = \"1MiB\"\norder = \"proven\"\nstall = \"7ms\"\n\
         confirm_within = \"2s\"\noverflow = \"direct_write 3ms\"\n[chains]\n\
         guaranteed = [\"spill\", \"wait 1ms\"]\n",
    );
    let settings = settings(&config.unwrap());
    let sizes = [settings.ring_bytes, settings.max_ring_bytes, settings.budget_bytes];
    assert_eq!(sizes, [8 << 10, 16 << 10, 1_000_000]);
    assert_eq!([settings.spool_bytes, settings.recorder_bytes], [512 << 10, 1 << 20]);
    assert_eq!((settings.workers, settings.order), (3, Order::Proven));
    let ms = core::time::Duration::from_millis;
    assert_eq!((settings.stall, settings.confirm), (ms(7), ms(2000)));
    let steps = |class| settings.chains.of(class).steps().to_vec();
    use crate::delivery::{Delivery, Step};
    let expected = [Step::Spill, Step::DirectWrite(ms(3)), Step::DropNewest];
    assert_eq!(steps(Delivery::BestEffort), expected);
    assert_eq!(steps(Delivery::Guaranteed), [Step::Spill, Step::Wait(ms(1))]);
}

#[test]
fn later_wins() {
    let file = "preset = \"minimal\"\nring_bytes = \"64KiB\"\nlevel = \"error\"\nworkers = 2";
    let config = toml(file).unwrap();
    let variables = [("HYDRA_LOG_WORKERS", "4"), ("HYDRA_LOG_LEVEL", "DEBUG")];
    let over = config.clone().variables(variables).unwrap();
    // Default, preset, file, environment, builder.
    let of = |config: &Config| {
        let builder = config.builder().unwrap();
        let settings = builder.settings();
        let level = builder.filter_before().unwrap().level_for("any");
        (settings.spool_bytes >> 10, settings.ring_bytes >> 10, level.as_str(), settings.workers)
    };
    assert_eq!(of(&config), (256, 64, "error", 2));
    assert_eq!(of(&over), (256, 64, "debug", 4));
    assert_eq!(over.builder().unwrap().workers(1).settings().workers, 1);
    let preset = config.variables([("HYDRA_LOG_PRESET", "web_app")]).unwrap();
    assert_eq!(of(&preset), (2048, 64, "error", 2));
    assert_eq!(Config::new().builder().unwrap().settings().spool_bytes, 1 << 20);
}

#[test]
fn directives_of_file_and_environment_meet() {
    let filter = |file: &str, variables: &[(&str, &str)]| {
        let config = toml(file).unwrap().variables(variables.iter().copied()).unwrap();
        config.builder().unwrap().filter_before().map(ToString::to_string)
    };
    assert_eq!(filter("", &[]), None);
    assert_eq!(filter("filter = \"net=debug\"", &[]).unwrap(), "info,net=debug");
    let both = "level = \"error\"\nfilter = \"warn,net=debug\"";
    assert_eq!(filter(both, &[]).unwrap(), "warn,net=debug");
    let level = ("HYDRA_LOG_LEVEL", "trace");
    assert_eq!(filter(both, &[level]).unwrap(), "trace,net=debug");
    assert_eq!(filter(both, &[("HYDRA_LOG", "db=off")]).unwrap(), "error,db=off");
    assert_eq!(filter(both, &[("HYDRA_LOG", " ")]).unwrap(), "warn,net=debug");
}

#[test]
fn what_says_the_same_in_other_words_makes_way() {
    let config = toml("format = \"csv\"\n[chains]\nbest_effort = \"drop\"\nguaranteed = \"spill\"");
    let variables = [("HYDRA_LOG_TEMPLATE", "{message}"), ("HYDRA_LOG_OVERFLOW", "wait 1ms")];
    let config = config.unwrap().variables(variables).unwrap();
    assert!(config.table.get("format").is_none());
    assert!(settings(&config).chains.of(crate::Delivery::BestEffort).helps());
    let origins: Vec<String> = config.explain().iter().map(ToString::to_string).collect();
    let chain = "chains.best_effort = [\"spill\", \"assist 1ms\", \"drop\"]  (HYDRA_LOG_OVERFLOW)";
    assert!(origins.iter().any(|line| line == chain), "{origins:#?}");
}

#[test]
fn combinations_that_cannot_be() {
    for (text, expected) in [
        ("format = \"csv\"\ntemplate = \"\"", "`format` and `template` at once"),
        ("overflow = \"drop\"\nchains.best_effort = \"drop\"", "say the same thing twice"),
        ("max_ring_bytes = \"4KiB\"", "less than `ring_bytes`, which is 64KiB"),
        ("deliveries = [{class = \"guaranteed\", from = \"info\", up_to = \"warn\"}]", "no level"),
        ("layers = [{name = \"A\"}, {name = \"A\"}]", "a second layer `A`"),
        ("sinks = [{kind = \"stdout\", path = \"x\"}]", "`path` with the kind `stdout`"),
        ("sinks = [{path = \"x\", format = \"csv\", threads = true}]", "`threads` with the format"),
        ("sinks = [{path = \"x\", format = \"plain\", colour = \"auto\"}]", "`colour` with the"),
        ("sinks = [{kind = \"file\"}]", "a file without a path"),
        ("sinks = [{format = \"json\"}]", "nothing says where it writes"),
        ("sinks = [{path = \"a\"}, {path = \"./a\"}]", "two sinks write to `./a`"),
        ("sinks = [{path = \"a\", rotation = {keep_files = 2}}]", "nothing says when"),
        (
            "sinks = [{path = \"a\", format = \"binary\", fallbacks = [{kind = \"stderr\"}]}]",
            "a binary log with a fallback",
        ),
    ] {
        let error = toml(text).unwrap_err();
        assert_eq!(error.problems.len(), 1, "{text}: {error}");
        assert!(error.to_string().contains(expected), "{text}: {error}");
    }
    let many = "[[sinks]]\nkind = \"stderr\"\n".repeat(17);
    assert!(told(&many).contains("17 sinks"));
}

#[test]
fn values_that_no_key_takes() {
    for (text, expected) in [
        ("workers = -1", "`workers` is -1\n  help: use 0 to 16"),
        ("workers = \"2\"", "`workers` is the text `2`\n  help: write a number from 0 to 16"),
        ("stall = 10", "is 10 without a unit"),
        ("stall = \"0ms\"", "use 1ns to 36500d"),
        ("ring_bytes = \"100KiB\"", "use a power of two: 64KiB or 128KiB"),
        ("ring_bytes = \"2GiB\"", "use 4KiB to 1GiB"),
        ("ring_bytes = 1.5", "is a fraction"),
        ("level = \"wran\"", "did you mean `warn`?"),
        ("filter = \"a=loud\"", "`loud` is no level"),
        ("preset = \"prodution\"", "did you mean `production`?"),
        ("template = \"{lvel}\"", "at its character 2: unknown name `lvel`, did you mean"),
        ("overflow = \"assist 1ms\"", "help: write \"drop\""),
        ("overflow = \"wait\"", "say for how long"),
        ("chains.best_effort = []", "has 0 steps"),
        ("chains.best_effort = [\"spil\"]", "did you mean `spill`?"),
        ("sinks = [3]", "in `sinks`, a number instead of a table"),
        ("sinks = {}", "`sinks` is a table"),
        ("colour = 2026-11-21", "`colour` is a date"),
        ("file = \"\"", "`file` is ``"),
        ("file = \"../x\"", "`../x` leads out of ."),
        ("sinks = [{path = \"x\", rotation = {every = \"1500ms\"}}]", "whole seconds"),
        ("deliveries = [{target = \"x\"}]", "a rule without `class`"),
    ] {
        let error = toml(text).unwrap_err();
        assert_eq!(error.problems.len(), 1, "{text}: {error}");
        assert!(error.to_string().contains(expected), "{text}: {error}");
    }
}

#[test]
fn large_and_deep_input_is_refused() {
    assert!(told(&"# \n".repeat(100_000)).contains("larger than 256 KiB"));
    assert!(told(&format!("x = {}", "[".repeat(60_000))).contains("configuration:1:"));
    let keys: String = (0..20_000).map(|at| format!("k{at} = 1\n")).collect();
    let error = toml(&keys).unwrap_err();
    assert_eq!((error.problems.len(), error.more), (100, 19_900));
}

#[test]
fn variables_are_read_as_texts() {
    let with = |name: &str, value: &str| Config::new().variables([(name, value)]);
    assert!(with("HYDRA_LOG_FORMAT", "JSON").is_ok());
    assert!(with("HYDRA_LOG_FILE", "/anywhere/app.log").is_ok());
    assert!(with("HYDRA_LOG_REDACT", "true").is_ok());
    assert!(with("HYDRA_LOG_REDACT", "maybe").is_err());
    assert!(with("HYDRA_LOGGER", "x").is_ok(), "another program's");
    let error = with("HYDRA_LOG_COLOR", "never").unwrap_err().to_string();
    assert!(error.ends_with("did you mean `HYDRA_LOG_COLOUR`?"), "{error}");
    let error = with("HYDRA_LOG_WORKERS", "many").unwrap_err().to_string();
    assert!(error.starts_with("HYDRA_LOG_WORKERS: `workers` is the text `many`"), "{error}");
}

#[cfg(feature = "yaml")]
mod yaml {
    use super::*;

    fn yaml(text: &str) -> Result<Config, ConfigError> {
        Config::parse(text, Syntax::Yaml)
    }

    #[test]
    fn says_the_same() {
        let text = "level: off\nworkers: 2\nsinks:\n  - kind: stderr\n    format: json\n\
                    \x20   threads: true\nlayers:\n- name: \"API\"\n  targets: [a, b]\n";
        let same = "level = \"off\"\nworkers = 2\nsinks = [{kind = \"stderr\", format = \"json\", \
                    threads = true}]\nlayers = [{name = \"API\", targets = [\"a\", \"b\"]}]\n";
        assert_eq!(yaml(text).unwrap(), toml(same).unwrap());
        assert_eq!(yaml("").unwrap(), toml("").unwrap());
    }

    #[test]
    fn says_where() {
        let error = yaml("level: info\nsinks:\n  - kind: stderr\n    fromat: json\n").unwrap_err();
        let expected = "configuration:4:5: unknown key `fromat`\n  help: did you mean `format`?";
        assert_eq!(error.to_string(), expected);
        let value = yaml("level: info\nstall:  10\n").unwrap_err();
        assert_eq!((value.problems[0].place.line, value.problems[0].place.column), (2, 9));
    }

    #[test]
    fn is_a_tree_and_no_more() {
        for (text, expected) in [
            ("level: &a info\nfilter: *a\n", "aliases are not read here"),
            ("level: !!str info", "tags are not read here"),
            ("level: info\n---\nlevel: warn\n", "a second document"),
            ("level: info\nlevel: warn\n", "a second `level`"),
            ("- level", "the document is a list, not a table"),
            ("[a]: 1", "a key that is no word"),
            ("level: 'info", "configuration:"),
            ("level:\n", "`level` is nothing"),
        ] {
            let error = yaml(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
        for deep in ["[", "- ", "{a: ", "? "] {
            let error = yaml(&deep.repeat(20_000)).unwrap_err();
            assert_eq!(error.problems.len(), 1, "{deep}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            let _read = yaml(&text);
        }

        #[test]
        fn near_misses_are_read_or_refused(text in r#"[a-c:\-\[\]{}&*!|>'" \n,#%@?0-9]{0,64}"#) {
            let _read = yaml(&text);
        }

        #[test]
        fn equals_toml(
            level in prop::sample::select(schema_levels()),
            workers in 0_u64..20,
            ring in 10_u32..32,
            ms in 0_u64..5000,
            words in prop::collection::vec("[a-z]{1,6}", 0..4),
            quoted in any::<bool>(),
        ) {
            let ring = 1_u64 << ring;
            let list = format!("{words:?}");
            let toml_text = format!(
                "level = \"{level}\"\nworkers = {workers}\nring_bytes = {ring}\nmax_ring_bytes = \
                 {ring}\nstall = \"{ms}ms\"\nlayers = [{{name = \"A\", targets = {list}}}]\n"
            );
            let mark = if quoted { "\"" } else { "" };
            let yaml_text = format!(
                "level: {mark}{level}{mark}\nworkers: {workers}\nring_bytes: {ring}\n\
                 max_ring_bytes: {ring}\nstall: {ms}ms\nlayers:\n  - name: A\n    targets: {list}\n"
            );
            match (toml(&toml_text), yaml(&yaml_text)) {
                (Ok(one), Ok(other)) => prop_assert_eq!(one, other),
                (Err(one), Err(other)) => {
                    let told = |error: ConfigError| -> Vec<String> {
                        error.problems.into_iter().map(|problem| problem.message).collect()
                    };
                    prop_assert_eq!(told(one), told(other));
                }
                (one, other) => prop_assert!(false, "{one:?} {other:?}"),
            }
        }
    }

    fn schema_levels() -> Vec<&'static str> {
        schema::LEVELS.to_vec()
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _read = toml(&text);
    }

    #[test]
    fn near_misses_are_read_or_refused(
        text in r#"([a-c=.\[\]{}'" \n,#0-9]|sinks|level|path|chains|"x"){0,24}"#,
    ) {
        let _read = toml(&text);
    }
}
