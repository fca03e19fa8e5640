//! `examples/firmware/budgets.csv`: what each figure may be at the most.
//!
//! The *goal* is what the project wants to reach; the *budget* is what fails when it is exceeded,
//! which is the goal once that is reached, or less where it is beaten.

use std::fs;

use crate::term::{bad, good, say};
use crate::tool::root;

const HEADER: &str = "target,what,goal,goal masked,budget,budget masked";

/// Two numbers that belong together: a count, and how much of it is masked.
pub(super) type Pair = (u32, u32);

/// The limits of one figure.
#[derive(Debug, PartialEq, Eq)]
struct Limit {
    target: String,
    what: String,
    goal: Pair,
    budget: Pair,
}

/// All limits, and which were exceeded so far.
pub(super) struct Budgets {
    limits: Vec<Limit>,
    exceeded: Vec<String>,
}

impl Budgets {
    pub(super) fn read() -> Result<Self, String> {
        let path = root().join("examples").join("firmware").join("budgets.csv");
        let text = fs::read_to_string(&path);
        let text = text.map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { limits: parse(&text)?, exceeded: Vec::new() })
    }

    /// Prints a line about a figure that has limits.
    pub(super) fn judge(&mut self, target: &str, what: &str, figure: Pair) {
        let is_it = |limit: &&Limit| limit.target == target && limit.what == what;
        let Some(limit) = self.limits.iter().find(is_it) else { return };
        let shown = format!("{what}: {} / {} masked", figure.0, figure.1);
        let (goal, budget) = (limit.goal, limit.budget);
        if !fits(figure, budget) {
            bad(&format!("{shown}: the budget is {} / {}", budget.0, budget.1));
            self.exceeded.push(format!("{what} on {target}"));
        } else if fits(figure, goal) {
            good(&format!("{shown}, goal {} / {}", goal.0, goal.1));
        } else {
            say(&format!("     {shown}: above the goal of {} / {}", goal.0, goal.1));
        }
    }

    /// Fails when something was above its budget.
    pub(super) fn end(self) -> Result<(), String> {
        match self.exceeded.is_empty() {
            true => Ok(()),
            false => Err(format!("above the budget: {}", self.exceeded.join(", "))),
        }
    }
}

fn fits(figure: Pair, limit: Pair) -> bool {
    figure.0 <= limit.0 && figure.1 <= limit.1
}

fn parse(text: &str) -> Result<Vec<Limit>, String> {
    let lines = text.lines().filter(|line| !line.is_empty() && *line != HEADER);
    lines.map(|line| limit(line).ok_or_else(|| format!("not a budget: `{line}`"))).collect()
}

fn limit(line: &str) -> Option<Limit> {
    let mut fields = line.split(',');
    let (target, what) = (fields.next()?.to_owned(), fields.next()?.to_owned());
    let mut number = || fields.next()?.parse().ok();
    let goal = (number()?, number()?);
    let budget = (number()?, number()?);
    fields.next().is_none().then_some(Limit { target, what, goal, budget })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_and_nonsense_is_named() {
        let limits = parse(&format!("{HEADER}\nm4,one,48,0,50,1\n")).unwrap();
        assert_eq!((limits[0].goal, limits[0].budget), ((48, 0), (50, 1)));
        for line in ["m4,one,48", "m4,one,48,0,50,x", "m4,one,48,0,50,1,2"] {
            assert!(parse(line).unwrap_err().contains(line));
        }
    }

    #[test]
    fn what_is_above_its_budget_fails_by_name() {
        let limits = parse("m4,one,48,0,50,1\nm4,two,10,0,10,0").unwrap();
        let mut budgets = Budgets { limits, exceeded: Vec::new() };
        for (what, figure) in [("one", (50, 1)), ("two", (10, 1)), ("three", (9999, 0))] {
            budgets.judge("m4", what, figure);
        }
        assert_eq!(budgets.end(), Err("above the budget: two on m4".to_owned()));
    }

    #[test]
    fn the_committed_limits_can_be_read_and_each_is_there_once() {
        let limits = Budgets::read().unwrap().limits;
        for (at, limit) in limits.iter().enumerate() {
            let same =
                |other: &&Limit| (&other.target, &other.what) == (&limit.target, &limit.what);
            assert_eq!(limits.iter().position(|other| same(&other)), Some(at), "{limit:?}");
        }
        assert!(!limits.is_empty());
    }
}
