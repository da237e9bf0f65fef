#include "engine/store/payload_rows.hpp"

#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

PayloadKeyRow key_row(const pqxx::row& row) {
    PayloadKeyRow key;
    key.id = uuid_of(row[0].c_str());
    key.tenant = row[1].as<std::string>();
    key.subject = row[2].as<std::string>();
    key.master = row[3].as<std::string>();
    if (!row[4].is_null()) key.wrapped = bytes_of(row[4].c_str());
    return key;
}

std::optional<PayloadKeyRow> one(const pqxx::result& rows) {
    if (rows.empty()) return std::nullopt;
    return key_row(rows[0]);
}

}  // namespace

std::optional<PayloadKeyRow> current_payload_key(pqxx::transaction_base& tx, const std::string& tenant,
                                                 const std::string& subject) {
    return one(tx.exec_params(std::string{sql::current_payload_key}, tenant, subject));
}

std::optional<PayloadKeyRow> find_payload_key(pqxx::transaction_base& tx, Uuid id) {
    return one(tx.exec_params(std::string{sql::find_payload_key}, id.to_string()));
}

bool add_payload_key(pqxx::transaction_base& tx, const PayloadKeyRow& key) {
    return tx.exec_params(std::string{sql::add_payload_key}, key.id.to_string(), key.tenant, key.subject,
                          key.master, bytea_text(key.wrapped.value()))
               .affected_rows() == 1;
}

int retire_payload_keys(pqxx::transaction_base& tx, const std::optional<std::string>& tenant) {
    return static_cast<int>(
        tx.exec_params(std::string{sql::retire_payload_keys}, or_null(tenant)).affected_rows());
}

std::vector<PayloadKeyRow> payload_keys_not_of(pqxx::transaction_base& tx, const std::string& master,
                                               int limit) {
    std::vector<PayloadKeyRow> keys;
    for (const auto& row : tx.exec_params(std::string{sql::payload_keys_not_of}, master, limit)) {
        keys.push_back(key_row(row));
    }
    return keys;
}

void rewrap_payload_key(pqxx::transaction_base& tx, const PayloadKeyRow& key) {
    tx.exec_params(std::string{sql::rewrap_payload_key}, key.id.to_string(), key.master,
                   bytea_text(key.wrapped.value()));
}

ErasedPayloads erase_payload_keys(pqxx::transaction_base& tx, const std::optional<std::string>& tenant,
                                  const std::vector<std::string>& subjects) {
    TextArray named;
    for (const std::string& subject : subjects) named.add(subject);
    const auto rows = tx.exec_params(std::string{sql::erase_payload_keys}, or_null(tenant), named.literal());
    return {rows[0][0].as<std::int64_t>(), rows[0][1].as<std::int64_t>()};
}

void put_payload(pqxx::transaction_base& tx, RunId run, const std::string& digest,
                 const std::optional<Uuid>& key, const std::string& bytes) {
    std::optional<std::string> key_text;
    if (key) key_text = key->to_string();
    tx.exec_params(std::string{sql::put_payload}, run.value.to_string(), bytea_text(digest),
                   or_null(key_text), bytea_text(bytes));
}

bool touch_payload(pqxx::transaction_base& tx, const std::string& digest) {
    return tx.exec_params(std::string{sql::touch_payload}, bytea_text(digest)).affected_rows() == 1;
}

void use_payload(pqxx::transaction_base& tx, RunId run, const std::string& digest) {
    tx.exec_params(std::string{sql::use_payload}, run.value.to_string(), bytea_text(digest));
}

std::optional<std::string> payload_bytes(pqxx::transaction_base& tx, const std::string& digest) {
    const auto rows = tx.exec_params(std::string{sql::payload_bytes}, bytea_text(digest));
    if (rows.empty()) return std::nullopt;
    return rows[0][0].is_null() ? std::string{} : bytes_of(rows[0][0].c_str());
}

int sweep_payloads(pqxx::transaction_base& tx) {
    return static_cast<int>(tx.exec(std::string{sql::sweep_payloads}).affected_rows());
}

}  // namespace durable::store
