//! Records as lines, for a terminal: what `format!` would show, and nothing that controls it.
#![allow(clippy::unwrap_used, reason = "a test")]

use core::time::Duration;
use std::sync::Mutex;

use hydra_log_embedded::clock::Ticks;
use hydra_log_embedded::{
    Drained, LevelFilter, Outlet, Record, Sink, Text, drain_lines, error, info, ring, switch_all,
    trace, warn,
};

/// Stands still, at 2.5 s.
struct Clock;

impl Ticks for Clock {
    const HERTZ: u32 = 1_000_000;

    fn now() -> u32 {
        2_500_000
    }
}

ring!(1408, clock = Clock);

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Takes so many lines.
struct Terminal {
    lines: Vec<String>,
    room: usize,
}

impl Sink for Terminal {
    fn write(&mut self, head: &[u8], payload: &[u8]) -> bool {
        assert!(head.is_empty());
        let has_room = self.room > 0;
        if has_room {
            self.room -= 1;
            let line = core::str::from_utf8(payload).unwrap();
            self.lines.push(line.strip_suffix("\r\n").unwrap().to_owned());
        }
        has_room
    }
}

fn terminal(room: usize) -> Outlet<Text<Terminal>> {
    switch_all(LevelFilter::Trace);
    Outlet::new(Text::new(Terminal { lines: Vec::new(), room }))
}

#[derive(Debug, Record)]
struct Point {
    x: i16,
    y: f32,
}

#[test]
fn a_record_is_a_line() {
    let _alone = ONE_AT_A_TIME.lock();
    let mut terminal = terminal(99);
    info!(target: "adc", "{} mV of {:#06x}, {:?}", 4012, 0xabc, Duration::from_millis(1500));
    warn!(target: "adc", channel = 3_u8, name = "left", "{:>8.2}|", 2.125_f32);
    error!(target: "app", "{:?} {:?}", Point { x: -7, y: 0.5 }, [1_u8, 2]);
    trace!(target: "app", low = i64::MIN, "{}", u64::MAX);
    drain_lines(&mut terminal);
    assert_eq!(
        terminal.sink().sink().lines,
        [
            "2.500000 INFO adc: 4012 mV of 0x0abc, 1.5s",
            "2.500000 WARN adc:     2.12| channel=3 name=left",
            "2.500000 ERROR app: Point { x: -7, y: 0.5 } [1, 2]",
            "2.500000 TRACE app: 18446744073709551615 low=-9223372036854775808",
        ]
    );
}

#[test]
fn a_value_ends_no_line_and_controls_no_terminal() {
    let _alone = ONE_AT_A_TIME.lock();
    let mut terminal = terminal(99);
    info!(target: "app", "{}", "one\r\ntwo \x1b[31m é\u{9b}");
    info!(target: "app", "{}{}", "ä".repeat(100), 7);
    drain_lines(&mut terminal);
    let lines = &terminal.sink().sink().lines;
    assert_eq!(lines[0], r"2.500000 INFO app: one\r\ntwo \u{1b}[31m é\u{9b}");
    // 128 bytes: 19 in front, 5 for the ends, and no half of a letter.
    assert_eq!(lines[1], format!("2.500000 INFO app: {}...", "ä".repeat(52)));
    assert_eq!(lines.len(), 2);
}

#[test]
fn what_there_is_no_room_for_stays_and_what_is_lost_is_told() {
    let _alone = ONE_AT_A_TIME.lock();
    let mut terminal = terminal(0);
    (0..200).for_each(|number| info!(target: "app", "{number}"));
    assert_eq!(drain_lines(&mut terminal), Drained::default());
    terminal.sink().sink().room = 10;
    drain_lines(&mut terminal);
    terminal.sink().sink().room = 999;
    drain_lines(&mut terminal);
    let lines = &terminal.sink().sink().lines;
    let (last, lines) = lines.split_last().unwrap();
    for (number, line) in lines.iter().enumerate() {
        assert_eq!(*line, format!("2.500000 INFO app: {number}"));
    }
    assert!(last.ends_with(&format!("WARN hydra: {} records lost", 200 - lines.len())), "{last}");
}

#[test]
fn a_record_that_is_too_long_shows_its_length() {
    let _alone = ONE_AT_A_TIME.lock();
    let mut terminal = terminal(9);
    info!(target: "app", "{:?}", [7_u8; 200]);
    info!(target: "app", "{}", "x".repeat(700));
    drain_lines(&mut terminal);
    let lines = &terminal.sink().sink().lines;
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| line.starts_with("2.500000 INFO app: ")), "{lines:?}");
}
