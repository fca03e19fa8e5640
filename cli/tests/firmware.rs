//! Firmware's streams by the command: from every source, as every form, damaged, of another build,
//! beside a server's; and what is said to firmware.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test fails where it stands"
)]

use core::time::Duration;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use hydra_log::{Builder, Level, info};
use hydra_log_core::block::{self, HEAD_BYTES, Head, Kind};
use hydra_log_core::record::dictionary::{self, Entry, Fields};
use hydra_log_core::site::{SiteId, SiteKind};

const ID: [u8; 8] = [0xa1, 0xb2, 0xc3, 0xd4, 5, 6, 7, 8];
const OTHER_ID: [u8; 8] = [0x11, 0x22, 0x33, 0x44, 5, 6, 7, 8];
const HERTZ: u32 = 1_000_000;

/// A call of the program: its number, level, target; each has one argument.
const CALLS: [(u16, Level, &str); 4] = [
    (0x10, Level::Warn, "app::motor"),
    (0x11, Level::Info, "app::motor"),
    (0x12, Level::Info, "app::radio"),
    (0x14, Level::Debug, "app::radio"),
];

/// A program's file as far as anybody reads it: the calls, and the build id.
fn program(id: &[u8]) -> Vec<u8> {
    let mut sites = Vec::new();
    for (number, level, target) in CALLS {
        let entry = Entry {
            id: SiteId(0),
            level,
            kind: SiteKind::Event,
            arguments: 1,
            line: u32::from(number),
            target,
            layer: "",
            module: target,
            file: "src/app.rs",
            template: "value {0}",
            fields: Fields::new(&[]),
        };
        let mut bytes = Vec::new();
        let written: Result<(), ()> = dictionary::write_entries([entry], |part| {
            bytes.extend(part);
            Ok(())
        });
        written.unwrap();
        sites.extend((0x2000_0000 | u32::from(number)).to_le_bytes());
        // Behind the dictionary's head, in front of its end.
        sites.extend(&bytes[12..bytes.len() - 4]);
        sites.resize(sites.len().next_multiple_of(4), 0);
    }
    let note = [&b"\x04\0\0\0\x08\0\0\0\x03\0\0\0GNU\0"[..], id].concat();
    let names = b"\0.hydra_sites\0.note.gnu.build-id\0.names\0";
    let parts: [(u32, &[u8]); 4] = [(0, &[]), (1, &sites), (14, &note), (33, names)];
    let mut file = vec![0; 52];
    file[..6].copy_from_slice(b"\x7fELF\x01\x01");
    let mut table = Vec::new();
    for (name, data) in parts {
        let (offset, size) = (file.len() as u32, data.len() as u32);
        table.extend([name, 1, 0, 0, offset, size, 0, 0, 4, 0].map(u32::to_le_bytes).concat());
        file.extend(data);
    }
    let start = (file.len() as u32).to_le_bytes();
    file[0x20..0x24].copy_from_slice(&start);
    for (at, number) in [(0x2e, 40_u16), (0x30, 4), (0x32, 3)] {
        file[at..at + 2].copy_from_slice(&number.to_le_bytes());
    }
    file.extend(table);
    file
}

fn block(kind: Kind, payload: &[u8]) -> Vec<u8> {
    [&block::head(kind, 0, payload).unwrap()[..], payload].concat()
}

/// A record of the call at this place, padded to 8 bytes.
fn record(call: usize, stamp: u32, number: u32) -> Vec<u8> {
    [u32::from(CALLS[call].0) | 4 << 16, stamp, 1, number].map(u32::to_le_bytes).concat()
}

/// Blocks: the image, then one record each.
fn blocks() -> Vec<Vec<u8>> {
    let mut facts = [&ID[..4], &HERTZ.to_le_bytes(), &[4, 1, 8, 0], &[0; 4]].concat();
    facts.extend(ID);
    let mut blocks = vec![block(Kind::Image, &facts)];
    for number in 0..8_u32 {
        let record = record(number as usize % 4, 1000 * (number + 1), number);
        blocks.push(block(Kind::Firmware, &[&ID[..4], &record].concat()));
    }
    blocks
}

/// A folder with the program, another build of it, and the stream.
struct Place {
    _folder: tempfile::TempDir,
    elf: PathBuf,
    other: PathBuf,
    stream: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [elf, other, stream] =
            ["app.elf", "other.elf", "app.stream"].map(|name| folder.path().join(name));
        fs::write(&elf, program(&ID)).unwrap();
        fs::write(&other, program(&OTHER_ID)).unwrap();
        fs::write(&stream, blocks().concat()).unwrap();
        Self { _folder: folder, elf, other, stream }
    }

    fn decode(&self, words: &[&str]) -> Command {
        let mut command = hydra(&["decode", "--elf"]);
        command.arg(&self.elf).args(words);
        command
    }
}

fn hydra(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hydra"));
    command.args(words).env_remove("NO_COLOR");
    command
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What the stream shows.
fn lines() -> String {
    let line = |number: usize| {
        let (_, level, target) = CALLS[number % 4];
        let level = level.as_str();
        format!("1970-01-01T00:00:00.{:03}000Z {level:>5} {target}: value {number}\n", number + 1)
    };
    (0..8).map(line).collect()
}

#[test]
fn every_source_gives_the_same_lines() {
    let place = Place::new();
    let from_file = place.decode(&[text(&place.stream)]).output().unwrap();
    assert_eq!((from_file.status.code(), stdout(&from_file)), (Some(0), lines()));

    let input = Stdio::from(File::open(&place.stream).unwrap());
    let from_input = place.decode(&["-"]).stdin(input).output().unwrap();
    assert_eq!((from_input.status.code(), stdout(&from_input)), (Some(0), lines()));

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp:{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        // In small pieces, as a link gives them.
        for piece in blocks().concat().chunks(7) {
            stream.write_all(piece).unwrap();
        }
    });
    let from_tcp = place.decode(&[&address]).output().unwrap();
    server.join().unwrap();
    assert_eq!((from_tcp.status.code(), stdout(&from_tcp)), (Some(0), lines()));
}

#[cfg(target_os = "linux")]
mod terminal {
    use super::*;
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use rustix::termios::{LocalModes, tcgetattr};

    /// A terminal's both ends: what is written to the first is read from the second.
    fn pair() -> (File, String) {
        // Not for children: one of them would hold its own other end.
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let first = openpt(flags).unwrap();
        grantpt(&first).unwrap();
        unlockpt(&first).unwrap();
        let second = ptsname(&first, Vec::new()).unwrap().into_string().unwrap();
        (File::from(first), second)
    }

    #[test]
    fn a_serial_port_changes_no_byte() {
        for spelled in ["serial:PORT@115200", "serial:PORT", "PORT"] {
            let place = Place::new();
            let (mut board, port) = pair();
            // Who holds the port too keeps its settings.
            let _held = File::open(&port).unwrap();
            let spelled = spelled.replace("PORT", &port);
            let mut command = place.decode(&[&spelled]);
            let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
            // Until the port is raw, a terminal would take bytes for its own.
            while tcgetattr(&board).unwrap().local_modes.contains(LocalModes::ICANON) {
                thread::sleep(Duration::from_millis(2));
            }
            board.write_all(&blocks().concat()).unwrap();
            let shown = BufReader::new(child.stdout.take().unwrap()).lines().take(8);
            let shown: String = shown.map(|line| line.unwrap() + "\n").collect();
            drop(board);
            child.wait().unwrap();
            assert_eq!(shown, lines(), "{spelled}");
        }
    }

    #[test]
    fn lines_on_a_terminal_have_colours() {
        let place = Place::new();
        let (mut screen, port) = pair();
        let out = File::options().write(true).open(&port).unwrap();
        let mut command = place.decode(&[text(&place.stream)]);
        let mut child = command.stdout(Stdio::from(out)).env("TERM", "xterm").spawn().unwrap();
        drop(command);
        child.wait().unwrap();
        let mut shown = Vec::new();
        // At its end a terminal is an error.
        drop(screen.read_to_end(&mut shown));
        let shown = String::from_utf8(shown).unwrap();
        assert!(shown.contains("\x1b[") && shown.contains("value 7"), "{shown:?}");
    }
}

#[test]
fn levels_positions_and_other_forms() {
    let place = Place::new();
    let stream = text(&place.stream);
    let warnings = place.decode(&[stream, "--level", "warn"]).output().unwrap();
    assert_eq!(stdout(&warnings).lines().count(), 2);
    let radio = place.decode(&[stream, "--target", "app::radio"]).output().unwrap();
    assert_eq!(stdout(&radio).lines().count(), 4);
    let placed = place.decode(&[stream, "--location"]).output().unwrap();
    assert!(stdout(&placed).contains("src/app.rs:16"), "{}", stdout(&placed));

    let json = place.decode(&[stream, "--format", "json", "--location"]).output().unwrap();
    let first: serde_json::Value =
        serde_json::from_str(stdout(&json).lines().next().unwrap()).unwrap();
    assert_eq!((&first["level"], &first["target"]), (&"WARN".into(), &"app::motor".into()));
    assert!(first.to_string().contains("value 0") && first.to_string().contains("src/app.rs"));
    let csv = place.decode(&[stream, "--format=csv"]).output().unwrap();
    assert_eq!(stdout(&csv).lines().count(), 9);
}

#[test]
fn another_build_is_refused_and_both_are_named() {
    let place = Place::new();
    let mut command = hydra(&["decode", "--elf", text(&place.other), text(&place.stream)]);
    let output = command.output().unwrap();
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(1), ""));
    let told = told(&output);
    assert!(told.contains("a1b2c3d405060708") && told.contains("1122334405060708"), "{told}");

    // With both of them, there is nothing to refuse.
    let both = place.decode(&["--elf", text(&place.other), text(&place.stream)]).output().unwrap();
    assert_eq!((both.status.code(), stdout(&both)), (Some(0), lines()));
}

#[test]
fn a_flipped_bit_costs_its_block_at_most() {
    let place = Place::new();
    let blocks = blocks();
    let all = lines();
    let all: Vec<&str> = all.lines().collect();
    let mut start = 0;
    for (number, block) in blocks.iter().enumerate() {
        for at in (0..block.len()).step_by(5) {
            let mut bytes = blocks.concat();
            bytes[start + at] ^= 4;
            fs::write(&place.stream, bytes).unwrap();
            let output = place.decode(&[text(&place.stream)]).output().unwrap();
            assert_eq!(output.status.code(), Some(1));
            // Without the facts, times are another matter.
            let message = |line: &str| line.rsplit_once(' ').map(|(_, last)| last.to_owned());
            let shown: Vec<_> = stdout(&output).lines().map(message).collect();
            let mut kept: Vec<_> = all.iter().map(|line| message(line)).collect();
            if number > 0 {
                kept.remove(number - 1);
            }
            assert_eq!(shown, kept, "block {number}, byte {at}");
        }
        start += block.len();
    }
}

#[test]
fn firmware_and_server_are_merged_by_time() {
    let place = Place::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.hlog");
    let log = |message: &str| {
        let file = hydra_log::sink::File::binary(&path).unwrap();
        let engine = Builder::new().sink(file).build().unwrap();
        engine.scope(|| info!(target: "server", "{message}"));
        engine.flush().unwrap();
    };
    log("before");
    thread::sleep(Duration::from_millis(5));
    let start = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    thread::sleep(Duration::from_millis(20));
    log("after");
    let start = format!("@{}.{:09}", start.as_secs(), start.subsec_nanos());
    let words = ["cat", text(&path), text(&place.stream), "--elf", text(&place.elf), "--start"];
    let output = hydra(&words).arg(&start).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let shown = stdout(&output);
    let order: Vec<&str> = shown.lines().filter_map(|line| line.split(": ").nth(1)).collect();
    assert_eq!((order.first(), order.last(), order.len()), (Some(&"before"), Some(&"after"), 10));
    assert_eq!((order[1], order[8]), ("value 0", "value 7"));
}

/// The commands of blocks that were sent, each checked.
fn commands(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut commands = Vec::new();
    while let Some(head) = bytes.first_chunk::<HEAD_BYTES>() {
        let head = Head::parse(head).unwrap();
        let (payload, rest) = bytes[HEAD_BYTES..].split_at(head.len);
        assert!(head.fits(payload, block::crc) && head.kind() == Some(Kind::Control));
        assert_eq!(payload[..4], ID[..4]);
        commands.extend(payload[4..].chunks(8).map(<[u8]>::to_vec));
        bytes = rest;
    }
    commands
}

#[test]
fn words_become_commands_by_the_programs_numbers() {
    let place = Place::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp:{}", listener.local_addr().unwrap());
    let board = thread::spawn(move || {
        let mut bytes = Vec::new();
        listener.accept().unwrap().0.read_to_end(&mut bytes).unwrap();
        bytes
    });
    let words = ["control", "--elf", text(&place.elf), &address, "warn,app::radio=info,app=off"];
    let output = hydra(&words).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert_eq!(
        commands(&board.join().unwrap()),
        [
            // All to warn; of the radio, the call of level info on, the other off; all of app off.
            vec![2, 2, 0, 0, 0, 0, 0, 0],
            vec![1, 1, 0, 0, 0x12, 0, 0x12, 0],
            vec![1, 0, 0, 0, 0x14, 0, 0x14, 0],
            vec![1, 0, 0, 0, 0x10, 0, 0x14, 0],
        ]
    );

    let device = place.stream.with_extension("device");
    File::create(&device).unwrap();
    let to = format!("file:{}", text(&device));
    let words = ["control", "--elf", text(&place.elf), &to, "off"];
    assert_eq!(hydra(&words).output().unwrap().status.code(), Some(0));
    assert_eq!(commands(&fs::read(device).unwrap()), [vec![2, 0, 0, 0, 0, 0, 0, 0]]);
}

#[test]
fn words_that_mean_nothing_are_named() {
    let place = Place::new();
    let elf = text(&place.elf);
    for (words, code, named) in [
        (&["control", "--elf", elf, "file:/x", "loud"][..], 2, "`loud`"),
        (&["control", "--elf", elf, "file:/x", "app=loud"], 2, "`app=loud`"),
        (&["control", "--elf", elf, "file:/x", "ap=off"], 2, "app::motor, app::radio"),
        (&["control", "--elf", elf, "file:/no/such", "off"], 3, "/no/such"),
        (&["control", "--elf", elf, "dump:x@0", "off"], 2, "dump"),
        (&["control", "--elf", "/no/such", "file:/x", "off"], 4, "/no/such"),
        (&["control", "file:/x", "off"], 2, "--elf"),
        (&["control", "--elf", elf], 2, "SOURCE WORDS"),
        (&["rtt", "--elf", elf, "file:/x", "--control"], 2, "--control"),
        (&["decode", "--elf", elf, "serial:/no/such@9600"], 4, "/no/such"),
        (&["decode", "--elf", elf, "serial:/dev/null@fast"], 4, "fast"),
    ] {
        let output = hydra(words).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{words:?}: {}", told(&output));
        assert!(told(&output).contains(named), "{words:?}: {}", told(&output));
    }
}
