#pragma once
// What `callflex dev` prints when everything is up: a page for people, or one JSON object for scripts.

#include <sys/types.h>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "api/dev/seed.hpp"

namespace callflex {

/// Where everything is.
struct DevPlaces {
    int ingress_port = 0;
    int sandbox_port = 0;
    std::string ingress_url;
    std::string sandbox_url;
    std::string database_url;  ///< as the application: owns nothing
    std::string owner_url;     ///< as the superuser, for looking around
    std::string live_url;      ///< the demo organization's events as they happen; opens for a day
    std::map<std::string, std::string> environment;  ///< of the children, and of commands that work with them
    std::filesystem::path environment_file;          ///< the same, to be sourced by a shell
    std::filesystem::path logs;
    pid_t postgres = 0;
    std::vector<std::pair<std::string, pid_t>> processes;
};

/// Writes environment_file, mode 0600. Throws std::runtime_error.
void write_environment(const DevPlaces& places);
void print_page(const DevPlaces& places, const SeededOrganization& organization, const std::string& data);
/// {"database_url","owner_database_url","ingress_url","sandbox_url","organization_id","vapi_secret",
///  "webhook_endpoint","live_url","environment","logs",
///  "processes":{"postgres":1,"sandbox":2,"ingress":3,"worker-1":4,...}}
void print_json(const DevPlaces& places, const SeededOrganization& organization);
/// The copy-and-paste line: a new call each time it is pasted.
[[nodiscard]] std::string example_curl(const DevPlaces& places, const SeededOrganization& organization);
}  // namespace callflex
