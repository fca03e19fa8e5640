// A program that logs through spdlog, with a thread that writes.
#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

int main() {
    spdlog::init_thread_pool(8192, 1);
    auto shop = spdlog::create_async<spdlog::sinks::stdout_sink_mt>("shop");
    shop->info("listening on port {}", 8080);
    shop->debug("not shown: the level is info");
    for (int order = 1; order <= 3; ++order) {
        shop->warn("order {:>4} is late by {:.1f} days", order, order * 0.5);
    }
    spdlog::shutdown();
}
