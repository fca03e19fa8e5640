//! A call holds nothing across an await: a future that logs is as large as one that does not, and
//! goes to other threads.
#![allow(clippy::unwrap_used, reason = "a test")]

use core::future::Future;
use core::hint::black_box;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};

use hydra_log_embedded::{LevelFilter, error, info, ring, switch_all, take, warn};

ring!(1408);

/// Is ready the second time.
struct Later(u32, bool);

impl Future for Later {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u32> {
        let is_ready = core::mem::replace(&mut self.1, true);
        if is_ready { Poll::Ready(self.0) } else { Poll::Pending }
    }
}

const fn later(number: u32) -> Later {
    Later(number, false)
}

/// A value that is rendered by the call itself.
#[derive(Debug)]
struct Shown;

/// Uses the same values where the other one logs them.
async fn silent(number: u32, text: &str) -> u32 {
    black_box((number, text));
    let sum = number + later(1).await;
    black_box((sum, number, text));
    let sum = sum + later(2).await;
    black_box(text);
    sum
}

async fn logs(number: u32, text: &str) -> u32 {
    info!("begins with {number} and {text}");
    let sum = number + later(1).await;
    warn!(sum, "in between: {number} {number} {text} {:?}", Shown);
    let sum = sum + later(2).await;
    error!("ends {text} {:?}", Shown);
    sum
}

async fn awaits_in_the_call() -> u32 {
    info!("{:?} {}", Shown, later(7).await);
    later(1).await
}

const fn goes_to_other_threads<T: Send>(future: T) -> T {
    future
}

fn finished(future: impl Future<Output = u32>) -> u32 {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(number) = future.as_mut().poll(&mut context) {
            return number;
        }
    }
}

#[test]
fn nothing_is_held_across_an_await() {
    switch_all(LevelFilter::Trace);
    let (silent, logs) = (silent(4, "text"), goes_to_other_threads(logs(4, "text")));
    assert_eq!(size_of_val(&logs), size_of_val(&silent));
    assert_eq!(finished(silent), finished(logs));
    assert_eq!(finished(goes_to_other_threads(awaits_in_the_call())), 1);
    assert_eq!(take(|_| {}).records, 4);
}
