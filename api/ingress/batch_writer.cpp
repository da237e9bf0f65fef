#include "api/ingress/batch_writer.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include "activities/tenancy.hpp"
#include "api/ingress/connection_string.hpp"

namespace callflex::ingress {

namespace {

constexpr int attempts_max = 4;

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
class BatchWriter::Notices : public pqxx::errorhandler {
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

BatchWriter::BatchWriter(const IngressOptions& options, durable::client::Client& client, Metrics& metrics)
    : options_{options}, client_{client}, metrics_{metrics} {}
BatchWriter::~BatchWriter() = default;

std::vector<Stored> BatchWriter::write(Webhooks batch) {
    std::vector<Stored> results;
    for (int i = 0; i < attempts_max; ++i) {
        switch (attempt(batch, results)) {
            case Attempt::committed:
                return results;
            case Attempt::refused:
                return halve(batch);
            case Attempt::away:
                return std::vector<Stored>(batch.size());
            case Attempt::again:
                break;
        }
    }
    return std::vector<Stored>(batch.size());
}

BatchWriter::Attempt BatchWriter::attempt(Webhooks batch, std::vector<Stored>& results) {
    if (!connect()) return Attempt::away;
    const auto began = std::chrono::steady_clock::now();
    try {
        commit(batch, results);
        const auto took = std::chrono::steady_clock::now() - began;
        metrics_.batch(batch.size(), std::chrono::duration_cast<std::chrono::microseconds>(took));
        return Attempt::committed;
    } catch (const std::exception& error) {
        return classify(error);
    }
}

void BatchWriter::commit(Webhooks batch, std::vector<Stored>& results) {
    Notices notices{*connection_};
    look(CommitPoint::before_transaction);
    pqxx::work tx{*connection_};
    act_for_everybody(tx);  // a batch holds webhooks of many organizations
    results = store_webhooks(tx, client_, batch);
    look(CommitPoint::before_commit);
    notices.forget();
    tx.commit();
    look(CommitPoint::after_commit);
    if (notices.heard()) throw CommitWarned{"the server warned while it committed"};
    const auto fresh = [](const Stored& one) {
        return one.result == Stored::Result::accepted && !one.repeat;
    };
    if (std::ranges::any_of(results, fresh)) client_.notify();
}

BatchWriter::Attempt BatchWriter::classify(const std::exception& error) {
    if (dynamic_cast<const CommitWarned*>(&error) != nullptr) {
        spdlog::warn("batch not counted as committed: {}", error.what());
        metrics_.batch_failed("commit_warned");
        return Attempt::away;
    }
    if (const auto* sql = dynamic_cast<const pqxx::sql_error*>(&error)) {
        // Only the code: what() quotes rows, and rows hold telephone numbers.
        const std::string_view state = sql->sqlstate();
        spdlog::warn("batch not committed: sqlstate={}", state);
        if (starts_with_any(state, {"40", "55P03", "57014"})) {
            metrics_.batch_failed("conflict");
            return Attempt::again;
        }
        if (starts_with_any(state, {"22", "23", "P0001"})) {
            metrics_.batch_failed("refused");
            last_refusal_ = state;
            return Attempt::refused;
        }
        metrics_.batch_failed("server");
        connection_.reset();
        // Out of disk, memory or connections, read-only, no schema: waiting here helps nobody.
        return starts_with_any(state, {"53", "25006", "42", "3F", "XX"}) ? Attempt::away : Attempt::again;
    }
    spdlog::warn("batch not committed: {}", error.what());
    const bool ours = dynamic_cast<const std::invalid_argument*>(&error) != nullptr;
    metrics_.batch_failed(ours ? "refused" : "connection");
    if (ours) last_refusal_ = "invalid";
    connection_.reset();
    return ours ? Attempt::refused : Attempt::again;
}

std::vector<Stored> BatchWriter::halve(Webhooks batch) {
    if (batch.size() == 1) return {bury(*batch.front())};
    std::vector<Stored> results = write(batch.first(batch.size() / 2));
    std::ranges::move(write(batch.subspan(batch.size() / 2)), std::back_inserter(results));
    return results;
}

Stored BatchWriter::bury(const InboundWebhook& webhook) {
    spdlog::error("a webhook was refused by the database and kept as a dead letter: call={} reason={}",
                  webhook.call().vapi_call_id, last_refusal_);
    try {
        if (!connect()) return {};
        pqxx::work tx{*connection_};
        act_for_everybody(tx);
        store_dead_letter(tx, webhook, last_refusal_);
        tx.commit();
        return {Stored::Result::refused, false, {}};
    } catch (const std::exception& error) {
        connection_.reset();
        const auto* sql = dynamic_cast<const pqxx::sql_error*>(&error);
        spdlog::error("the dead letter could not be kept: {}",
                      sql != nullptr ? sql->sqlstate() : error.what());
        return {};
    }
}

void BatchWriter::look(CommitPoint point) const {
    if (options_.on_commit_point) options_.on_commit_point(point);
}

bool BatchWriter::connect() {
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
