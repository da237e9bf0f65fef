#include "api/ingress/commit_session.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <initializer_list>
#include <stdexcept>

#include "api/ingress/connection_string.hpp"

namespace callflex::ingress {

namespace {

/// The server had something to say while it committed, such as that it stopped waiting for a synchronous
/// standby: the rows are there, but not as safe as promised.
class CommitWarned : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

bool starts_with_any(std::string_view state, std::initializer_list<std::string_view> prefixes) {
    return std::ranges::any_of(prefixes,
                               [state](std::string_view prefix) { return state.starts_with(prefix); });
}

}  // namespace

/// Collects what the server says beside its answers.
class CommitSession::Notices : public pqxx::errorhandler {
  public:
    explicit Notices(pqxx::connection_base& connection) : pqxx::errorhandler{connection} {}
    bool operator()(const char message[]) noexcept override {
        heard_ = true;
        const std::string_view text{message};
        // The lines after the first one may quote data.
        spdlog::warn("postgres: {}", text.substr(0, text.find('\n')));
        return false;
    }
    [[nodiscard]] bool heard() const { return heard_; }
    void forget() { heard_ = false; }

  private:
    bool heard_ = false;
};

CommitSession::CommitSession(const IngressOptions& options, Metrics& metrics)
    : options_{options}, metrics_{metrics} {}
CommitSession::~CommitSession() = default;

CommitSession::Outcome CommitSession::run(const std::function<void(pqxx::work&)>& body) {
    if (!connect()) return Outcome::away;
    try {
        commit(body);
        return Outcome::committed;
    } catch (const std::exception& error) {
        return classify(error);
    }
}

void CommitSession::commit(const std::function<void(pqxx::work&)>& body) {
    Notices notices{*connection_};
    look(CommitPoint::before_transaction);
    pqxx::work tx{*connection_};
    body(tx);
    look(CommitPoint::before_commit);
    notices.forget();
    tx.commit();
    look(CommitPoint::after_commit);
    if (notices.heard()) throw CommitWarned{"the server warned while it committed"};
}

CommitSession::Outcome CommitSession::classify(const std::exception& error) {
    if (dynamic_cast<const CommitWarned*>(&error) != nullptr) {
        spdlog::warn("batch not counted as committed: {}", error.what());
        metrics_.batch_failed("commit_warned");
        return Outcome::away;
    }
    if (const auto* sql = dynamic_cast<const pqxx::sql_error*>(&error)) {
        // Only the code: what() quotes rows, and rows hold telephone numbers.
        const std::string_view state = sql->sqlstate();
        spdlog::warn("batch not committed: sqlstate={}", state);
        if (starts_with_any(state, {"40", "55P03", "57014"})) {
            metrics_.batch_failed("conflict");
            return Outcome::again;
        }
        if (starts_with_any(state, {"22", "23", "P0001"})) {
            metrics_.batch_failed("refused");
            refusal_ = state;
            return Outcome::refused;
        }
        metrics_.batch_failed("server");
        connection_.reset();
        // Out of disk, memory or connections, read-only, no schema: waiting here helps nobody.
        return starts_with_any(state, {"53", "25006", "42", "3F", "XX"}) ? Outcome::away : Outcome::again;
    }
    const bool ours = dynamic_cast<const std::invalid_argument*>(&error) != nullptr;
    spdlog::warn("batch not committed: {}", error.what());
    metrics_.batch_failed(ours ? "refused" : "connection");
    if (ours) refusal_ = "invalid";
    connection_.reset();
    return ours ? Outcome::refused : Outcome::again;
}

void CommitSession::look(CommitPoint point) const {
    if (options_.on_commit_point) options_.on_commit_point(point);
}

bool CommitSession::connect() {
    try {
        if (!connection_)
            connection_ = std::make_unique<pqxx::connection>(connection_string(options_.database_url));
        return true;
    } catch (const std::exception& error) {
        metrics_.batch_failed("away");
        spdlog::warn("database away: {}", error.what());
        return false;
    }
}

}  // namespace callflex::ingress
