//! spdlog's asynchronous logger in C++, measured: a function call more than from C++.
#![expect(unsafe_code, reason = "calls C++")]

use std::ffi::{CString, c_char, c_int};
use std::path::Path;
use std::process::ExitCode;

use harness::{About, Peer};

unsafe extern "C" {
    fn versus_start(path: *const c_char) -> c_int;
    safe fn versus_fixed();
    safe fn versus_three(n: u64, integer: i32, double: f64);
    fn versus_string(text: *const c_char, length: usize);
    safe fn versus_off(n: u64, integer: i32, double: f64);
    safe fn versus_finish();
}

struct Subject;

impl Peer for Subject {
    const ABOUT: About = About {
        package: "",
        setup: "the system's C++ package, async_logger, 1 thread, 8192 records",
        when_full: "waits (its default)",
        threads: usize::MAX,
    };

    fn start(file: &Path) -> Result<Self, String> {
        let path = CString::new(file.as_os_str().as_encoded_bytes());
        let path = path.map_err(|error| error.to_string())?;
        // SAFETY: bounds: ends with a zero; race: called once, before all others.
        match unsafe { versus_start(path.as_ptr()) } {
            0 => Ok(Self),
            _ => Err("spdlog threw an exception".to_owned()),
        }
    }

    #[inline(always)]
    fn fixed(&self) {
        versus_fixed();
    }

    #[inline(always)]
    fn three(&self, n: u64, integer: i32, double: f64) {
        versus_three(n, integer, double);
    }

    #[inline(always)]
    fn string(&self, text: &str) {
        // SAFETY: bounds: that many bytes are there; race: only read.
        unsafe { versus_string(text.as_ptr().cast(), text.len()) };
    }

    #[inline(always)]
    fn off(&self, n: u64, integer: i32, double: f64) {
        versus_off(n, integer, double);
    }

    fn finish(self) -> Result<(), String> {
        versus_finish();
        Ok(())
    }
}

fn main() -> ExitCode {
    harness::main::<Subject>()
}
