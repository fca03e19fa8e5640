//! A package of the card is a dependency only where sources use it.

use super::Finding;
use super::source::{Source, after_word};
use super::tree::Tree;

/// The packages that the design names; each is used where it fits, or not depended on.
const CARD: [&str; 9] = [
    "heapless",
    "crossbeam-utils",
    "ringbuf",
    "defmt",
    "bytemuck",
    "itoa",
    "ryu",
    "criterion",
    "loom",
];

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    let mut wanted: Vec<String> = Vec::new();
    let mut offered = Vec::new();
    for manifest in tree.texts.iter().filter(|text| is_manifest(&text.path)) {
        let folder = manifest.path.strip_suffix("Cargo.toml").unwrap_or_default();
        for dependency in dependencies(&manifest.text) {
            if !CARD.contains(&dependency.package.as_str()) {
                continue;
            }
            if dependency.is_shared {
                offered.push((manifest.path.as_str(), dependency));
                continue;
            }
            let mut sources = tree.sources.iter().filter(|source| source.path.starts_with(folder));
            if !sources.any(|source| uses(source, &dependency.package)) {
                let text = format!("`{}` is a dependency that nothing uses", dependency.package);
                findings.push(Finding::new(&manifest.path, dependency.line, text));
            }
            wanted.push(dependency.package);
        }
    }
    for (path, dependency) in offered {
        if !wanted.contains(&dependency.package) {
            let text =
                format!("`{}` is offered to the crates and none wants it", dependency.package);
            findings.push(Finding::new(path, dependency.line, text));
        }
    }
}

fn is_manifest(path: &str) -> bool {
    path == "Cargo.toml" || path.ends_with("/Cargo.toml")
}

struct Dependency {
    package: String,
    line: usize,
    /// Under `[workspace.dependencies]`.
    is_shared: bool,
}

/// The names under every table of dependencies, whatever the target or kind.
fn dependencies(manifest: &str) -> Vec<Dependency> {
    let mut found = Vec::new();
    let mut section = "";
    for (index, line) in manifest.lines().enumerate() {
        let line = line.trim();
        let is_shared = section.starts_with("workspace");
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_end_matches(']');
            // `[dependencies.name]`
            if let Some((table, name)) = section.rsplit_once('.')
                && table.ends_with("dependencies")
            {
                let is_shared = table.starts_with("workspace");
                found.push(Dependency { package: name.to_owned(), line: index + 1, is_shared });
            }
        } else if section.ends_with("dependencies")
            && let Some((key, _)) = line.split_once('=')
            && !line.starts_with('#')
        {
            let name = key.split('.').next().unwrap_or_default().trim().trim_matches('"');
            found.push(Dependency { package: name.to_owned(), line: index + 1, is_shared });
        }
    }
    found
}

/// Whether the source names the package's crate in a path or an import.
fn uses(source: &Source, package: &str) -> bool {
    let name = package.replace('-', "_");
    source.lines().any(|(_, line)| {
        after_word(line, &name).is_some_and(|rest| rest.starts_with("::"))
            || after_word(line, "use").is_some_and(|rest| rest.trim_start().starts_with(&name))
    })
}

#[cfg(test)]
mod tests {
    use crate::tidy::tests::findings;

    fn of(manifest: &str, code: &str) -> Vec<String> {
        let code = format!("//! An idea.\n{code}\n");
        findings(&[
            ("CHANGELOG.md", "## [Unreleased]"),
            ("core/Cargo.toml", manifest),
            ("core/src/a.rs", &code),
            ("core/src/lib.rs", "//! Nothing here.\n"),
        ])
    }

    #[test]
    fn unused_packages_are_found_in_every_table() {
        for manifest in [
            "[dependencies]\nheapless = \"0.9\"\n",
            "[dependencies]\nheapless.workspace = true\n",
            "[dev-dependencies]\nheapless = { version = \"0.9\" }\n",
            "[target.'cfg(unix)'.dependencies]\nheapless.workspace = true\n",
            "[dependencies.heapless]\nversion = \"0.9\"\n",
        ] {
            assert_eq!(of(manifest, "// heapless::Vec").len(), 1, "{manifest}");
            assert!(of(manifest, "use heapless::Vec;").is_empty(), "{manifest}");
            assert!(of(manifest, "type V = heapless::Vec<u8, 4>;").is_empty(), "{manifest}");
        }
    }

    #[test]
    fn dashes_are_underscores_and_other_packages_are_free() {
        let manifest = "[dependencies]\ncrossbeam-utils = \"0.8\"\nlibc = \"0.2\"\n";
        assert!(of(manifest, "use crossbeam_utils::CachePadded;").is_empty());
        assert_eq!(of(manifest, "").len(), 1);
    }

    #[test]
    fn an_offer_that_no_crate_takes_is_found() {
        let shared = "[workspace.dependencies]\nryu = \"1\"\n";
        let files = [("CHANGELOG.md", "## [Unreleased]"), ("Cargo.toml", shared)];
        assert_eq!(findings(&files).len(), 1);
        let taken = [
            files[0],
            files[1],
            ("core/Cargo.toml", "[dependencies]\nryu.workspace = true\n"),
            ("core/src/a.rs", "//! An idea.\nuse ryu::Buffer;\n"),
        ];
        assert!(findings(&taken).is_empty());
    }
}
