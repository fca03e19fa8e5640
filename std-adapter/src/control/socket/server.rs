//! The thread that listens, and serves everybody without waiting for anybody.

use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::fs::{self, Permissions};
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::Instant;

use hydra_log_core::ord;

use super::conversation::Conversation;
use super::directory::{is_deaf, make_private, socket_of, sweep};
use crate::engine::shared::Shared;
use crate::engine::{handed, lock};
use crate::error::Error;
use crate::sys::peer::{self, Wanted};
use crate::sys::signal;

/// So many are heard at once. When one more comes, the one that was silent longest is left.
const MOST: usize = 64;

/// How often a flush that somebody waits for is looked at.
const FLUSH_LOOK: Duration = Duration::from_millis(5);

/// How often those who say nothing are looked at.
const LOOK: Duration = Duration::from_millis(500);

/// How long nobody is let in when the system has no descriptor left.
const NAP: Duration = Duration::from_millis(50);

/// The descriptors by which this process listens: a forked child closes them, or who connects after
/// its parent's death would wait for an answer that never comes.
static EARS: Mutex<Vec<RawFd>> = Mutex::new(Vec::new());

/// Those descriptors, held.
pub(crate) type Ears = MutexGuard<'static, Vec<RawFd>>;

/// Holds the descriptors, if that is possible in time.
pub(crate) fn hold(deadline: Instant) -> Option<Ears> {
    handed::hold(&EARS, deadline)
}

/// In a forked child: only its parent listens there.
pub(crate) fn leave_to_parent(ears: &mut Ears) {
    ears.drain(..).for_each(peer::close);
}

/// By what an engine listens, for who ends it.
pub(crate) struct Listening {
    path: PathBuf,
    bell: UnixStream,
}

impl Listening {
    /// Nobody else finds the socket, and the thread ends.
    pub(crate) fn end(&self) {
        // Somebody may have removed it before.
        let _removed = fs::remove_file(&self.path);
        let _told = (&self.bell).write(b".");
    }
}

/// Listens in this directory from now on.
///
/// # Errors
///
/// A directory that is not private, a socket that cannot be made, or no thread.
pub(crate) fn start(shared: &'static Shared, directory: &Path) -> io::Result<()> {
    make_private(directory)?;
    sweep(directory);
    let path = socket_of(directory, std::process::id());
    let listener = bind(&path)?;
    let (bell, ear) = UnixStream::pair()?;
    listener.set_nonblocking(true)?;
    bell.set_nonblocking(true)?;
    let descriptor = listener.as_raw_fd();
    lock(&EARS).push(descriptor);
    let server = Server { shared, listener, ear, open: Vec::new() };
    let named = thread::Builder::new().name("hydra-ctl".to_owned()).stack_size(512 << 10);
    let started = signal::held_back(|| named.spawn(move || server.run()));
    if let Err(error) = started {
        let _removed = fs::remove_file(&path);
        return Err(error);
    }
    shared.control.listen(Listening { path, bell });
    Ok(())
}

fn bind(path: &Path) -> io::Result<UnixListener> {
    // A process of this number may have died here.
    if fs::symlink_metadata(path).is_ok() && is_deaf(path) {
        fs::remove_file(path)?;
    }
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let listener = UnixListener::bind(path).map_err(named)?;
    // Until here the directory has kept others out.
    fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(named)?;
    Ok(listener)
}

struct Server {
    shared: &'static Shared,
    listener: UnixListener,
    ear: UnixStream,
    open: Vec<Conversation>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let descriptor = self.listener.as_raw_fd();
        lock(&EARS).retain(|other| *other != descriptor);
    }
}

impl Server {
    fn run(mut self) {
        while !self.shared.stopping.load(ord::stop_seen()) {
            let mut wanted =
                vec![Wanted::new(&self.ear, false), Wanted::new(&self.listener, false)];
            wanted.extend(self.open.iter().map(Conversation::wanted));
            if let Err(source) = peer::wait(&mut wanted, self.pause()) {
                return self.shared.failed(&Error::Control { source });
            }
            let mut ready = wanted.iter().map(Wanted::is_ready);
            if ready.next() == Some(true) && self.is_over() {
                return;
            }
            let comes = ready.next() == Some(true);
            let ready: Vec<bool> = ready.collect();
            self.go_on(&ready);
            if comes {
                self.let_in();
            }
        }
    }

    fn pause(&self) -> Option<Duration> {
        if self.open.iter().any(Conversation::is_eager) {
            Some(Duration::ZERO)
        } else if self.open.iter().any(Conversation::is_flushing) {
            Some(FLUSH_LOOK)
        } else {
            (!self.open.is_empty()).then_some(LOOK)
        }
    }

    fn is_over(&mut self) -> bool {
        let heard = self.ear.read(&mut [0; 1]);
        !heard.is_err_and(|error| error.kind() == io::ErrorKind::Interrupted)
    }

    fn go_on(&mut self, ready: &[bool]) {
        let shared = self.shared;
        let mut ready = ready.iter();
        self.open.retain_mut(|one| {
            let is_ready = ready.next() == Some(&true) || one.is_eager();
            turn(one, shared, is_ready)
        });
    }

    fn let_in(&mut self) {
        for _ in 0..MOST {
            match self.listener.accept() {
                Ok((stream, _)) => self.meet(stream),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return thread::sleep(NAP),
            }
        }
    }

    fn meet(&mut self, stream: UnixStream) {
        if !peer::user_of(&stream).is_ok_and(|user| user == peer::user()) {
            return;
        }
        let Ok(mut one) = Conversation::new(stream) else { return };
        if !turn(&mut one, self.shared, true) {
            return;
        }
        if self.open.len() >= MOST {
            let oldest = self.open.iter().enumerate().min_by_key(|(_, one)| one.heard());
            if let Some((place, _)) = oldest {
                self.open.swap_remove(place);
            }
        }
        self.open.push(one);
    }
}

/// One goes on; whoever asks for something that panics is left.
fn turn(one: &mut Conversation, shared: &'static Shared, is_ready: bool) -> bool {
    catch_unwind(AssertUnwindSafe(|| one.go_on(shared, is_ready))).unwrap_or(false)
}
