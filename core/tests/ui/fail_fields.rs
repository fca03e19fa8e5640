//! Fields against the grammar.
use hydra_log_core::info;

fn f() -> u8 {
    1
}

fn main() {
    let user = 5;
    info!(f());
    info!(%f());
    info!(%user = 5);
    info!(user =);
    info!(user "text");
    info!(user.1);
    info!(5, "text");
    info!(user, user = 6);
    info!("text", user = 1, 5);
    info!("text" user);
    info!(user: 5);
    info!(a b);
}
