#pragma once
// Where payloads change form between histories and their rows: on the way in they are compressed, encrypted
// and, when large, put into engine.payloads; on the way out they become the JSON again that code knows. The
// rest of the store sees encoded events and never looks inside.
//
// A row whose payloads are small, plain and not to be encrypted passes untouched, byte for byte. What cannot
// be read back (erased, or no key here) becomes a tombstone, and the row says so in `unreadable`.
//
// Thread-safe; one a process. Keeps a connection of its own, opened when it is first needed, for keys and
// large payloads: a data key must be committed before anything is encrypted with it, whatever becomes of a
// caller's transaction. Verbs throw StoreUnavailable when the database does not answer, payloads::KeyError
// when there are keys but not the one that is needed to encrypt, and PayloadTooLarge.

#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <source_location>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/payloads/settings.hpp"
#include "engine/store/archive.hpp"
#include "engine/store/types.hpp"

namespace durable::store {

/// Names the payload, its size, the limit, and the line that wanted it stored, where that is known.
class PayloadTooLarge : public std::invalid_argument {
  public:
    using std::invalid_argument::invalid_argument;
};

/// Whose a payload is: which run refers to it, and which key encrypts it.
struct PayloadScope {
    RunId run;
    Tenant tenant;
    std::string
        subject{};  ///< token of the person that the run is about (WorkflowStarted.subject); "": nobody
};

/// Of an existing run, for what is sent to it. None: there is no such run.
[[nodiscard]] std::optional<PayloadScope> payload_scope(pqxx::transaction_base& tx, RunId run);

class PayloadGate {
  public:
    PayloadGate(std::string connection_string, payloads::Settings settings);
    ~PayloadGate();
    PayloadGate(const PayloadGate&) = delete;
    PayloadGate& operator=(const PayloadGate&) = delete;

    [[nodiscard]] const payloads::Settings& settings() const;
    [[nodiscard]] bool encrypts() const;
    /// What WorkflowStarted.subject says of a person; "" when nothing is encrypted.
    [[nodiscard]] std::string subject_token(const std::string& person) const;
    /// Whether the token is this person's, perhaps by a master key from before a rotation.
    [[nodiscard]] bool names(const std::string& token, const std::string& person) const;

    /// A payload, or an encoded row, that goes into the database as it is. Cheap.
    [[nodiscard]] bool passes(const std::string& text) const;

    // --- on the way in -------------------------------------------------------------------------------------
    // `tx`: the caller's transaction, which large payloads become part of; null: one of the gate's own, at
    // once.
    [[nodiscard]] std::string seal_activation(std::string encoded, const PayloadScope& scope,
                                              pqxx::transaction_base* tx = nullptr);
    [[nodiscard]] std::string seal_event(std::string encoded, const PayloadScope& scope,
                                         pqxx::transaction_base* tx = nullptr);
    [[nodiscard]] std::string seal_value(std::string json, const PayloadScope& scope,
                                         pqxx::transaction_base* tx = nullptr);
    /// All of it, however large: for what no run refers to yet.
    [[nodiscard]] std::string seal_inline(std::string json, const PayloadScope& scope);
    /// Everything in it. To be called once for a batch, before the first try to commit it.
    void seal(Batch& batch);
    void seal(ActivityEnd& end);

    // --- on the way out ------------------------------------------------------------------------------------
    void open(HistoryRow& row);
    void open(std::vector<HistoryRow>& rows);
    /// Of an exported run, which brings its large payloads along. Asks the database for keys only, if there
    /// are any.
    void open(Archive& archive);
    void open(InboxMessage& message);
    void open(std::vector<ClaimedRun>& claimed);
    /// Also fills in whose key its input was sealed with.
    void open(ActivityRow& row);
    /// One value, such as a published one. Returns why it is a tombstone, or "".
    std::string open_value(std::string& json);
    /// One encoded event.
    std::string open_event(std::string& encoded);

    /// Throws PayloadTooLarge when the JSON of `what` is above the limit. `where`: line 0 is not known.
    void check_size(const std::string& what, const std::string& json,
                    const std::source_location& where = {}) const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace durable::store
