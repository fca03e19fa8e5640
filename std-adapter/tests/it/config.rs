//! Configuration: from a file to lines in the files that it names, and every way in which that
//! can fail.

use std::fs;
use std::path::Path;

use hydra_log::config::{Config, ConfigError, ProblemKind, Syntax};
use hydra_log::{debug, error, info, warn};

const EXAMPLE: &str = include_str!("../../../docs/configuration.md");

/// The code blocks of a language in the documentation.
fn blocks(language: &str) -> Vec<String> {
    let begin = format!("```{language}\n");
    let blocks = EXAMPLE.split(&begin).skip(1);
    blocks.map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

fn write(directory: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = directory.join(name);
    fs::write(&path, text).unwrap();
    path
}

fn lines(path: &Path) -> Vec<String> {
    fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

fn files(text: &str) -> Result<tempfile::TempDir, ConfigError> {
    let place = tempfile::tempdir().unwrap();
    let path = write(place.path(), "hydra.toml", text);
    let engine = Config::from_file(path)?.builder()?.build().unwrap();
    engine.scope(|| {
        info!(target: "shop", "sold {}", 7, user = "ada");
        debug!(target: "shop::db", "asked");
        warn!(layer: "API", "slow");
        error!(target: "net", "broken");
    });
    engine.flush().unwrap();
    drop(engine);
    Ok(place)
}

#[test]
fn a_file_says_where_records_go_and_what_they_look_like() {
    let place = files(
        r#"
        filter = "info,shop::db=debug"
        root = "logs"
        template = "{level} {target}: {message}"

        [[sinks]]
        path = "all.log"

        [[sinks]]
        path = "deep/errors.json"
        format = "json"
        level = "error"

        [[sinks]]
        path = "all.csv"
        format = "csv"
        header = false

        [[sinks]]
        path = "all.hlog"
        format = "binary"

        [[layers]]
        name = "API"
        level = "warn"
        sinks = [
            { path = "api.syslog", format = "syslog", facility = "local3", app = "shop" },
            { path = "api.log", format = "text", colour = "always", theme = "bright" },
        ]
        "#,
    )
    .unwrap();
    let logs = place.path().join("logs");
    let expected = ["INFO shop: sold 7", "DEBUG shop::db: asked", "ERROR net: broken"];
    assert_eq!(lines(&logs.join("all.log")), expected);
    let errors = lines(&logs.join("deep/errors.json"));
    let json: serde_json::Value = serde_json::from_str(&errors[0]).unwrap();
    assert_eq!((errors.len(), json["level"].as_str()), (1, Some("ERROR")));
    assert_eq!(lines(&logs.join("all.csv")).len(), 3);
    let magic = hydra_log_core::block::MAGIC;
    assert!(fs::read(logs.join("all.hlog")).unwrap().starts_with(&magic));
    let syslog = lines(&logs.join("api.syslog"));
    // local3 is 19; a warning is 4.
    assert!(syslog[0].starts_with("<156>1 ") && syslog[0].contains(" shop "), "{syslog:?}");
    assert!(lines(&logs.join("api.log"))[0].contains("\x1b[1;93m"));
}

#[test]
fn every_format_is_written() {
    let formats = [
        "text",
        "plain",
        "json",
        "ecs",
        "gcp",
        "bunyan",
        "gelf",
        "logfmt",
        "csv",
        "syslog",
        "rfc5424",
        "rfc3164",
        "binary",
        "binary_zstd",
    ];
    let sink = |format: &&str| format!("[[sinks]]\npath = \"{format}\"\nformat = \"{format}\"\n");
    let place = files(&formats.iter().map(sink).collect::<String>()).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for format in formats {
        let written = fs::read(place.path().join(format)).unwrap();
        assert!(!written.is_empty(), "{format}");
        // Without the times, each says it in its own words; two are other names of one.
        let shape: Vec<u8> = written.into_iter().filter(|byte| !byte.is_ascii_digit()).collect();
        seen.insert(shape);
    }
    assert!(seen.len() >= formats.len() - 2, "{} of {}", seen.len(), formats.len());
}

#[test]
fn options_of_formats_and_rotation_count() {
    let place = files(
        r#"
        [[sinks]]
        path = "located.log"
        threads = true
        location = true

        [[sinks]]
        path = "small.log"
        rotation = { bytes = 40, names = "numbered", keep_files = 9 }
        "#,
    )
    .unwrap();
    assert!(lines(&place.path().join("located.log"))[0].contains("config.rs:"));
    assert!(place.path().join("small.log").exists());
}

#[test]
fn layers_and_rules_count() {
    let config = Config::parse(
        r#"
        workers = 0
        sinks = [{ kind = "memory", name = "rest", template = "{message}" }]
        deliveries = [{ class = "guaranteed", target = "pay" }]
        [[layers]]
        name = "API"
        targets = "shop::api"
        sinks = [{ kind = "memory", name = "api", template = "{message}" }]
        "#,
        Syntax::Toml,
    )
    .unwrap();
    let engine = config.builder().unwrap().build().unwrap();
    engine.scope(|| {
        info!(target: "shop::api::v2", "by target");
        info!(layer: "API", "by layer");
        info!(target: "pay", "confirmed");
    });
    assert_eq!(engine.health().confirmed, 1);
    engine.flush().unwrap();
    assert_eq!(config.memory("api").unwrap().lines(), ["by target", "by layer"]);
    assert_eq!(config.memory("rest").unwrap().lines(), ["confirmed"]);
    assert!(config.memory("other").is_none());
}

/// Whether a published text is what the code says; with `HYDRA_BLESS=1` it becomes that.
fn published(path: &str, said: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let found = fs::read_to_string(&path).unwrap_or_default();
    if std::env::var_os("HYDRA_BLESS").is_some() {
        return fs::write(&path, said).unwrap();
    }
    assert_eq!(found, said, "{}: HYDRA_BLESS=1 writes it anew", path.display());
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let toml = Config::parse(include_str!("config/wrong.toml"), Syntax::Toml).unwrap_err();
    published("tests/it/config/wrong.toml.told", &format!("{toml}\n"));
    let yaml = Config::parse(include_str!("config/wrong.yaml"), Syntax::Yaml).unwrap_err();
    published("tests/it/config/wrong.yaml.told", &format!("{yaml}\n"));
}

#[test]
fn schema_and_keys_are_published() {
    published("../docs/hydra.schema.json", &Config::schema());
    let (begin, end) = ("<!-- keys -->\n", "<!-- /keys -->");
    let (before, rest) = EXAMPLE.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    published(
        "../docs/configuration.md",
        &format!("{before}{begin}{}{end}{after}", Config::keys()),
    );
}

#[test]
fn no_path_leads_out() {
    for path in ["../x", "a/../../x", "/etc/hydra-x", "..", "a/.."] {
        for text in [
            format!("file = \"{path}\""),
            format!("crash_proof = \"{path}\""),
            format!("sinks = [{{ path = \"{path}\" }}]"),
            format!("sinks = [{{ kind = \"stderr\", fallbacks = [{{ path = \"{path}\" }}] }}]"),
            format!("layers = [{{ name = \"A\", sinks = [{{ path = \"{path}\" }}] }}]"),
        ] {
            let error = files(&text).unwrap_err();
            assert_eq!(error.problems[0].kind, ProblemKind::Outside, "{text}: {error}");
            assert!(error.to_string().contains("leads out of"), "{error}");
        }
    }
}

#[cfg(unix)]
#[test]
fn no_link_leads_out() {
    let place = tempfile::tempdir().unwrap();
    let logs = place.path().join("logs");
    fs::create_dir(&logs).unwrap();
    std::os::unix::fs::symlink(place.path(), logs.join("out")).unwrap();
    std::os::unix::fs::symlink(place.path().join("secret"), logs.join("app.log")).unwrap();
    let text = "root = \"logs\"\nsinks = [{path = \"out/x\"}, {path = \"app.log\"}]";
    let path = write(place.path(), "hydra.toml", text);
    let error = Config::from_file(path).unwrap().builder().unwrap_err();
    let kinds: Vec<ProblemKind> = error.problems.iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [ProblemKind::Outside; 2], "{error}");
    assert_eq!((error.problems[0].place.line, error.problems[0].place.column), (2, 18));
    assert!(!place.path().join("x").exists() && !place.path().join("secret").exists());
}

#[test]
fn the_program_says_where_files_lie() {
    let place = tempfile::tempdir().unwrap();
    let config = Config::parse("file = \"app.log\"", Syntax::Toml).unwrap();
    let engine = config.root(place.path().join("logs")).builder().unwrap().build().unwrap();
    engine.scope(|| info!("kept in its place"));
    drop(engine);
    assert_eq!(lines(&place.path().join("logs/app.log")).len(), 1);
}

#[test]
fn what_cannot_be_opened_has_a_place() {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("taken")).unwrap();
    let path = write(place.path(), "hydra.toml", "level = \"info\"\nfile = \"taken\"\n");
    let error = Config::from_file(&path).unwrap().builder().unwrap_err();
    assert_eq!(error.problems[0].kind, ProblemKind::Unopened);
    assert!(error.to_string().starts_with(&format!("{}:2:8: ", path.display())), "{error}");
    for name in ["hydra.json", "none.toml", "."] {
        let error = Config::from_file(place.path().join(name)).unwrap_err();
        assert_eq!(error.problems[0].kind, ProblemKind::Unreadable, "{error}");
    }
    fs::write(place.path().join("bytes.toml"), b"a = 1\nb = \"\xff\"").unwrap();
    let error = Config::from_file(place.path().join("bytes.toml")).unwrap_err();
    assert_eq!((error.problems[0].place.line, error.problems[0].place.column), (2, 6));
}

#[test]
fn the_documentation_is_true() {
    let (toml, yaml) = (blocks("toml"), blocks("yaml"));
    assert!(!toml.is_empty() && toml.len() == yaml.len());
    for (toml, yaml) in toml.iter().zip(&yaml) {
        let one = Config::parse(toml, Syntax::Toml).unwrap();
        assert_eq!(one, Config::parse(yaml, Syntax::Yaml).unwrap());
        let place = tempfile::tempdir().unwrap();
        let engine = one.root(place.path()).builder().unwrap().build().unwrap();
        drop(engine);
    }
}

#[test]
fn explains_where_each_value_came_from() {
    let place = tempfile::tempdir().unwrap();
    let text = "preset = \"minimal\"\nring_bytes = \"128KiB\"\n[[sinks]]\nkind = \"stderr\"\n";
    let path = write(place.path(), "hydra.toml", text);
    let config = Config::from_file(&path).unwrap();
    let config = config.variables([("HYDRA_LOG_STALL", "5ms")]).unwrap();
    let told: Vec<String> = config.explain().iter().map(ToString::to_string).collect();
    let at = |line: &str| line.replace("FILE", &path.display().to_string());
    for expected in [
        "preset = \"minimal\"  (FILE:1:10)",
        "level = \"warn\"  (preset minimal)",
        "colour = \"auto\"  (default)",
        "ring_bytes = \"128KiB\"  (FILE:2:14)",
        "max_ring_bytes = \"128KiB\"  (FILE:2:14)",
        "spool_bytes = \"256KiB\"  (preset minimal)",
        "stall = \"5ms\"  (HYDRA_LOG_STALL)",
        "sinks[0].kind = \"stderr\"  (FILE:4:8)",
        "sinks[0].level = \"trace\"  (default)",
    ] {
        assert!(told.contains(&at(expected)), "{expected}\n{told:#?}");
    }
    let of_others = ["sinks[0].bytes", "sinks[0].header", "sinks[0].reopen_on_hangup"];
    let is_shown = |key: &&str| told.iter().any(|line| line.starts_with(key));
    assert!(!of_others.iter().any(is_shown), "what means nothing there: {told:#?}");
}

/// Runs this test binary again with these variables.
fn child(variables: &[(&str, &Path)]) -> std::process::Output {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "config::as_child", "--ignored", "--nocapture"]);
    command.envs(variables.iter().copied()).env_remove("HYDRA_LOG").output().unwrap()
}

#[test]
#[ignore = "a child of the test below"]
fn as_child() {
    match hydra_log::config::init_from_env() {
        Ok(_guard) => debug!(target: "child", "started by its environment"),
        Err(error) => println!("told: {error}"),
    }
}

#[test]
fn a_process_is_configured_by_its_environment() {
    let place = tempfile::tempdir().unwrap();
    let text = "level = \"error\"\nfile = \"app.log\"\ntemplate = \"{message}\"\n";
    let path = write(place.path(), "hydra.toml", text);
    let (level, other) = (Path::new("debug"), place.path().join("other.log"));
    let output = child(&[("HYDRA_LOG_CONFIG", &path), ("HYDRA_LOG_LEVEL", level)]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(lines(&place.path().join("app.log")), ["started by its environment"]);
    child(&[
        ("HYDRA_LOG_CONFIG", &path),
        ("HYDRA_LOG_LEVEL", level),
        ("HYDRA_LOG_FILE", &other),
        ("HYDRA_LOG_FORMAT", Path::new("csv")),
    ]);
    assert_eq!(lines(&place.path().join("app.log")).len(), 1, "the later one is in its place");
    assert_eq!(lines(&other).len(), 2, "a header and a record");
    fs::write(&path, "wokers = 1\n").unwrap();
    let output = child(&[("HYDRA_LOG_CONFIG", &path), ("HYDRA_LOG_LEVL", level)]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let both = ["did you mean `workers`?", "did you mean `HYDRA_LOG_LEVEL`?"];
    assert!(both.iter().all(|help| told.contains(help)), "{told}");
}
