#include "api/ingress/credentials.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <pqxx/pqxx>

#include "activities/tenancy.hpp"
#include "api/ingress/connection_string.hpp"
#include "api_sql.hpp"
#include "schema/migrate.hpp"

namespace callflex::ingress {

namespace asio = boost::asio;

namespace {

constexpr std::size_t cache_entries_max = 10'000;

std::string from_hex(std::string_view hex) {
    std::string out;
    out.reserve(hex.size() / 2);
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        const std::string pair{hex.substr(i, 2)};
        out.push_back(static_cast<char>(std::stoi(pair, nullptr, 16)));
    }
    return out;
}

}  // namespace

CredentialStore::CredentialStore(const IngressOptions& options) : options_{options} {
    if (!options.secrets_key.empty()) box_.emplace(options.secrets_key);
}

CredentialStore::~CredentialStore() {
    stop();
}

void CredentialStore::stop() {
    thread_.join();
}

asio::awaitable<std::shared_ptr<const Credentials>> CredentialStore::find(durable::Uuid organization,
                                                                          std::string vendor) {
    const Owner owner{organization, std::move(vendor)};
    if (auto known = cached(owner)) co_return known;
    const auto home = co_await asio::this_coro::executor;
    co_await asio::post(asio::bind_executor(thread_.get_executor(), asio::use_awaitable));
    auto loaded = load(owner);
    co_await asio::post(asio::bind_executor(home, asio::use_awaitable));
    co_return loaded;
}

asio::awaitable<Readiness> CredentialStore::readiness() {
    const auto home = co_await asio::this_coro::executor;
    co_await asio::post(asio::bind_executor(thread_.get_executor(), asio::use_awaitable));
    const Readiness result = check();
    co_await asio::post(asio::bind_executor(home, asio::use_awaitable));
    co_return result;
}

std::shared_ptr<const Credentials> CredentialStore::cached(const Owner& owner) {
    const std::scoped_lock lock{mutex_};
    const auto found = cache_.find(owner);
    if (found == cache_.end() || Clock::now() - found->second.at > options_.credentials_cached)
        return nullptr;
    return found->second.credentials;
}

void CredentialStore::remember(const Owner& owner, std::shared_ptr<const Credentials> credentials) {
    const std::scoped_lock lock{mutex_};
    // Strangers may ask for any id: what they make us remember is bounded.
    if (cache_.size() >= cache_entries_max) cache_.clear();
    cache_.insert_or_assign(owner, Entry{std::move(credentials), Clock::now()});
}

std::shared_ptr<const Credentials> CredentialStore::load(const Owner& owner) {
    if (auto known = cached(owner)) return known;  // whoever waited before us has asked
    try {
        auto fresh = std::make_shared<const Credentials>(query(owner));
        remember(owner, fresh);
        return fresh;
    } catch (const std::exception& error) {
        connection_.reset();
        spdlog::warn("credentials cannot be read: {}", error.what());
        return nullptr;
    }
}

Credentials CredentialStore::query(const Owner& owner) {
    const std::string id = owner.first.to_string();
    pqxx::work tx{connection()};
    act_for_everybody(tx);  // who it is that calls is still to be found out
    const auto rows = tx.exec_params(std::string{api::sql::ingress_organization}, id, owner.second);
    Credentials out;
    for (const auto& row : rows) {
        out.enabled = row["enabled"].as<bool>();
        if (row["secret_id"].is_null()) continue;
        if (!box_) {
            spdlog::error("organization {} has a secret, but CALLFLEX_SECRETS_KEY is not set", id);
            continue;
        }
        try {
            const SealedSecret sealed{from_hex(row["ciphertext"].c_str()), row["key_id"].as<std::string>()};
            const auto context = SecretBox::organization_context(id, owner.second, row["secret_id"].c_str());
            out.secrets.push_back(box_->open(sealed, context));
        } catch (const SecretError& error) {
            spdlog::error("a secret of organization {} is unusable: {}", id, error.what());
        }
    }
    return out;
}

Readiness CredentialStore::check() {
    try {
        connection();
    } catch (const std::exception& error) {
        connection_.reset();
        spdlog::warn("not ready: {}", error.what());
        return Readiness::database_away;
    }
    try {
        schema::require_usable(*connection_);
        return Readiness::ready;
    } catch (const std::exception& error) {
        const bool open = connection_->is_open();
        connection_.reset();
        spdlog::warn("not ready: {}", error.what());
        return open ? Readiness::schema_differs : Readiness::database_away;
    }
}

pqxx::connection& CredentialStore::connection() {
    if (!connection_)
        connection_ = std::make_unique<pqxx::connection>(connection_string(options_.database_url));
    return *connection_;
}

}  // namespace callflex::ingress
