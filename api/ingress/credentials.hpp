#pragma once
// Which organizations may send, and by which secrets: read from the database, kept for a few seconds, so that
// a rotated or revoked secret takes effect by itself. Also the ingress' one connection for small blocking
// reads. Thread-safe; the blocking work happens on a thread of its own.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <pqxx/pqxx>

#include "activities/secrets/secret_box.hpp"
#include "api/ingress/options.hpp"
#include "engine/workflow/ids.hpp"

namespace callflex::ingress {

struct Credentials {
    bool enabled = false;  ///< false: unknown, or no customer any more
    std::vector<std::string> secrets;
};

enum class Readiness : std::uint8_t { ready, database_away, schema_differs };

class CredentialStore {
  public:
    explicit CredentialStore(const IngressOptions& options);
    ~CredentialStore();

    /// Finishes what is being asked; nothing resumes on a caller's executor afterwards. Call it before that
    /// ends.
    void stop();

    /// Null when the database cannot be asked and nothing recent is known.
    /// `vendor` as in app.organization_secrets: vapi, integration.
    [[nodiscard]] boost::asio::awaitable<std::shared_ptr<const Credentials>> find(
        durable::Uuid organization, std::string vendor = "vapi");
    [[nodiscard]] boost::asio::awaitable<Readiness> readiness();

  private:
    using Clock = std::chrono::steady_clock;
    struct Entry {
        std::shared_ptr<const Credentials> credentials;
        Clock::time_point at;
    };
    using Owner = std::pair<durable::Uuid, std::string>;  ///< organization and vendor
    [[nodiscard]] std::shared_ptr<const Credentials> cached(const Owner& owner);
    void remember(const Owner& owner, std::shared_ptr<const Credentials> credentials);
    /// On thread_ only.
    [[nodiscard]] std::shared_ptr<const Credentials> load(const Owner& owner);
    [[nodiscard]] Credentials query(const Owner& owner);
    [[nodiscard]] Readiness check();
    pqxx::connection& connection();

    const IngressOptions& options_;
    std::optional<SecretBox> box_;
    std::unique_ptr<pqxx::connection> connection_;  ///< thread_ only
    std::mutex mutex_;
    std::map<Owner, Entry> cache_;  ///< guarded by mutex_
    boost::asio::thread_pool thread_{1};
};

}  // namespace callflex::ingress
