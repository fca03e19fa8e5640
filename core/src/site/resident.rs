//! The statics of a callsite where descriptors are part of the program: the only place that names
//! the sections.

/// Puts a gate and a descriptor into their sections.
#[doc(hidden)]
#[macro_export]
macro_rules! __resident_site {
    (gate $gate:ident, site $site:ident: $severity:ident $level:expr, { $($text:tt)* }) => {
        #[cfg_attr(not(target_os = "none"), used)]
        #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,hydra_gates"))]
        #[cfg_attr(windows, unsafe(link_section = ".hydg$b"))]
        #[cfg_attr(
            not(any(target_vendor = "apple", windows)),
            unsafe(link_section = "hydra_gates")
        )]
        static $gate: $crate::site::Gate = $crate::site::Gate::new($level);
        #[cfg_attr(not(target_os = "none"), used)]
        #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,hydra_sites"))]
        #[cfg_attr(windows, unsafe(link_section = ".hyds$b"))]
        #[cfg_attr(
            not(any(target_vendor = "apple", windows)),
            unsafe(link_section = "hydra_sites")
        )]
        static $site: $crate::site::Site = $crate::site::Site { gate: &$gate, $($text)* };
    };
}

/// A callsite: `$severity` is its level's name, or `Other` where only the compiler knows it.
#[cfg(not(target_os = "none"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __site {
    ($($site:tt)*) => { $crate::__resident_site! { $($site)* } };
}

/// Where descriptors are part of the program, nothing has to hold them.
#[cfg(not(target_os = "none"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __linked {
    ($site:ident) => {};
}
