//! A record as a line: level, target, message, fields. No time, which differs from run to run.

use std::collections::HashMap;

use hydra_log_core::record::dictionary::Entry;
use hydra_log_core::record::{Flags, RecordRef, ValueRef};
use hydra_log_core::render::{self, Limited, MESSAGE_BYTES, TypeInfo, Types, Verbatim};
use hydra_log_core::site::SiteId;
use hydra_log_core::template::{Piece, pieces};

/// What is known of an image's sites.
pub struct Sites<'a> {
    entries: HashMap<u32, Entry<'a>>,
    /// The fields of each site, for types.
    fields: HashMap<u32, Vec<(&'a str, &'a str)>>,
}

impl<'a> Sites<'a> {
    pub fn new(entries: HashMap<u32, Entry<'a>>) -> Self {
        let fields = entries.iter().map(|(id, entry)| (*id, entry.fields.iter().collect()));
        let fields = fields.collect();
        Self { entries, fields }
    }

    /// The line of a record.
    pub fn line(&self, record: &[u8]) -> Result<String, String> {
        let record = RecordRef::parse(record).map_err(|error| error.to_string())?;
        let number = record.site().0;
        if number == 0 && record.flags().contains(Flags::CONTROL) {
            return loss(&record);
        }
        let entry = self.entries.get(&number);
        let entry = entry.ok_or_else(|| format!("site {number:#06x} is not in the program"))?;
        let level = entry.level.to_string().to_lowercase();
        let mut line = format!("{level:<5} {}: ", entry.target);
        self.render(&mut line, entry.template, &record)?;
        for (name, template) in entry.fields.iter() {
            line.push_str(&format!(" {name}="));
            self.render(&mut line, template, &record)?;
        }
        Ok(line)
    }

    fn render(
        &self,
        line: &mut String,
        template: &str,
        record: &RecordRef<'_>,
    ) -> Result<(), String> {
        let parts: Result<Vec<Piece<'_>>, _> = pieces(template).collect();
        let parts = parts.map_err(|error| format!("template `{template}`: {error}"))?;
        let mut out = Verbatim(line);
        let mut out = Limited::new(&mut out, MESSAGE_BYTES);
        render::message(&mut out, parts, record, self).map_err(|_| "a text too long".to_owned())
    }
}

/// How many records were lost here: a count for each level.
fn loss(record: &RecordRef<'_>) -> Result<String, String> {
    let mut counts = String::new();
    let mut sum = 0;
    for (level, value) in ["error", "warn", "info", "debug", "trace"].iter().zip(record.values()) {
        let Ok(ValueRef::U64(count)) = value else {
            return Err("a loss without counts".to_owned());
        };
        counts.push_str(&format!(" {level}={count}"));
        sum += count;
    }
    Ok(format!("warn  hydra: {sum} records lost{counts}"))
}

impl Types for Sites<'_> {
    fn type_site(&self, id: SiteId) -> Option<TypeInfo<'_>> {
        let name = self.entries.get(&id.0)?.template;
        Some(TypeInfo { name, fields: self.fields.get(&id.0)? })
    }
}
