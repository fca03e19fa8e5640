//! What a log call becomes, but for its arguments.
//!
//! The procedural macro says what only it knows; the rest is written here: tokens of a
//! `macro_rules!` cost a compiler a tenth of those that a procedural macro makes.

/// A log call: its statics, the test, and `$record`, which knows the gate as `$gate`.
///
/// `$severity` is the level's name, or `Other` where only the compiler knows it. `$allowed` says
/// whether calls of that level are compiled in.
#[doc(hidden)]
#[macro_export]
macro_rules! __call {
    (
        $severity:ident ($level:expr) ($allowed:expr) ($target:expr) $layer:literal
        $template:literal [$($fields:tt)*] $arguments:literal $gate:ident $record:tt
    ) => {{
        $crate::__site! {
            gate __HYDRA_GATE, site __HYDRA_SITE: $severity $level, {
                target: $target,
                layer: $layer,
                module: $crate::__private::module_path!(),
                file: $crate::__private::file!(),
                template: $template,
                fields: &[$($fields)*],
                line: $crate::__private::line!(),
                arguments: $arguments,
                kind: $crate::__private::SiteKind::Event,
            }
        }
        let $gate = $crate::__private::known(&__HYDRA_GATE);
        if $allowed && $gate.is_on() {
            $crate::__linked!(__HYDRA_SITE);
            $crate::__private::unlikely();
            $record
        }
    }};
}

/// Whether a call would be on: one that does nothing but say so.
#[doc(hidden)]
#[macro_export]
macro_rules! __would_be_on {
    ($severity:ident $level:tt $allowed:tt $target:tt $layer:literal) => {{
        let mut is_on = false;
        $crate::__call! { $severity $level $allowed $target $layer "" [] 0 gate { is_on = true; } }
        is_on
    }};
}
