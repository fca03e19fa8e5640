//! A barrier on every processor that runs this program.
#![cfg_attr(target_os = "linux", expect(unsafe_code, reason = "calls membarrier"))]

/// Puts it; says whether that worked. What any thread of the process stored before, in its order,
/// is visible to this thread afterwards.
#[cfg(all(target_os = "linux", not(miri)))]
pub(crate) fn everywhere() -> bool {
    use std::sync::OnceLock;

    static REGISTERED: OnceLock<bool> = OnceLock::new();
    const REGISTER: libc::c_int = libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED;
    const BARRIER: libc::c_int = libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED;
    // SAFETY: takes numbers; the system touches no memory of this process.
    let call =
        |command: libc::c_int| unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) == 0 };
    *REGISTERED.get_or_init(|| call(REGISTER)) && call(BARRIER)
}

/// There is none here.
#[cfg(not(all(target_os = "linux", not(miri))))]
pub(crate) fn everywhere() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_the_same_each_time() {
        assert_eq!(everywhere(), everywhere());
    }
}
