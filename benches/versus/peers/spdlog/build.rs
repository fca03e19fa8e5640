//! Compiles the C++ side against the system's spdlog, or says that there is none.

fn main() {
    println!("cargo:rerun-if-changed=src/spdlog.cpp");
    let library = match pkg_config::Config::new().cargo_metadata(false).probe("spdlog") {
        Ok(library) => library,
        Err(_) => {
            eprintln!("spdlog (C++) is not installed: on Debian it is in libspdlog-dev");
            std::process::exit(1);
        }
    };
    let mut build = cc::Build::new();
    build.cpp(true).std("c++17").opt_level(3).define("NDEBUG", None).file("src/spdlog.cpp");
    build.includes(&library.include_paths);
    for (name, value) in &library.defines {
        build.define(name, value.as_deref());
    }
    build.compile("versus_spdlog");
    for path in &library.link_paths {
        println!("cargo:rustc-link-search={}", path.display());
    }
    for name in &library.libs {
        println!("cargo:rustc-link-lib={name}");
    }
}
