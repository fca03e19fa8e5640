//! Pages from the system: zeroed, aligned, and never from the global allocator, which may log.

#[cfg_attr(unix, path = "memory/unix.rs")]
#[cfg_attr(not(unix), path = "memory/portable.rs")]
mod imp;

pub(crate) use imp::Mapping;

use std::io;

/// The least a mapping is aligned to.
pub(crate) const ALIGNMENT: usize = 4096;

/// Refuses lengths that no system gives.
fn check(bytes: usize) -> io::Result<()> {
    if bytes == 0 || bytes > isize::MAX as usize - ALIGNMENT {
        let message = format!("a mapping of {bytes} bytes: use a length between 1 and 2^62");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(unsafe_code, reason = "looks at the mapped bytes")]
    use super::*;

    #[test]
    fn is_zeroed_and_writable() {
        let mapping = Mapping::new(100_000).unwrap();
        mapping.prefault(50_000);
        mapping.prefault(usize::MAX);
        let start = mapping.leak();
        assert_eq!(start.addr().get() % ALIGNMENT, 0);
        // SAFETY: bounds: as many bytes as were mapped; race: nobody else knows them.
        let bytes = unsafe { core::slice::from_raw_parts_mut(start.as_ptr(), 100_000) };
        assert!(bytes.iter().all(|byte| *byte == 0));
        bytes.fill(7);
        assert_eq!(bytes[99_999], 7);
    }

    #[test]
    fn is_given_back() {
        // Far more than there is, if nothing were given back.
        for _ in 0..1024 {
            let mapping = Mapping::new(1 << 30).unwrap();
            mapping.prefault(4096);
        }
    }

    #[test]
    fn refuses_what_no_system_has() {
        for bytes in [0, usize::MAX, isize::MAX as usize] {
            assert_eq!(Mapping::new(bytes).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        }
        assert!(Mapping::new(isize::MAX as usize - ALIGNMENT).is_err());
    }
}
