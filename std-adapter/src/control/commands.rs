//! What can be asked for in a line, and what is said then.

use core::fmt::Write;
use core::time::Duration;

use hydra_log_core::site::{self, Site, SiteKind};

use super::scope::brief;
use super::{CallInfo, InForce, Override, Scope, reload, report, span};
use crate::engine::added;
use crate::engine::shared::Shared;
use crate::engine::sink_lane::SinkLane;
use crate::filter::{Filter, nearest};

/// How long a flush is waited for.
const FLUSH_BOUND: Duration = Duration::from_secs(30);

/// So many callsites are listed.
const MOST_LISTED: usize = 1000;

/// Each command, and what it is for.
const COMMANDS: [(&str, &str); 10] = [
    ("level", "SCOPE=LEVEL [for SPAN] [as NAME]: put an override in force"),
    ("levels", "the filter, and the overrides in force"),
    ("remove", "NAME: end an override before its time"),
    ("reset", "end all overrides"),
    ("callsites", "[SCOPE]: callsites, their numbers and whether they are on"),
    ("stats", "everything that is counted"),
    ("health", "how full rings are, and how each sink does"),
    ("flush", "[SPAN]: wait until everything is written"),
    ("reload", "read filter and configuration again"),
    ("help", "this list"),
];

/// What is said to a line.
pub(super) enum Answer {
    /// Lines, or why not.
    Said(Result<String, String>),
    /// Whatever a flush comes to, in so much time.
    Flush(Duration),
}

/// Does what a line asks for. Waits for nothing that takes long.
pub(super) fn answer(shared: &'static Shared, line: &str) -> Answer {
    let line = line.trim();
    let (command, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let said = match command {
        "level" => level(shared, rest),
        "levels" => bare(command, rest).map(|()| levels(shared)),
        "remove" => remove(shared, rest),
        "reset" => {
            bare(command, rest).map(|()| format!("{} overrides ended", shared.reset_overrides()))
        }
        "callsites" => callsites(shared, rest),
        "stats" => bare(command, rest).map(|()| report::stats(&shared.stats())),
        "health" => bare(command, rest).map(|()| report::health(&shared.health())),
        "flush" => match bound(rest) {
            Ok(bound) => return Answer::Flush(bound),
            Err(reason) => Err(reason),
        },
        "reload" => bare(command, rest).and_then(|()| reload(shared)),
        "help" => Ok(help()),
        _ => Err(unknown(command)),
    };
    Answer::Said(said)
}

fn bare(command: &str, rest: &str) -> Result<(), String> {
    if rest.is_empty() {
        Ok(())
    } else {
        Err(format!("`{command}` takes nothing behind it, not `{}`", brief(rest)))
    }
}

fn help() -> String {
    COMMANDS.iter().map(|(name, what)| format!("{name} {what}\n")).collect()
}

fn unknown(command: &str) -> String {
    let command = brief(command);
    match nearest(&command, COMMANDS.iter().map(|(name, _)| *name)) {
        Some(nearest) => format!("unknown command `{command}`, did you mean `{nearest}`?"),
        None => format!("unknown command `{command}`, `help` lists them"),
    }
}

fn level(shared: &'static Shared, text: &str) -> Result<String, String> {
    let change: Override = text.parse().map_err(|error| format!("{error}"))?;
    let name = shared.put_override(change).map_err(|error| error.to_string())?;
    let list = shared.list_overrides();
    let Some(one) = list.iter().find(|one| one.name == name) else {
        return Ok(format!("{name} has ended already"));
    };
    let mut said = one.to_string();
    if let Some(note) = note(shared, one) {
        // Writing to a `String` does not fail.
        let _ = write!(said, "\nnote: {note}");
    }
    Ok(said)
}

/// Why an override may do nothing.
fn note(shared: &Shared, one: &InForce) -> Option<String> {
    let most = shared.sinks.iter().map(SinkLane::level).max().unwrap_or_default();
    if one.level > most {
        return Some(format!("the outputs take `{most}` at the most"));
    }
    if one.callsites > 0 {
        return None;
    }
    let hint = match &one.scope {
        Scope::Target(target) => {
            let filter = Filter::parse(&format!("{target}=trace")).0;
            let targets = site::sites().iter().filter(|site| site.kind == SiteKind::Event);
            let warnings = filter.unknown_targets(targets.map(|site| site.target));
            warnings.first().map(|warning| warning.problem.to_string())
        }
        Scope::Layer(name) => {
            let known = shared.router.iter().flat_map(|router| router.names());
            nearest(name, known).map(|known| format!("did you mean the layer `{known}`?"))
        }
        _ => None,
    };
    Some(hint.unwrap_or_else(|| "no call that is known so far is meant".to_owned()))
}

fn levels(shared: &'static Shared) -> String {
    let mut said = format!("filter {}\n", shared.filter_now());
    for (name, level) in shared.router.iter().flat_map(|router| router.levels()) {
        let _ = writeln!(said, "layer {name} {level}");
    }
    for one in shared.list_overrides() {
        let _ = writeln!(said, "override {one}");
    }
    said
}

fn remove(shared: &Shared, name: &str) -> Result<String, String> {
    if shared.remove_override(name) {
        return Ok(format!("{name} has ended"));
    }
    let name = brief(name);
    let list = shared.list_overrides();
    let names: Vec<&str> = list.iter().map(|one| one.name.as_str()).collect();
    Err(if names.is_empty() {
        format!("no override `{name}`: none is in force")
    } else {
        format!("no override `{name}`: in force are {}", names.join(", "))
    })
}

fn bound(rest: &str) -> Result<Duration, String> {
    if rest.is_empty() {
        return Ok(FLUSH_BOUND);
    }
    let bound = span::parse(rest).map_err(|error| error.to_string())?;
    Ok(bound.min(FLUSH_BOUND))
}

fn reload(shared: &'static Shared) -> Result<String, String> {
    if shared.plan.control.sources.is_empty() {
        return Err("nothing is known that could be read again".to_owned());
    }
    reload::all(shared).map(|()| "read again".to_owned()).map_err(|error| error.to_string())
}

fn callsites(shared: &Shared, rest: &str) -> Result<String, String> {
    let scope: Scope = if rest.is_empty() {
        Scope::Everything
    } else {
        rest.parse().map_err(|error| format!("{error}"))?
    };
    Ok(added::each(|added| {
        let all = site::sites().iter().chain(added.iter().copied());
        let meant = all.filter(|site| site.kind == SiteKind::Event).filter(|site| {
            let call = CallInfo::of(site);
            scope.covers(&call, shared.routed(&call)).is_some()
        });
        let mut meant: Vec<&'static Site> = meant.collect();
        meant.sort_unstable_by_key(|site| site.id());
        let mut said = String::new();
        for site in meant.iter().take(MOST_LISTED) {
            said.push_str(&shown(shared, site));
        }
        if meant.len() > MOST_LISTED {
            let _ = writeln!(said, "and {} more", meant.len() - MOST_LISTED);
        }
        said
    }))
}

fn shown(shared: &Shared, site: &'static Site) -> String {
    let state = if shared.takes(site.gate) { "on" } else { "off" };
    let Site { target, file, line, template, .. } = site;
    let template: String = template.chars().take(60).collect();
    let (id, level) = (site.id().0, site.level());
    format!("#{id} {state} {level} {target} {file}:{line} {template:?}\n")
}
