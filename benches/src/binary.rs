//! What is in a binary log: records read one by one, so that a lost one shows.

use std::fs::File;
use std::path::Path;

use harness::lines::Content;
use hydra_log_decode::{Found, Reader};

/// Records and bytes of a file.
pub(crate) fn content(path: &Path) -> Result<Content, String> {
    let failed = |error: std::io::Error| error.to_string();
    let mut reader = Reader::new(File::open(path).map_err(failed)?);
    let mut content = Content { lines: 0, bytes: path.metadata().map_err(failed)?.len() };
    while let Some(found) = reader.next() {
        match found {
            Found::Event(_) => content.lines += 1,
            Found::Problem(problem) => return Err(problem.to_string()),
        }
    }
    Ok(content)
}
