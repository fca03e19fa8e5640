//! A small executor of several threads: a task goes on wherever a thread is free.

use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::Wake;
use std::thread;

use hydra_log::Engine;

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

struct Task {
    job: Mutex<Option<Job>>,
    queue: Sender<Arc<Task>>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let queue = self.queue.clone();
        let _ended = queue.send(self);
    }
}

/// Runs all futures to their ends on so many threads, whose records `engine` takes.
pub fn run(engine: &Engine, threads: usize, jobs: Vec<Job>) {
    let (queue, tasks) = channel();
    let tasks = Mutex::new(tasks);
    for job in jobs {
        let task = Task { job: Mutex::new(Some(job)), queue: queue.clone() };
        queue.send(Arc::new(task)).unwrap();
    }
    drop(queue);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| engine.scope(|| work(&tasks)));
        }
    });
}

fn work(tasks: &Mutex<Receiver<Arc<Task>>>) {
    loop {
        // The last task's end hangs up.
        let Ok(task) = tasks.lock().unwrap().recv() else { return };
        let waker = Waker::from(Arc::clone(&task));
        let mut job = task.job.lock().unwrap();
        let Some(mut future) = job.take() else { continue };
        if future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
            *job = Some(future);
        }
    }
}

/// Lets others go on first.
pub async fn yield_now() {
    let mut is_second = false;
    core::future::poll_fn(|task| {
        if core::mem::replace(&mut is_second, true) {
            return Poll::Ready(());
        }
        task.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
