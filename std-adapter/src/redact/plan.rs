//! What is known of a callsite before its first record: which arguments are secret by their names,
//! what stands around them, and what its own texts give away.

use hydra_log_core::record::dictionary::{Entry, Fields};
use hydra_log_core::template::{Piece, pieces};

use super::rules::Rules;
use crate::binary::dictionary_blocks;
use crate::format::SiteInfo;

/// What stands for an argument where a callsite's own texts are looked through: it belongs to no
/// word, and ends each.
const HOLE: u8 = 2;

/// A part of a text: the callsite's own, or an argument's.
#[derive(Debug)]
pub(super) enum Part {
    Text(Box<[u8]>),
    Argument(usize),
}

/// A callsite, as far as secrets are concerned.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The message, then each field.
    pub(super) texts: Vec<Vec<Part>>,
    /// Of each argument, whether a field's name says that it is secret.
    pub(super) secret: Vec<bool>,
    /// Whether small numbers and short texts stay harmless between these texts.
    pub(super) is_tame: bool,
    /// The finds in its own texts, by rule: they count with each record.
    pub(super) own: Vec<usize>,
    /// The callsite with other texts, where something was found in its own.
    cleaned: Option<Box<Cleaned>>,
}

#[derive(Debug)]
struct Cleaned {
    info: SiteInfo,
    template: String,
    fields: Vec<(String, String)>,
}

impl Plan {
    pub(super) fn new(entry: &Entry<'_>, rules: &Rules) -> Self {
        let mut own = Vec::new();
        let template = clean(entry.template, rules, &mut own);
        let fields: Vec<_> = entry.fields.iter().collect();
        let is_secret = |key: &str| rules.is_secret(key);
        let cleaned: Vec<(String, String)> = fields
            .iter()
            .map(|(key, value)| {
                let has_text = !parts(value).iter().all(|part| matches!(part, Part::Argument(_)));
                let value = if is_secret(key) && has_text {
                    let rule = super::Detector::Named as usize;
                    own.push(rule);
                    let mut shown = Vec::new();
                    rules.write(rule, value.as_bytes(), &mut shown);
                    braced(&String::from_utf8_lossy(&shown))
                } else {
                    clean(value, rules, &mut own)
                };
                ((*key).to_owned(), value)
            })
            .collect();
        let texts: Vec<_> = core::iter::once(parts(&template))
            .chain(cleaned.iter().map(|(_, value)| parts(value)))
            .collect();
        let mut secret = vec![false; usize::from(entry.arguments)];
        for ((key, _), parts) in fields.iter().zip(texts.iter().skip(1)) {
            for part in parts {
                if let Part::Argument(index) = part
                    && let Some(place) = secret.get_mut(*index)
                {
                    *place |= is_secret(key);
                }
            }
        }
        let is_tame = texts.iter().all(|parts| is_tame(parts, rules));
        let cleaned = (!own.is_empty()).then(|| {
            let texts: Vec<_> =
                cleaned.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            let entry = Entry { template: &template, fields: Fields::new(&texts), ..*entry };
            let info = SiteInfo::of(&entry);
            Box::new(Cleaned { info, template: template.clone(), fields: cleaned.clone() })
        });
        Self { texts, secret, is_tame, own, cleaned }
    }

    /// The callsite as it may be shown.
    pub(crate) fn site<'s>(&'s self, site: &'s SiteInfo) -> &'s SiteInfo {
        self.cleaned.as_ref().map_or(site, |cleaned| &cleaned.info)
    }

    /// The callsite's texts as they may be shown: message and fields; `None` if all of its own may.
    pub(crate) fn texts(&self) -> Option<(&str, Vec<(&str, &str)>)> {
        let cleaned = self.cleaned.as_ref()?;
        let fields = cleaned.fields.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        Some((&cleaned.template, fields.collect()))
    }
}

/// A binary log's blocks of callsites as they may be shown.
pub(crate) fn cleaned_blocks<'a>(
    sites: impl Iterator<Item = (Entry<'a>, Option<&'a Plan>)>,
) -> Vec<u8> {
    let sites: Vec<_> = sites.map(|(entry, plan)| (entry, plan.and_then(Plan::texts))).collect();
    dictionary_blocks(sites.iter().map(|(entry, texts)| match texts {
        None => *entry,
        Some((template, fields)) => Entry { template, fields: Fields::new(fields), ..*entry },
    }))
}

fn parts(template: &str) -> Vec<Part> {
    let part = |piece| match piece {
        Piece::Literal(text) => Part::Text(text.as_bytes().into()),
        Piece::Argument { index, .. } => Part::Argument(index),
    };
    pieces(template).filter_map(Result::ok).map(part).collect()
}

/// A template without what its own texts give away.
fn clean(template: &str, rules: &Rules, own: &mut Vec<usize>) -> String {
    let text = skeleton(&parts(template), &[HOLE]);
    let mut cleaned = template.to_owned();
    rules.each(&text, |find| {
        let secret = text.get(find.start..find.end).unwrap_or_default();
        // What has a hole in it is looked at with each record.
        if secret.contains(&HOLE) {
            return;
        }
        let mut shown = Vec::new();
        rules.write(find.rule, secret, &mut shown);
        let secret = braced(&String::from_utf8_lossy(secret));
        cleaned = cleaned.replacen(&secret, &braced(&String::from_utf8_lossy(&shown)), 1);
        own.push(find.rule);
    });
    cleaned
}

fn braced(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// The text with this in each hole.
fn skeleton(parts: &[Part], hole: &[u8]) -> Vec<u8> {
    let bytes = parts.iter().map(|part| match part {
        Part::Text(text) => &**text,
        Part::Argument(_) => hole,
    });
    bytes.flatten().copied().collect()
}

/// Whether nothing is found whatever small numbers and short texts stand in the holes.
fn is_tame(parts: &[Part], rules: &Rules) -> bool {
    let mut is_near = false;
    for part in parts {
        match part {
            // Two in a row may be one text, and so may two with no letters between them.
            Part::Argument(_) if is_near => return false,
            Part::Argument(_) => is_near = true,
            Part::Text(text) => {
                let has_sign = text.iter().any(|byte| b"@=:+\\\"'<>".contains(byte));
                let has_dashes = text.windows(2).any(|pair| pair == b"--");
                let edges = [text.first(), text.last()];
                let is_joined = edges.iter().any(|edge| edge.is_some_and(|byte| *byte != b' '));
                if has_dashes || (is_joined && has_digits(text)) || (has_sign && joins(text)) {
                    return false;
                }
                is_near = is_near && !text.iter().any(u8::is_ascii_alphabetic);
            }
        }
    }
    let samples: [&[u8]; 3] = [b"hunter", b"1234567", b"a@b"];
    rules.has_no_patterns()
        && samples.iter().all(|sample| {
            let mut found = false;
            rules.each(&skeleton(parts, sample), |_| found = true);
            !found
        })
}

fn has_digits(text: &[u8]) -> bool {
    text.iter().any(u8::is_ascii_digit)
}

/// Whether a sign stands where a value would go on from it.
fn joins(text: &[u8]) -> bool {
    text.contains(&b'@')
        || [text.first(), text.last()]
            .iter()
            .any(|edge| edge.is_some_and(|byte| b"@=+\\\"'<>".contains(byte)))
}
