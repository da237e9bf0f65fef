#include "engine/store/semaphores.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "engine/store/audit.hpp"
#include "engine/store/field_values.hpp"
#include "engine/store/names.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

std::vector<SemaphoreInfo> semaphores(pqxx::transaction_base& tx, const char* only, std::int32_t limit) {
    std::vector<SemaphoreInfo> found;
    for (const auto& row : tx.exec_params(std::string{sql::list_semaphores}, only, limit)) {
        SemaphoreInfo info{row["resource"].as<std::string>(), row["capacity"].as<int>(),
                           row["held"].as<std::int64_t>(), row["holders"].as<std::int64_t>(),
                           row["waiting"].as<std::int64_t>()};
        if (!row["oldest"].is_null()) info.oldest_waiting = moment(row["oldest"]);
        found.push_back(std::move(info));
    }
    return found;
}

std::vector<UnitsInfo> requests(pqxx::transaction_base& tx, const char* resource, const char* run,
                                std::int32_t limit) {
    std::vector<UnitsInfo> found;
    for (const auto& row : tx.exec_params(std::string{sql::semaphore_requests}, resource, run, limit)) {
        UnitsInfo info;
        info.resource = row["resource"].as<std::string>();
        info.run = RunId{uuid_of(row["run_id"].c_str())};
        if (!row["workflow_id"].is_null()) info.workflow = WorkflowId{row["workflow_id"].as<std::string>()};
        info.request = EventId{row["request"].as<std::int32_t>()};
        info.units = row["units"].as<int>();
        info.requested_at = moment(row["requested_at"]);
        if (!row["granted_at"].is_null()) info.granted_at = moment(row["granted_at"]);
        found.push_back(std::move(info));
    }
    return found;
}

}  // namespace

std::vector<SemaphoreInfo> list_semaphores(pqxx::transaction_base& tx, std::int32_t limit) {
    return semaphores(tx, nullptr, limit);
}

std::optional<SemaphoreInfo> find_semaphore(pqxx::transaction_base& tx, const std::string& resource) {
    auto found = semaphores(tx, resource.c_str(), 1);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

std::vector<UnitsInfo> requests_of(pqxx::transaction_base& tx, const std::string& resource,
                                   std::int32_t limit) {
    return requests(tx, resource.c_str(), nullptr, limit);
}

std::vector<UnitsInfo> units_of_run(pqxx::transaction_base& tx, RunId run) {
    constexpr std::int32_t requests_max = 1000;
    return requests(tx, nullptr, run.value.to_string().c_str(), requests_max);
}

void set_capacity(pqxx::transaction_base& tx, const std::string& resource, int capacity,
                  const OperatorAct& act) {
    constexpr std::size_t name_bytes_max = 200;
    check_name("semaphore", resource);
    if (resource.size() > name_bytes_max)
        throw std::invalid_argument("the semaphore has more than 200 bytes");
    if (capacity < 0) throw std::invalid_argument("the capacity is negative");
    tx.exec_params(std::string{sql::set_capacity}, resource, capacity);
    audit(tx, {act.identity, "semaphore set-capacity", resource, act.reason,
               fmt::format(R"({{"capacity":{}}})", capacity)});
}

}  // namespace durable::store
