#include "engine/testing/ledger.hpp"

#include <unistd.h>

#include <array>
#include <stdexcept>

#include "durable_testing_sql.hpp"

namespace durable::testing {
namespace {

constexpr std::array<const char*, 3> names{"done", "failed", "unknown"};

Ledger::Outcome outcome_named(const std::string& name) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (name == names[i]) return static_cast<Ledger::Outcome>(i);
    }
    throw std::logic_error("the ledger holds an outcome called " + name);
}

}  // namespace

Ledger::Ledger(std::string url) : url_(std::move(url)) {}
Ledger::~Ledger() = default;

pqxx::connection& Ledger::connection() {
    if (process_ != ::getpid()) {
        inherited_ = std::move(connection_);  // closing it would end the parent's session
        connection_ = std::make_unique<pqxx::connection>(url_);
        process_ = ::getpid();
    }
    return *connection_;
}

void Ledger::record(const Call& call, Outcome outcome, const Payload* output) {
    const std::lock_guard lock{mutex_};
    pqxx::work tx{connection()};
    const std::optional<std::string> answer = output == nullptr ? std::nullopt : std::optional{output->json};
    tx.exec_params(std::string{sql::record_call}, call.activity, call.key, call.attempt,
                   names.at(static_cast<std::size_t>(outcome)), call.input.json, answer,
                   call.delivery == Delivery::at_most_once ? "at_most_once" : "at_least_once");
    tx.commit();
}

Ledger::Counts Ledger::counts(const std::string& activity) {
    const std::lock_guard lock{mutex_};
    pqxx::nontransaction reader{connection()};
    const auto row = reader.exec_params1(std::string{sql::count_calls}, activity);
    return {row[0].as<int>(), row[1].as<int>(), row[2].as<int>()};
}

std::vector<Payload> Ledger::inputs(const std::string& activity) {
    const std::lock_guard lock{mutex_};
    pqxx::nontransaction reader{connection()};
    std::vector<Payload> inputs;
    for (const auto& row : reader.exec_params(std::string{sql::inputs_of_calls}, activity)) {
        inputs.push_back(Payload{row[0].as<std::string>()});
    }
    return inputs;
}

std::optional<Ledger::Earlier> Ledger::earlier(const std::string& activity, const std::string& key) {
    const std::lock_guard lock{mutex_};
    pqxx::nontransaction reader{connection()};
    const auto rows = reader.exec_params(std::string{sql::earlier_call}, activity, key);
    if (rows.empty()) return std::nullopt;
    Earlier found{outcome_named(rows[0][0].as<std::string>()), {}};
    if (!rows[0][1].is_null()) found.output = Payload{rows[0][1].as<std::string>()};
    return found;
}

}  // namespace durable::testing
