#pragma once
// The whole product in this process: the vendors' sandbox, an ingress and, when it is told, a worker, around a database
// of its own. As `callflex dev` sets it up, and with a model that summarizes.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/bench/bench_server.hpp"
#include "api/bench/ingress_load.hpp"
#include "api/bench/scratch_folder.hpp"
#include "api/bench/workers.hpp"
#include "api/ingress/ingress.hpp"
#include "api/sandbox/sandbox.hpp"

namespace callflex::bench {

/// Businesses whose calls take turns, each with a system of its own in the sandbox that gets its webhooks. In a fresh
/// database.
[[nodiscard]] std::vector<Reporter> seed_customers(const std::string& url, const std::string& secrets_key,
                                                   const std::string& sandbox_url);

class Product {
  public:
    explicit Product(const BenchDatabase& database);
    ~Product();
    Product(const Product&) = delete;
    Product& operator=(const Product&) = delete;

    /// Posts signed reports of that many calls, each with a transcript and a recording. Returns VAPI's ids of them, all
    /// of them acknowledged; throws std::runtime_error if one is not.
    std::vector<std::string> end_calls(int count);
    /// One more worker with everything that ships.
    [[nodiscard]] std::unique_ptr<Workers> start_worker() const;

  private:
    std::string url_;
    ScratchFolder folder_;
    std::string secrets_key_;
    sandbox::Sandbox sandbox_;
    std::vector<Reporter> reporters_;
    std::unique_ptr<ingress::Ingress> ingress_;
};

}  // namespace callflex::bench
