//! What contexts share: a thread's ring, a shared ring, the token and the sink.

use crate::memory::{Held, mpsc_ring, spsc_ring, tag_of, write};
use hydra_log_core::Level;
use hydra_log_core::ring::mpsc::claim::Claim;
use hydra_log_core::ring::mpsc::{self, Peek};
use hydra_log_core::ring::spsc;
use hydra_log_core::token::Token;
use std::cell::{Cell, RefCell};

/// What a context does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Log into the thread's ring, or, inside a call that is under way, into the shared one.
    Log,
    /// Log into the shared ring; when it is full, drain and write directly.
    Share,
    /// As `Share`, with more room asked for than used.
    Short,
    /// Reserve, and change one's mind.
    Drop,
    /// Drain both rings, unless somebody is at it.
    Drain,
}

pub(crate) struct World<C: Claim> {
    own: Held<spsc::Ring>,
    shared: Held<mpsc::Ring<C>>,
    token: Token,
    /// What was written, and whether it was flagged as out of order.
    sink: RefCell<Vec<(u32, bool)>>,
    next: Cell<u32>,
    lost: Cell<usize>,
}

impl<C: Claim> World<C> {
    pub(crate) fn new(start: usize, claim: C) -> Self {
        Self {
            own: spsc_ring(32, 32, start),
            shared: mpsc_ring(32, 32, start, claim),
            token: Token::new(),
            sink: RefCell::default(),
            next: Cell::new(0),
            lost: Cell::new(0),
        }
    }

    pub(crate) fn act(&self, action: Action) {
        match action {
            Action::Log => self.log(),
            Action::Share => self.share(16, 16),
            Action::Short => self.share(24, 8),
            Action::Drop => drop(self.shared.reserve(16)),
            Action::Drain => self.drain(None),
        }
    }

    fn tag(&self) -> u32 {
        let tag = self.next.get();
        self.next.set(tag + 1);
        tag
    }

    fn lose(&self) {
        self.lost.set(self.lost.get() + 1);
    }

    fn log(&self) {
        // SAFETY: all contexts of this harness are one thread's; `enter` says which may go on.
        let producer = unsafe { self.own.producer() };
        if !producer.enter() {
            return self.share(16, 16);
        }
        let tag = self.tag();
        match producer.claim(16).or_else(|| producer.refresh(16).ok()) {
            Some(at) => {
                write(at, 16, tag);
                // SAFETY: a whole record was claimed and written.
                unsafe { producer.publish(16) };
            }
            None => {
                producer.lose(Level::Info);
                self.lose();
            }
        }
        producer.leave();
    }

    fn share(&self, room: usize, used: usize) {
        let tag = self.tag();
        match self.shared.reserve(room) {
            Ok(grant) => {
                write(grant.at(), used, tag);
                // SAFETY: a whole record was granted and written.
                unsafe { grant.commit(used) };
            }
            Err(_) => self.drain(Some(tag)),
        }
    }

    /// Drains, and then writes `tag`; counts it as lost if the sink is in the middle of a frame.
    fn drain(&self, tag: Option<u32>) {
        let Some(_taken) = self.token.try_take() else {
            if tag.is_some() {
                self.shared.lose(Level::Info);
                self.lose();
            }
            return;
        };
        // The sink is the token's: whoever interrupts this frame must not touch it.
        let mut sink = self.sink.try_borrow_mut().expect("one holder of the token");
        // SAFETY: the token is held.
        let (own, shared) = unsafe { (self.own.consumer(), self.shared.consumer()) };
        own.poll();
        while let Some(record) = own.peek() {
            sink.push((tag_of(record), false));
            own.advance(record.len());
        }
        own.release();
        let hole = loop {
            match shared.peek() {
                Peek::Record(record) => {
                    sink.push((tag_of(record), false));
                    shared.advance(record.len());
                }
                other => break other == Peek::Hole,
            }
            assert!(sink.len() < 100, "the same records again and again");
        };
        shared.release();
        sink.extend(tag.map(|tag| (tag, hole)));
    }

    /// Everything was written once, or counted as lost.
    pub(crate) fn judge(&self, plan: [usize; 3]) {
        self.drain(None);
        let sink = self.sink.borrow();
        let mut tags: Vec<_> = sink.iter().map(|(tag, _)| *tag).collect();
        tags.sort_unstable();
        let written = tags.len();
        tags.dedup();
        assert_eq!(tags.len(), written, "twice: {sink:?} at {plan:?}");
        let (emitted, lost) = (self.next.get() as usize, self.lost.get());
        assert_eq!(written + lost, emitted, "emitted = written + lost at {plan:?}");
        let counted = self.own.lost().iter().chain(&self.shared.lost()).sum::<u64>();
        assert_eq!(counted, lost as u64, "every loss is counted at {plan:?}");
        // SAFETY: no context is left.
        let (own, shared) = unsafe { (self.own.consumer(), self.shared.consumer()) };
        assert_eq!((own.pending(), shared.pending()), (0, 0), "nothing is left at {plan:?}");
        assert_eq!(shared.peek(), Peek::Empty, "no claim is left at {plan:?}");
        let free = (self.own.pending_bytes(), self.shared.pending_bytes());
        assert_eq!(free, (0, 0), "all space is free again at {plan:?}");
    }
}
