//! One measured value: how it is printed, read back, and summed up over rounds.

/// A value with its name, its unit, and the records that the run lost.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// How much it was.
    pub value: f64,
    /// Of what.
    pub unit: String,
    /// Records that were logged and are not in the output.
    pub lost: u64,
}

impl Figure {
    /// A figure of these parts.
    pub fn new(name: impl Into<String>, value: f64, unit: &str, lost: u64) -> Self {
        Self { name: name.into(), value, unit: unit.to_owned(), lost }
    }

    /// `name,value,unit,lost`.
    #[must_use]
    pub fn line(&self) -> String {
        let Self { name, value, unit, lost } = self;
        format!("{name},{value:.2},{unit},{lost}")
    }

    /// Reads what [`line`](Self::line) wrote.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split(',');
        let name = fields.next()?;
        let value = fields.next()?.parse().ok()?;
        let unit = fields.next()?;
        let lost = fields.next()?.parse().ok()?;
        Some(Self::new(name, value, unit, lost))
    }
}

/// The median of each name, in the order of their first sight.
#[must_use]
pub fn medians(all: &[Figure]) -> Vec<Figure> {
    let mut sums: Vec<Figure> = Vec::new();
    for figure in all {
        if sums.iter().any(|known| known.name == figure.name) {
            continue;
        }
        let same = all.iter().filter(|other| other.name == figure.name);
        let mut values: Vec<f64> = same.clone().map(|other| other.value).collect();
        values.sort_by(f64::total_cmp);
        let value = values.get(values.len() / 2).copied().unwrap_or(f64::NAN);
        // A loss in any round is a loss.
        let lost = same.map(|other| other.lost).sum();
        sums.push(Figure { value, lost, ..figure.clone() });
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(name: &str, value: f64, lost: u64) -> Figure {
        Figure::new(name, value, "ns", lost)
    }

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let figure = figure("b1_p50_ns", 12.25, 3);
        assert_eq!(figure.line(), "b1_p50_ns,12.25,ns,3");
        assert_eq!(Figure::parse(&figure.line()), Some(figure));
        assert_eq!(Figure::parse("thread panicked"), None);
    }

    #[test]
    fn medians_of_each_name_and_every_loss() {
        let all =
            [figure("a", 3.0, 0), figure("b", 1.0, 0), figure("a", 9.0, 2), figure("a", 5.0, 1)];
        assert_eq!(medians(&all), [figure("a", 5.0, 3), figure("b", 1.0, 0)]);
    }
}
