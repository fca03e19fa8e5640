//! Links defmt's names and levels as on a microcontroller, and sets its level.

fn main() {
    println!("cargo:rustc-link-arg-bins=-Tdefmt.x");
    println!("cargo:rustc-env=DEFMT_LOG=info");
}
