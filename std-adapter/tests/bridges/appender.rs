//! Bytes that another logger rendered arrive as they are, in the order of time.

use std::io::Write;
use std::thread;

use hydra_log::bridge::appender;
use hydra_log::sink::Memory;

#[test]
fn bytes_are_neither_lost_nor_changed() {
    let memory = Memory::new();
    let (writer, guard) = appender::non_blocking(memory.clone()).unwrap();
    let threads: Vec<_> = (0..4)
        .map(|number| {
            let mut writer = writer;
            thread::spawn(move || {
                for round in 0..500 {
                    // In one piece, as loggers do: each write is a record of its own.
                    let line = format!("{number} {round} \x1b[31m\u{e9}\n");
                    writer.write_all(line.as_bytes()).unwrap();
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let long = vec![0xFF_u8; 200_000];
    { writer }.write_all(&long).unwrap();
    drop(guard);
    let bytes = memory.take();
    assert!(bytes.ends_with(&long));
    let text = String::from_utf8(bytes[..bytes.len() - long.len()].to_vec()).unwrap();
    for number in 0..4 {
        let start = format!("{number} ");
        let lines: Vec<_> = text.lines().filter(|line| line.starts_with(&start)).collect();
        let expected: Vec<_> =
            (0..500).map(|round| format!("{number} {round} \x1b[31m\u{e9}")).collect();
        assert_eq!(lines, expected);
    }
}
