#pragma once
// `callflex dev`: the whole product on one machine with one command. A private Postgres, migrated and seeded
// with a demo organization; the vendors' sandbox, the ingress and workers as child processes that are
// restarted when they die. Ctrl-C (SIGINT or SIGTERM) stops all of it and leaves nothing running.

#include <filesystem>
#include <string>

namespace callflex {

/// ".callflex" here; for root, whose home the server's user may not enter, /var/lib/callflex-dev.
[[nodiscard]] std::filesystem::path default_dev_directory();

struct DevOptions {
    std::filesystem::path program;  ///< this executable, run for every child
    std::filesystem::path data_directory = default_dev_directory();
    bool ephemeral = false;   ///< a fresh cluster in a temporary directory, removed at the end
    int ingress_port = 8080;  ///< 0: any free one
    int sandbox_port = 8081;  ///< 0: any free one
    int workers = 2;
    bool json = false;  ///< print one JSON object, once ready, instead of the page for people
};

/// Returns the exit code: 0 after a stop by signal. Throws ClusterError and std::runtime_error when it cannot
/// start.
int run_dev(const DevOptions& options);

}  // namespace callflex
