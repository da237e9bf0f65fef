#pragma once
// A database with one organization, and transactional activities run in it as the application's role would.

#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <utility>

#include "activities/calls.hpp"
#include "activities/tenancy.hpp"
#include "activities/transactional.hpp"
#include "tests/support/database.hpp"

namespace test {

inline constexpr const char* organization_id = "0199f0a4-0000-7000-8000-0000000000a1";

/// 2026-11-21 10:15:02 UTC, a call of 125 seconds.
[[nodiscard]] callflex::EndedCall ended_call(
    const std::string& call_id = "0199f0a4-5b1e-7aa2-9c33-6f6f3b0c1d01");

class TransactionalInfo : public durable::TransactionalContext {
  public:
    [[nodiscard]] const durable::ActivityInfo& info() const override { return info_; }
    [[nodiscard]] durable::Timestamp now() const override { return info_.started_at; }

  private:
    durable::ActivityInfo info_{};
};

class ProductDatabase {
  public:
    ProductDatabase();

    /// As the ingress does: a row in app.calls.
    void add_call(const callflex::EndedCall& call);
    void set_settings(const std::string& settings_json);

    /// Runs a transactional activity in a transaction of its own and commits.
    template <class Output, class Input>
    Output run(Output (*activity)(durable::TransactionalContext&, pqxx::work&, Input),
               const std::type_identity_t<Input>& input) {
        TransactionalInfo context;
        pqxx::work tx{application};
        callflex::act_for(tx, organization_id);
        Output output = activity(context, tx, input);
        tx.commit();
        return output;
    }

    [[nodiscard]] std::string value(const std::string& sql) const { return database.value(sql); }

    Database database;
    pqxx::connection application{database.url()};
};

}  // namespace test
