//! Records that must not be dropped: of security, audits, and compliance.
//!
//! Each has a layer of its own, whose delivery class is `MustNotDrop` unless a rule says otherwise
//! (that of audits is `Guaranteed`), and the fields without which such a record says little: a call
//! that lacks one does not compile.

/// The layers of [`security!`](crate::security), [`audit!`](macro@crate::audit) and
/// [`compliance!`](crate::compliance).
pub const RESERVED_LAYERS: [&str; 3] = ["SECURITY", AUDIT, "COMPLIANCE"];

/// The layer of audits.
pub(crate) const AUDIT: &str = "AUDIT";

/// Logs what concerns security, as a warning of the layer `SECURITY`: which kind of event, who, and
/// how it ended; then fields and a message as any call has them.
///
/// ```
/// # use hydra_log::security;
/// # let (user, address) = ("ada", "10.0.0.7");
/// security!(event = "login", actor = user, outcome = "refused", address, "three in a row");
/// ```
///
/// ```compile_fail
/// hydra_log::security!(event = "login", "nobody is named");
/// ```
#[macro_export]
macro_rules! security {
    // security!(event = "login", actor = user, outcome = "refused", address, "three in a row")
    (event = $event:expr, actor = $actor:expr, outcome = $outcome:expr $(, $($rest:tt)*)?) => {
        $crate::event!(
            layer: "SECURITY", $crate::Level::Warn,
            event = $event, actor = $actor, outcome = $outcome $(, $($rest)*)?
        )
    };
}

/// Logs who did what to what, and how it ended, as information of the layer `AUDIT`; then fields
/// and a message as any call has them. It returns when its record is written.
///
/// ```
/// # use hydra_log::audit;
/// # let user = "ada";
/// audit!(actor = user, action = "delete", object = "order 17", outcome = "done");
/// ```
#[macro_export]
macro_rules! audit {
    // audit!(actor = user, action = "delete", object = "order 17", outcome = "done")
    (
        actor = $actor:expr, action = $action:expr, object = $object:expr, outcome = $outcome:expr
        $(, $($rest:tt)*)?
    ) => {
        $crate::event!(
            layer: "AUDIT", $crate::Level::Info,
            actor = $actor, action = $action, object = $object, outcome = $outcome
            $(, $($rest)*)?
        )
    };
}

/// Logs that a rule was kept or broken, by whom, as information of the layer `COMPLIANCE`; then
/// fields and a message as any call has them.
///
/// ```
/// # use hydra_log::compliance;
/// compliance!(rule = "retention", subject = "customer 9", outcome = "kept", days = 30);
/// ```
#[macro_export]
macro_rules! compliance {
    // compliance!(rule = "retention", subject = "customer 9", outcome = "kept", days = 30)
    (rule = $rule:expr, subject = $subject:expr, outcome = $outcome:expr $(, $($rest:tt)*)?) => {
        $crate::event!(
            layer: "COMPLIANCE", $crate::Level::Info,
            rule = $rule, subject = $subject, outcome = $outcome $(, $($rest)*)?
        )
    };
}
