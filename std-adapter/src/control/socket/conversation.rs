//! One who connected: lines in, answers out, and not a byte more than is allowed.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::time::Instant;

use crate::control::commands::{self, Answer};
use crate::engine::Flushing;
use crate::engine::shared::Shared;
use crate::sys::peer::Wanted;

/// The longest line that is taken.
const LONGEST_LINE: usize = 1024;

/// Who says much makes way for others after so many lines.
const LINES_A_TURN: usize = 16;

/// Who says nothing, or does not listen, for so long is left.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) struct Conversation {
    stream: UnixStream,
    input: Vec<u8>,
    output: Vec<u8>,
    sent: usize,
    /// A flush that was asked for, and until when it is waited for.
    flushing: Option<(Flushing, Instant)>,
    /// When something was heard or taken last.
    heard: Instant,
    /// Nothing more is read.
    is_ending: bool,
}

impl Conversation {
    pub(super) fn new(stream: UnixStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream,
            input: Vec::new(),
            output: Vec::new(),
            sent: 0,
            flushing: None,
            heard: Instant::now(),
            is_ending: false,
        })
    }

    pub(super) fn wanted(&self) -> Wanted {
        Wanted::new(&self.stream, self.is_writing())
    }

    /// Whether it can go on without anything coming in.
    pub(super) fn is_eager(&self) -> bool {
        self.has_line() && !self.is_writing() && !self.is_flushing()
    }

    pub(super) fn is_flushing(&self) -> bool {
        self.flushing.is_some()
    }

    /// When something was heard or taken last.
    pub(super) fn heard(&self) -> Instant {
        self.heard
    }

    /// Goes on as far as that is possible without waiting; whether there is more to come.
    pub(super) fn go_on(&mut self, shared: &'static Shared, is_ready: bool) -> bool {
        if is_ready || self.is_flushing() {
            match self.step(shared) {
                Ok(true) => {}
                Ok(false) | Err(_) => return false,
            }
        }
        self.is_flushing() || self.heard.elapsed() < PATIENCE
    }

    fn step(&mut self, shared: &'static Shared) -> io::Result<bool> {
        for _ in 0..LINES_A_TURN {
            self.look_at_flush();
            if !self.write()? || self.is_flushing() {
                return Ok(true);
            }
            if let Some(line) = self.line() {
                self.answer(shared, line);
                continue;
            }
            if self.is_ending || !self.read()? {
                return Ok(false);
            }
            if !self.has_line() && !self.is_ending {
                return Ok(true);
            }
        }
        Ok(true)
    }

    fn is_writing(&self) -> bool {
        self.sent < self.output.len()
    }

    /// Sends what is to be sent; whether all of it is.
    fn write(&mut self) -> io::Result<bool> {
        while let Some(rest) = self.output.get(self.sent..).filter(|rest| !rest.is_empty()) {
            match self.stream.write(rest) {
                Ok(count) => {
                    self.sent += count;
                    self.heard = Instant::now();
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.output = Vec::new();
        self.sent = 0;
        Ok(true)
    }

    /// Takes what is there; `false` at the end.
    fn read(&mut self) -> io::Result<bool> {
        let mut bytes = [0; LONGEST_LINE];
        match self.stream.read(&mut bytes) {
            Ok(0) => Ok(false),
            Ok(count) => {
                self.input.extend_from_slice(bytes.get(..count).unwrap_or_default());
                if !self.has_line() && self.input.len() > LONGEST_LINE {
                    self.say(&Err(format!("a line is longer than {LONGEST_LINE} bytes")));
                    self.input = Vec::new();
                    self.is_ending = true;
                }
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(true),
            Err(error) => Err(error),
        }
    }

    fn has_line(&self) -> bool {
        self.input.contains(&b'\n')
    }

    fn line(&mut self) -> Option<Vec<u8>> {
        let end = self.input.iter().position(|byte| *byte == b'\n')?;
        let mut line: Vec<u8> = self.input.drain(..=end).collect();
        line.pop();
        Some(line)
    }

    fn answer(&mut self, shared: &'static Shared, line: Vec<u8>) {
        self.heard = Instant::now();
        let Ok(line) = String::from_utf8(line) else {
            return self.say(&Err("the line is no UTF-8".to_owned()));
        };
        match commands::answer(shared, &line) {
            Answer::Said(answer) => self.say(&answer),
            Answer::Flush(bound) => {
                self.flushing = Some((Flushing::new(shared), Instant::now() + bound));
            }
        }
    }

    fn look_at_flush(&mut self) {
        let Some((flushing, deadline)) = &mut self.flushing else { return };
        let mut context = Context::from_waker(Waker::noop());
        let said = match Pin::new(flushing).poll(&mut context) {
            Poll::Ready(()) => Ok("everything is written".to_owned()),
            Poll::Pending if Instant::now() < *deadline => return,
            Poll::Pending => Err("not everything was written in time".to_owned()),
        };
        self.flushing = None;
        self.heard = Instant::now();
        self.say(&said);
    }

    /// A word, lines, an empty line.
    fn say(&mut self, answer: &Result<String, String>) {
        let (word, text) = match answer {
            Ok(text) => ("ok\n", text.as_str()),
            Err(reason) => ("error ", reason.as_str()),
        };
        self.output.extend_from_slice(word.as_bytes());
        for line in text.lines().filter(|line| !line.is_empty()) {
            self.output.extend_from_slice(line.as_bytes());
            self.output.push(b'\n');
        }
        self.output.push(b'\n');
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        // A forked child may have the descriptor, too; this ends it for both.
        let _ended = self.stream.shutdown(Shutdown::Both);
    }
}
