//! The questions, one a file.

mod shared;

macro_rules! models {
    ($($name:ident,)*) => {
        $(pub mod $name;)*

        /// All models.
        pub const ALL: &[crate::explore::Model] = &[$($name::MODEL,)*];

        /// Calls a macro with the name of every model.
        #[macro_export]
        macro_rules! for_each_model {
            ($each:ident) => { $($each!($name);)* };
        }
    };
}

models! {
    spsc_order,
    spsc_wrap,
    spsc_spill,
    spsc_loss,
    spsc_count,
    mark_order,
    drain_order,
    mpsc_one,
    mpsc_two,
    mpsc_fill,
    mpsc_long,
    mpsc_three,
    mpsc_crowd,
    mpsc_mixed,
    mpsc_discard,
    mpsc_shorten,
    mpsc_rest,
    section_two,
    section_mixed,
    registry_join,
    registry_close,
    registry_reuse,
    registry_epoch,
    registry_take,
    registry_owner,
    registry_shutdown,
    backend_install,
    rest_call,
    token_direct,
    token_one,
    flush,
    spool_read,
    spool_keep,
    spool_push,
    small_two,
    small_told,
    small_evict,
    small_direct,
    lane_two,
}
