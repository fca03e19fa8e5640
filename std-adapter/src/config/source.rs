//! Files and texts become configurations.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::place::{Lines, Place, Source};
use super::problem::{Problem, ProblemKind, Problems};
use super::schema::CONFIG;
use super::{Config, check, toml};

/// Larger files are none that a person wrote.
const MOST_BYTES: u64 = 256 << 10;

/// How a configuration is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Syntax {
    /// TOML 1.0.
    Toml,
    /// YAML 1.2, without aliases and tags.
    #[cfg(feature = "yaml")]
    Yaml,
}

/// Reads a file as far as it can be read.
pub(super) fn file(path: &Path, problems: &mut Problems) -> Config {
    let source = Arc::new(Source::File(path.to_path_buf()));
    let base = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let base = base.unwrap_or(Path::new("."));
    let said = syntax(path, &source).and_then(|syntax| Ok((syntax, read(path, &source)?)));
    match said {
        Ok((syntax, said)) => text(&said, syntax, &source, base, problems),
        Err(problem) => {
            problems.add(|| problem);
            Config::new()
        }
    }
}

/// Reads a text as far as it can be read.
pub(super) fn text(
    text: &str,
    syntax: Syntax,
    source: &Arc<Source>,
    base: &Path,
    problems: &mut Problems,
) -> Config {
    let mut config = Config { base: base.to_path_buf(), ..Config::new() };
    let place = Place { source: Arc::clone(source), line: 1, column: 1 };
    if text.len() as u64 > MOST_BYTES {
        problems.add(|| too_large(&place));
        return config;
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let entries = match syntax {
        Syntax::Toml => toml::parse(text, source, problems),
        #[cfg(feature = "yaml")]
        Syntax::Yaml => super::yaml::parse(text, source, problems),
    };
    config.table = check::table(entries, &place, &CONFIG, problems);
    config
}

fn syntax(path: &Path, source: &Arc<Source>) -> Result<Syntax, Problem> {
    let end = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let fail = |kind, message: &str, help: &str| {
        Err(Problem::new(kind, &Place::whole(source), message, help))
    };
    match end.as_str() {
        "toml" => Ok(Syntax::Toml),
        #[cfg(feature = "yaml")]
        "yaml" | "yml" => Ok(Syntax::Yaml),
        #[cfg(not(feature = "yaml"))]
        "yaml" | "yml" => fail(
            ProblemKind::Unavailable,
            "this program was built without the feature `yaml`",
            "write it in TOML, or build it with the feature",
        ),
        _ => fail(
            ProblemKind::Unreadable,
            "a configuration's name ends in .toml, .yaml or .yml",
            "rename the file",
        ),
    }
}

fn read(path: &Path, source: &Arc<Source>) -> Result<String, Problem> {
    let place = Place::whole(source);
    let fail = |error: std::io::Error| {
        let help = "name a file that this user may read";
        Problem::new(ProblemKind::Unreadable, &place, format!("can't be read: {error}"), help)
    };
    // A pipe could be waited for without end.
    if !fs::metadata(path).map_err(fail)?.is_file() {
        return Err(fail(std::io::Error::other("it is no file")));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(fail)?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(too_large(&place));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes());
        let place = Lines::new(&text, source).at(valid);
        Problem::new(ProblemKind::Syntax, &place, "a byte that is no UTF-8", "save it as UTF-8")
    })
}

fn too_large(place: &Place) -> Problem {
    let message = format!("larger than {} KiB", MOST_BYTES >> 10);
    Problem::new(ProblemKind::Unreadable, place, message, "a configuration is small")
}
