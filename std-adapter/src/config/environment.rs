//! Variables of the environment, laid over what a file says.

use std::sync::Arc;

use super::held::{Table, What};
use super::place::{Place, Source};
use super::problem::{Problem, ProblemKind, Problems};
use super::schema::{CONFIG, Key};
use super::{CONFIG_VARIABLE, check};
use crate::filter::nearest;

/// What the names of all variables start with.
const PREFIX: &str = "HYDRA_LOG";

/// The process's variables that are about logging. Empty ones are as if they were not there.
pub(super) fn process(problems: &mut Problems) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, value) in std::env::vars_os() {
        let Some(name) = name.to_str().filter(|name| is_ours(name)) else { continue };
        match value.into_string() {
            Ok(value) => found.push((name.to_owned(), value)),
            Err(_) => problems.add(|| {
                Problem::new(ProblemKind::BadValue, &place(name), "its value is no UTF-8", "")
            }),
        }
    }
    found
}

/// Lays variables over a configuration.
pub(super) fn lay(table: &mut Table, variables: &[(String, String)], problems: &mut Problems) {
    for (name, text) in variables {
        if !is_ours(name) || name == CONFIG_VARIABLE || text.trim().is_empty() {
            continue;
        }
        match CONFIG.keys.iter().find(|key| key.variable == Some(name)) {
            Some(key) => {
                if let Some(held) = check::variable(name, text, key, problems) {
                    make_way(table, key);
                    table.values.push((key, held));
                }
            }
            None => problems.add(|| unknown(name)),
        }
    }
    table.values.sort_by_key(|(key, _)| CONFIG.keys.iter().position(|row| row.name == key.name));
}

fn is_ours(name: &str) -> bool {
    name.strip_prefix(PREFIX).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

fn place(name: &str) -> Place {
    Place::whole(&Arc::new(Source::Variable(name.to_owned())))
}

fn unknown(name: &str) -> Problem {
    let known = CONFIG.keys.iter().filter_map(|key| key.variable).chain([CONFIG_VARIABLE]);
    let help = match nearest(name, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", known.collect::<Vec<_>>().join(", ")),
    };
    let message = "no variable of this name is read";
    Problem::new(ProblemKind::UnknownKey, &place(name), message, help)
}

/// What a file said makes way: of the key itself, and of keys that say the same in other words.
fn make_way(table: &mut Table, key: &Key) {
    table.remove(key.name);
    match key.name {
        "format" => table.remove("template"),
        "template" => table.remove("format"),
        "overflow" => {
            let chains = table.values.iter_mut().find(|(key, _)| key.name == "chains");
            if let Some((_, held)) = chains
                && let What::Table(chains) = &mut held.what
            {
                chains.remove("best_effort");
            }
        }
        _ => {}
    }
}
