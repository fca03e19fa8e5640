//! x86: the time stamp counter, where the processor and the kernel both stand by it.
#![allow(unused_unsafe, reason = "newer compilers know that reading CPUID is safe")]
#![expect(unsafe_code, reason = "reads the counter and CPUID")]

#[cfg(target_arch = "x86")]
use core::arch::x86 as arch;
#[cfg(target_arch = "x86_64")]
use core::arch::x86_64 as arch;

const INVARIANT: u32 = 1 << 8;
const HYPERVISOR: u32 = 1 << 31;

/// Without a fence: the processor may read it a few instructions early, which the drain's grace
/// covers.
#[inline(always)]
pub(super) fn read() -> u64 {
    // SAFETY: bounds: every processor that Rust's targets allow has the instruction; race: touches
    // no memory.
    unsafe { arch::_rdtsc() }
}

/// Whether the counter runs at one rate in all power states, alike on all processors.
///
/// A processor that says so is believed unless the kernel took the counter off its list, as it
/// does when sockets disagree. One that does not say so (some hypervisors hide the bit) is
/// believed only when the kernel itself keeps time by the counter.
pub(super) fn is_trusted() -> bool {
    let says_so = leaf(0x8000_0000).eax >= 0x8000_0007 && leaf(0x8000_0007).edx & INVARIANT != 0;
    trusted(says_so, kernel_clock)
}

fn trusted(says_so: bool, kernel_clock: impl Fn(&str) -> Option<String>) -> bool {
    let lists_it = |names: String| names.split_whitespace().any(|name| name == "tsc");
    if says_so {
        kernel_clock("available").is_none_or(lists_it)
    } else {
        kernel_clock("current").is_some_and(lists_it)
    }
}

/// What Linux says of its clock sources. Other systems say nothing.
fn kernel_clock(which: &str) -> Option<String> {
    const FOLDER: &str = "/sys/devices/system/clocksource/clocksource0";
    std::fs::read_to_string(format!("{FOLDER}/{which}_clocksource")).ok()
}

/// The rate as the processor or the hypervisor states it; many state none.
///
/// CPUID is slow in a virtual machine, so no leaf is asked for in vain.
pub(super) fn hertz() -> Option<u64> {
    let leaves = leaf(0).eax;
    let stated = from_crystal(leaves).or_else(from_hypervisor).or_else(|| from_base_clock(leaves));
    stated.filter(|hertz| (100_000_000..20_000_000_000).contains(hertz))
}

fn from_crystal(leaves: u32) -> Option<u64> {
    let ratio = (leaves >= 0x15).then(|| leaf(0x15))?;
    let crystal = u64::from(ratio.ecx) * u64::from(ratio.ebx);
    crystal.checked_div(u64::from(ratio.eax)).filter(|hertz| *hertz > 0)
}

fn from_hypervisor() -> Option<u64> {
    let is_guest = leaf(1).ecx & HYPERVISOR != 0;
    let kilohertz = (is_guest && leaf(0x4000_0000).eax >= 0x4000_0010)
        .then(|| leaf(0x4000_0010).eax)
        .filter(|kilohertz| *kilohertz > 0)?;
    Some(u64::from(kilohertz) * 1000)
}

/// The base clock: what the counter's rate is rounded to, so good for a first guess.
fn from_base_clock(leaves: u32) -> Option<u64> {
    let megahertz = (leaves >= 0x16).then(|| leaf(0x16).eax & 0xFFFF)?;
    (megahertz > 0).then(|| u64::from(megahertz) * 1_000_000)
}

fn leaf(number: u32) -> arch::CpuidResult {
    // SAFETY: bounds: every processor that Rust's targets allow has the instruction, and answers
    // for any leaf; race: touches no memory.
    unsafe { arch::__cpuid(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_processor_and_kernel() {
        let with = |says_so, available: Option<&str>, current: Option<&str>| {
            trusted(says_so, |which| {
                let text = if which == "available" { available } else { current };
                text.map(str::to_owned)
            })
        };
        assert!(with(true, Some("tsc hpet acpi_pm\n"), Some("hpet\n")));
        assert!(with(true, None, None));
        assert!(!with(true, Some("hpet acpi_pm\n"), Some("hpet\n")));
        assert!(with(false, Some("kvm-clock tsc\n"), Some("tsc\n")));
        assert!(!with(false, Some("kvm-clock tsc\n"), Some("kvm-clock\n")));
        assert!(!with(false, Some("tsc-early hpet\n"), Some("tsc-early\n")));
        assert!(!with(false, None, None));
    }

    #[test]
    fn states_a_plausible_rate_or_none() {
        assert!(hertz().is_none_or(|hertz| hertz >= 100_000_000));
    }
}
