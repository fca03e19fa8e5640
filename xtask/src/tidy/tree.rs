//! The files of a workspace, read once; what is built or hidden is left out.

use std::fs;
use std::path::Path;

use super::source::Source;

/// Endings of files that people write and read.
const TEXTS: [&str; 8] = ["md", "toml", "yml", "yaml", "sh", "py", "csv", "x"];

/// A text file, with its path from the root and forward slashes.
pub(super) struct Text {
    pub(super) path: String,
    pub(super) text: String,
}

/// Everything that the rules look at.
#[derive(Default)]
pub(super) struct Tree {
    /// Rust sources.
    pub(super) sources: Vec<Source>,
    /// All other texts.
    pub(super) texts: Vec<Text>,
}

impl Tree {
    pub(super) fn read(root: &Path) -> std::io::Result<Self> {
        let mut tree = Self::default();
        tree.walk(root, "")?;
        Ok(tree)
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.add((*path).to_owned(), (*text).to_owned());
        }
        tree
    }

    /// The text at this path.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.texts.iter().find(|text| text.path == path).map(|text| text.text.as_str())
    }

    fn walk(&mut self, directory: &Path, prefix: &str) -> std::io::Result<()> {
        let mut entries = fs::read_dir(directory)?.collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            if entry.file_type()?.is_dir() {
                let is_hidden = name.starts_with('.') && name != ".ci" && name != ".cargo";
                if !is_hidden && !name.starts_with("target") {
                    self.walk(&entry.path(), &format!("{path}/"))?;
                }
            } else if is_text(&path) {
                // Files come and go while an editor saves; a file that went is not checked.
                if let Ok(bytes) = fs::read(entry.path()) {
                    self.add(path, String::from_utf8_lossy(&bytes).into_owned());
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, path: String, text: String) {
        if path.ends_with(".rs") {
            self.sources.push(Source::new(path, text));
        } else {
            self.texts.push(Text { path, text });
        }
    }
}

fn is_text(path: &str) -> bool {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    ending == "rs" || TEXTS.contains(&ending) || path == ".ci/run"
}
