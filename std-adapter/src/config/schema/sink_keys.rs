//! The rows of sinks: where they write, what it looks like there, how their files make way.

use super::keys::{ANY_SIZE, FORMATS, MODES, SOME_TIME, THEMES};
use super::{Key, Kind, Shape};

const ANY_TIME: Kind = Kind::Time { least_ns: 0 };

/// Formats that know colours.
const SHOWN: &[&str] = &[
    "text", "template", "json", "ecs", "gcp", "bunyan", "gelf", "logfmt", "csv", "syslog",
    "rfc5424", "rfc3164",
];
const SYSLOGS: &[&str] = &["syslog", "rfc5424", "rfc3164"];
const NEW_SYSLOGS: &[&str] = &["syslog", "rfc5424"];
const HOSTED: &[&str] = &["syslog", "rfc5424", "rfc3164", "gelf"];
const LOCATED: &[&str] = &["text", "plain", "json", "logfmt"];
const THREADED: &[&str] = &["text", "plain", "json"];

const KINDS: &[&str] = &["file", "stdout", "stderr", "memory"];
const FILE: &[&str] = &["file"];
const FACILITIES: &[&str] = &[
    "kern", "user", "mail", "daemon", "auth", "syslog", "authpriv", "audit", "local0", "local1",
    "local2", "local3", "local4", "local5", "local6", "local7",
];

pub(super) static SINK: Shape = Shape {
    name: "sink",
    about: "Somewhere to write, and what it looks like there.",
    keys: &[
        Key::new(
            "kind",
            Kind::Words(KINDS),
            "Output::new",
            "What it is; `file` where there is a \
             `path`.",
        ),
        PATH,
        HANGUP,
        NAME,
        MEMORY,
        Key::new(
            "level",
            Kind::Level,
            "Output::level",
            "Records less severe than this are passed \
             over.",
        )
        .or("trace"),
        Key::new("format", Kind::Words(FORMATS), "Output::format", "What is written."),
        Key::new(
            "template",
            Kind::Template,
            "Pattern::compile",
            "What is written, as a \
             template.",
        ),
        Key::new("colour", Kind::Words(MODES), "Output::colour", "When it has colours.")
            .only("format", SHOWN),
        Key::new("theme", Kind::Words(THEMES), "Output::theme", "Which colours.")
            .only("format", SHOWN),
        Key::new("threads", Kind::Bool, "Text::threads", "With the names of threads.")
            .or("false")
            .only("format", THREADED),
        Key::new("location", Kind::Bool, "Text::location", "With file and line of the call.")
            .or("false")
            .only("format", LOCATED),
        Key::new(
            "line_bytes",
            Kind::Size { least: 64, most: 1 << 30, is_power: false },
            "Text::line_bytes",
            "The longest line.",
        )
        .only("format", THREADED),
        Key::new("header", Kind::Bool, "Csv::headed", "With a header line.")
            .or("true")
            .only("format", &["csv"]),
        Key::new("app", Kind::Text, "Bunyan::name", "The program's name, as lines have it.")
            .only("format", &["bunyan", "syslog", "rfc5424", "rfc3164"]),
        Key::new("host", Kind::Text, "Rfc5424::host", "The host's name, as lines have it.")
            .only("format", HOSTED),
        Key::new(
            "facility",
            Kind::Words(FACILITIES),
            "Rfc5424::facility",
            "What syslog calls the \
             kind of program.",
        )
        .or("user")
        .only("format", SYSLOGS),
        Key::new("data_id", Kind::Text, "Rfc5424::id", "The name of the structured data.")
            .only("format", NEW_SYSLOGS),
        Key::new(
            "rotation",
            Kind::Table(&ROTATION),
            "Rotating::open",
            "When the file makes way \
             for the next one.",
        )
        .only("kind", FILE),
        Key::new(
            "durable",
            Kind::Words(&["guaranteed", "all"]),
            "Output::durable",
            "When the \
             system is asked to put what was written on the disk.",
        )
        .only("kind", FILE),
        Key::new(
            "give_up_after",
            SOME_TIME,
            "Output::give_up_after",
            "How long lines are kept \
             that the sink does not take.",
        ),
        Key::new(
            "fallbacks",
            Kind::Tables(&FALLBACK),
            "Output::fallback",
            "Where lines go that \
             the sink has failed for.",
        ),
    ],
};

static FALLBACK: Shape = Shape {
    name: "fallback",
    about: "Where lines go that a sink has failed for.",
    keys: &[
        Key::new(
            "kind",
            Kind::Words(KINDS),
            "Output::fallback",
            "What it is; `file` where there \
             is a `path`.",
        ),
        PATH,
        HANGUP,
        NAME,
        MEMORY,
    ],
};

const PATH: Key = Key::new("path", Kind::Path, "File::open", "The file, below the root directory.")
    .only("kind", FILE);
const HANGUP: Key = Key::new(
    "reopen_on_hangup",
    Kind::Bool,
    "File::reopen_on_hangup",
    "Whether \
     SIGHUP has the file opened again.",
)
.or("false")
.only("kind", FILE);
const NAME: Key = Key::new(
    "name",
    Kind::Text,
    "Config::memory",
    "The name by which the program \
     finds it.",
)
.or("memory")
.only("kind", &["memory"]);
const MEMORY: Key = Key::new(
    "bytes",
    ANY_SIZE,
    "Memory::recent",
    "How much of the youngest lines \
     it keeps.",
)
.or("1MiB")
.only("kind", &["memory"]);

static ROTATION: Shape = Shape {
    name: "rotation",
    about: "When a file makes way, how those before it are called, and which of them stay.",
    keys: &[
        Key::new("bytes", ANY_SIZE, "Rotation::bytes", "Before it would get larger than this."),
        Key::new("every", Kind::Period, "Rotation::every", "Whenever so much time has gone."),
        Key::new(
            "zone",
            Kind::Words(&["utc", "local"]),
            "Rotation::local",
            "Whose midnight, and \
             whose dates.",
        )
        .or("utc"),
        Key::new(
            "names",
            Kind::Words(&["numbered", "dated"]),
            "Rotation::names",
            "What files that \
             made way are called.",
        )
        .or("numbered"),
        Key::new(
            "keep_files",
            Kind::Count { least: 0, most: 1_000_000 },
            "Rotation::keep_files",
            "How many of them stay.",
        ),
        Key::new(
            "keep_bytes",
            ANY_SIZE,
            "Rotation::keep_bytes",
            "How large they may be \
             together.",
        ),
        Key::new("keep_for", ANY_TIME, "Rotation::keep_for", "How long they stay."),
        Key::new(
            "compress",
            Kind::Words(&["gzip", "zstd"]),
            "Rotation::compress",
            "How they are \
             compressed.",
        ),
    ],
};
