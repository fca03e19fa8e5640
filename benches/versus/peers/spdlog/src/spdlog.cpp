// spdlog's asynchronous logger as its README sets it up, behind functions that Rust can call.
#include <memory>
#include <string_view>

#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

namespace {
std::shared_ptr<spdlog::async_logger> logger;
}

extern "C" {

int versus_start(const char *path) {
    try {
        spdlog::init_thread_pool(8192, 1);
        auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path, true);
        logger = std::make_shared<spdlog::async_logger>(
            "bench", sink, spdlog::thread_pool(), spdlog::async_overflow_policy::block);
        logger->set_level(spdlog::level::info);
        return 0;
    } catch (...) {
        return 1;
    }
}

void versus_fixed() {
    logger->log(spdlog::level::info, "Starting backup replica garbage collector thread");
}

void versus_three(unsigned long long n, int integer, double real) {
    logger->log(spdlog::level::info, "Logging iteration {} int {} double {}", n, integer, real);
}

void versus_string(const char *text, size_t length) {
    logger->log(spdlog::level::info, "Request for {}", std::string_view(text, length));
}

void versus_off(unsigned long long n, int integer, double real) {
    logger->log(spdlog::level::debug, "Logging iteration {} int {} double {}", n, integer, real);
}

// The pool's end waits for all that is in its queue.
void versus_finish() {
    logger->flush();
    logger.reset();
    spdlog::shutdown();
}
}
