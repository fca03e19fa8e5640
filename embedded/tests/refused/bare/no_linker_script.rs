//! Firmware that is linked without Hydra's script.
// says: __hydra_linker_script_is_missing__add_link_arg_Thydra_x
#![no_std]
#![no_main]

use core::panic::PanicInfo;

hydra_log_embedded::ring!(256);

#[unsafe(no_mangle)]
extern "C" fn _start() {
    hydra_log_embedded::info!("no place for a gate");
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}
