#pragma once
// What a worker process is told of the vendors' sandbox, and how a test talks to it.

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace test {

/// The settings of a worker whose vendors are all in the sandbox. `folder` is for what it stores.
[[nodiscard]] std::map<std::string, std::string> worker_settings(const std::string& database_url,
                                                                 const std::string& sandbox_url,
                                                                 const std::string& secrets_key,
                                                                 const std::string& folder);

/// A request to the sandbox; its answer as JSON. `fields` are header lines, each ended by CRLF. Throws
/// std::runtime_error unless it is a success.
nlohmann::json ask_sandbox(const std::string& sandbox_url, const std::string& method,
                           const std::string& target, const std::string& body = "",
                           const std::string& fields = "");

/// A new folder for a world's logs and recordings, in memory where there is some: hundreds of worlds that flush their
/// recordings would mostly wait for the disk.
[[nodiscard]] std::string make_world_folder();

}  // namespace test
