//! A binary log of an output that redacts never has what was found, nor has what is recovered.

use hydra_log::format::{Buffer, Event, Format, SiteInfo, Text, ThreadInfo};
use hydra_log::redact::Redaction;
use hydra_log::sink::Memory;
use hydra_log::{Builder, Output, Record, info};
use hydra_log_decode::{Found, Reader};

#[derive(Debug, Record)]
struct Login<'a> {
    user: &'a str,
    password: &'a str,
    mail: Option<&'a str>,
}

fn log() {
    let login = Login { user: "bob", password: "hunter2", mail: Some("ada@example.org") };
    info!("own text: ada@example.org, password=hunter2", token = "hunter2");
    info!("mail to {} with password={}", "ada@example.org", "hunter2", pin = 4711);
    info!("bytes {:?} {}", b"password=hunter2", 4_111_111_111_111_111_u64);
    info!("six {} {} {} {} {} {}", 1, 2, 3, "ada@example.org", 5, 6, seventh = "hunter 7");
    info!("struct", login);
    info!("nothing {}", "here");
}

/// The bytes of a log, and the lines that a reader shows of it.
fn written(redaction: Option<Redaction>) -> (Vec<u8>, Vec<String>) {
    let memory = Memory::new();
    let mut output = Output::new(memory.clone()).binary();
    if let Some(redaction) = redaction {
        output = output.redact(redaction);
    }
    let engine = Builder::new().sink(output).build().unwrap();
    engine.scope(log);
    drop(engine);
    let bytes = memory.take();
    let mut lines = Vec::new();
    let mut reader = Reader::new(&bytes[..]);
    while let Some(found) = reader.next() {
        let Found::Event(event) = found else { panic!("a problem in a whole log") };
        let site = SiteInfo::of(&event.site().unwrap());
        let mut out = Buffer::new();
        Text::new().write(
            &Event {
                time_ns: event.time_ns(),
                level: site.level,
                site: &site,
                record: event.record,
                thread: &ThreadInfo::default(),
                types: &**event.session,
                recovered: false,
            },
            &mut out,
        );
        let bytes: Vec<u8> = event.record.bytes().to_vec();
        lines.push(String::from_utf8(out.as_bytes().to_vec()).unwrap());
        assert!(!lines.last().unwrap().contains("damaged"));
        lines.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    (bytes, lines)
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_binary_log_never_has_what_was_found() {
    let never = ["hunter2", "ada@example", "4111111111111111", "4711"];
    let (_, lines) = written(None);
    let plain = lines.concat();
    assert!(never.iter().all(|secret| plain.contains(secret)), "the check is blind");
    let redaction = Redaction::new();
    let (bytes, lines) = written(Some(redaction.clone()));
    assert_eq!(lines.len(), 12);
    for secret in never {
        assert!(!has(&bytes, secret), "{secret} in the file");
        assert!(lines.iter().all(|line| !line.contains(secret)), "{secret} in {lines:?}");
    }
    assert!(lines[0].contains("own text: [email], password=[redacted]"), "{}", lines[0]);
    assert!(lines[2].contains("mail to [email] with password=[redacted]"), "{}", lines[2]);
    assert!(lines[6].contains("six 1 2 3 [email] 5 6"), "{}", lines[6]);
    assert!(lines[8].contains("bob") && lines[8].contains("Some(\"[email]\")"), "{}", lines[8]);
    assert!(lines[10].ends_with("nothing here\n"), "{}", lines[10]);
    assert!(redaction.report().total() >= 10, "{:?}", redaction.report());
}
