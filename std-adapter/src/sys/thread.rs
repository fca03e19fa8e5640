//! The number and the name by which the system knows a thread.
#![cfg_attr(
    any(target_os = "linux", target_os = "android", target_vendor = "apple"),
    expect(unsafe_code, reason = "asks the system")
)]

/// The calling thread's number, as debuggers and `top` show it.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn id() -> u64 {
    // SAFETY: bounds: takes nothing; race: answers for the calling thread.
    let id = unsafe { libc::gettid() };
    u64::try_from(id).unwrap_or(0)
}

/// The calling thread's number, as debuggers show it.
#[cfg(target_vendor = "apple")]
pub(crate) fn id() -> u64 {
    let mut id = 0;
    // SAFETY: bounds: zero stands for the calling thread, and `id` outlives the call; race: none.
    unsafe { libc::pthread_threadid_np(0, &raw mut id) };
    id
}

/// A number of the calling thread: the order of threads by their first call.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
pub(crate) fn id() -> u64 {
    use hydra_log_core::{ord, sync::AtomicUsize};
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    thread_local! {
        static OWN: usize = NEXT.fetch_add(1, ord::count());
    }
    OWN.try_with(|id| *id as u64).unwrap_or(0)
}

/// The calling thread's name as the system keeps it: at most 15 bytes.
///
/// Not `std::thread::current()`, which a signal handler on a thread that is just starting must not
/// ask for.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn name() -> Option<String> {
    let mut name = [0_u8; 16];
    // SAFETY: bounds: the system writes at most 16 bytes, ended by zero; race: a local.
    let failed = unsafe { libc::prctl(libc::PR_GET_NAME, name.as_mut_ptr()) };
    let name = core::ffi::CStr::from_bytes_until_nul(&name).ok()?;
    (failed == 0).then(|| name.to_string_lossy().into_owned())
}

/// The calling thread's name.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn name() -> Option<String> {
    std::thread::current().name().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_name() {
        let named = std::thread::Builder::new().name("worker-7".to_owned());
        let name = named.spawn(name).unwrap().join().unwrap();
        assert_eq!(name.as_deref(), Some("worker-7"));
    }

    #[test]
    fn tells_threads_apart() {
        let other = std::thread::spawn(id).join().unwrap();
        assert_ne!(id(), other);
        assert_eq!(id(), id());
    }
}
