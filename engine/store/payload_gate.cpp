#include "engine/store/payload_gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/payloads/cipher.hpp"
#include "engine/payloads/wire.hpp"
#include "engine/replay/commands.hpp"
#include "engine/replay/payload_fields.hpp"
#include "engine/store/payload_source.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine/workflow/json_reader.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

/// Large payloads of one row on their way in: part of the caller's transaction, or kept until there is one.
class Puts final : public payloads::Stored {
  public:
    void put(const std::string& digest, const std::optional<Uuid>& key, const std::string& bytes) override {
        waiting_.push_back({run, digest, key, bytes});
    }
    [[nodiscard]] std::optional<std::string> get(const std::string&) override { return std::nullopt; }

    void write(pqxx::transaction_base& tx) const {
        for (const auto& each : waiting_) put_payload(tx, each.run, each.digest, each.key, each.bytes);
    }
    [[nodiscard]] bool empty() const { return waiting_.empty(); }

    RunId run{};  ///< that what comes next belongs to

  private:
    struct Put {
        RunId run;
        std::string digest;
        std::optional<Uuid> key;
        std::string bytes;
    };
    std::vector<Put> waiting_;
};

class Gets final : public payloads::Stored {
  public:
    explicit Gets(SideConnection& side) : side_(side) {}
    void put(const std::string&, const std::optional<Uuid>&, const std::string&) override {}
    [[nodiscard]] std::optional<std::string> get(const std::string& digest) override {
        std::optional<std::string> bytes;
        side_.transact([&](pqxx::transaction_base& tx) { bytes = payload_bytes(tx, digest); });
        return bytes;
    }

  private:
    SideConnection& side_;
};

/// Who reads a row that another build has written finds out by himself that he cannot: it stays as it is.
template <class Decode>
auto decoded_or_none(const Decode& decode) -> std::optional<decltype(decode())> {
    try {
        return decode();
    } catch (const DecodeError&) {
        return std::nullopt;
    }
}

/// Large payloads that come with what refers to them.
class Brought final : public payloads::Stored {
  public:
    explicit Brought(const std::map<std::string, std::string>& stored) : stored_(stored) {}
    void put(const std::string&, const std::optional<Uuid>&, const std::string&) override {}
    [[nodiscard]] std::optional<std::string> get(const std::string& digest) override {
        const auto found = stored_.find(digest);
        if (found == stored_.end()) return std::nullopt;
        return found->second;
    }

  private:
    const std::map<std::string, std::string>& stored_;
};

std::string size_text(std::size_t bytes) {
    constexpr double mebi = 1024.0 * 1024.0;
    return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / mebi);
}

}  // namespace

class PayloadGate::Impl {
  public:
    Impl(std::string url, payloads::Settings given)
        : settings(std::move(given)), side(std::move(url)), keys(side, settings.keys) {}

    /// Nothing in a text of this kind can need a change: it stays as it is, byte for byte.
    [[nodiscard]] bool passes(const std::string& text) const {
        const std::size_t least = std::min(settings.compress_from, settings.store_from);
        return !settings.keys && text.size() < least && !payloads::has_mark(text);
    }

    [[nodiscard]] std::shared_ptr<const payloads::DataKey> key_for(const PayloadScope& scope) {
        return settings.keys ? keys.sealing(scope.tenant.value, scope.subject) : nullptr;
    }

    std::string activation(std::string encoded, const PayloadScope& scope, Puts& puts) {
        if (passes(encoded)) return encoded;
        history::Activation decoded = history::decode_activation(EventId{1}, encoded);
        return seal_all(decoded, scope, puts) ? history::encode(decoded) : std::move(encoded);
    }
    std::string event(std::string encoded, const PayloadScope& scope, Puts& puts) {
        if (passes(encoded)) return encoded;
        history::Event decoded = history::decode_event(encoded);
        return seal_all(decoded, scope, puts) ? history::encode_event(decoded) : std::move(encoded);
    }
    /// For a run that is not known yet, so that nothing could be noted as used by it: all of it goes along.
    std::string inline_event(std::string encoded, const PayloadScope& scope) {
        Puts none;
        if (passes(encoded)) return encoded;
        history::Event decoded = history::decode_event(encoded);
        return seal_all(decoded, scope, none, whole()) ? history::encode_event(decoded) : std::move(encoded);
    }
    std::string value(std::string json, const PayloadScope& scope, Puts& puts) {
        if (passes(json)) return json;
        const auto key = key_for(scope);
        puts.run = scope.run;
        return payloads::wrap(json, settings, key.get(), puts);
    }
    std::string inline_value(const std::string& json, const PayloadScope& scope) {
        Puts none;
        const auto key = key_for(scope);
        return payloads::wrap(json, whole(), key.get(), none);
    }
    void flush(const Puts& puts, pqxx::transaction_base* tx) {
        if (puts.empty()) return;
        if (tx != nullptr) return puts.write(*tx);
        side.transact([&](pqxx::transaction_base& own) { puts.write(own); });
    }

    void commit(RunCommit& commit, Puts& puts) {
        const PayloadScope scope{commit.run, commit.tenant, commit.subject};
        if (commit.activation)
            commit.activation->bytes = activation(std::move(commit.activation->bytes), scope, puts);
        for (ActivityRow& each : commit.activities) row(each, scope, puts);
        for (ChildStart& child : commit.children) {
            const PayloadScope of_child{child.run, commit.tenant, commit.subject};
            child.activation = activation(std::move(child.activation), of_child, puts);
        }
        for (std::string& each : commit.posted) each = event(std::move(each), scope, puts);
        for (UpdateStep& step : commit.updates) {
            if (step.outcome) step.outcome = event(*std::move(step.outcome), scope, puts);
        }
        for (ExternalOrder& order : commit.externals)
            order.event = inline_event(std::move(order.event), scope);
        for (Published& each : commit.published) each.json = value(std::move(each.json), scope, puts);
        if (commit.continued) {
            const PayloadScope of_next{commit.continued->run, commit.tenant, commit.subject};
            commit.continued->activation = activation(std::move(commit.continued->activation), of_next, puts);
        }
        if (commit.report) {
            const PayloadScope of_parent{commit.report->parent, commit.tenant, commit.subject};
            commit.report->event = event(std::move(commit.report->event), of_parent, puts);
        }
    }
    void row(ActivityRow& row, const PayloadScope& scope, Puts& puts) {
        row.task = event(std::move(row.task), scope, puts);
        if (row.last_failure) row.last_failure = event(*std::move(row.last_failure), scope, puts);
        if (row.heartbeat_details)
            row.heartbeat_details = value(*std::move(row.heartbeat_details), scope, puts);
    }

    /// What was found on the way out.
    struct Found {
        std::string problem;
        std::string subject;
    };
    template <class Encoded>
    Found open_all(Encoded& decoded) {
        Gets gets{side};
        return open_all(decoded, gets);
    }
    template <class Encoded>
    Found open_all(Encoded& decoded, payloads::Stored& gets) {
        Found found;
        history::for_each_payload(decoded, [&](Payload& payload) {
            if (!payloads::begins_wrapped(payload.json)) return;
            payloads::Opened opened = payloads::unwrap(payload.json, keys, gets);
            payload.json = std::move(opened.json);
            if (!opened.problem.empty()) found.problem = std::move(opened.problem);
            if (!opened.subject.empty()) found.subject = std::move(opened.subject);
        });
        return found;
    }
    Found open_event(std::string& encoded) {
        if (!payloads::has_mark(encoded)) return {};
        auto decoded = decoded_or_none([&] { return history::decode_event(encoded); });
        if (!decoded) return {};
        Found found = open_all(*decoded);
        encoded = history::encode_event(*decoded);
        return found;
    }
    std::string open_value(std::string& json) {
        if (!payloads::begins_wrapped(json)) return {};
        Gets gets{side};
        payloads::Opened opened = payloads::unwrap(json, keys, gets);
        json = std::move(opened.json);
        return std::move(opened.problem);
    }

    const payloads::Settings settings;
    SideConnection side;
    KeyCache keys;

  private:
    /// Nothing stored apart.
    [[nodiscard]] payloads::Settings whole() const {
        payloads::Settings changed = settings;
        changed.store_from = std::numeric_limits<std::size_t>::max();
        return changed;
    }
    template <class Encoded>
    bool seal_all(Encoded& decoded, const PayloadScope& scope, Puts& puts) {
        return seal_all(decoded, scope, puts, settings);
    }
    template <class Encoded>
    bool seal_all(Encoded& decoded, const PayloadScope& scope, Puts& puts, const payloads::Settings& how) {
        const auto key = key_for(scope);
        puts.run = scope.run;
        bool changed = false;
        history::for_each_payload(decoded, [&](Payload& payload) {
            if (payload.is_null()) return;
            std::string wrapped = payloads::wrap(payload.json, how, key.get(), puts);
            changed = changed || wrapped != payload.json;
            payload.json = std::move(wrapped);
        });
        return changed;
    }
};

PayloadGate::PayloadGate(std::string connection_string, payloads::Settings settings)
    : impl_(std::make_unique<Impl>(std::move(connection_string), std::move(settings))) {}
PayloadGate::~PayloadGate() = default;

const payloads::Settings& PayloadGate::settings() const {
    return impl_->settings;
}

bool PayloadGate::encrypts() const {
    return impl_->settings.keys != nullptr;
}

std::string PayloadGate::subject_token(const std::string& person) const {
    return encrypts() && !person.empty() ? impl_->settings.keys->subject_token(person) : std::string{};
}

bool PayloadGate::names(const std::string& token, const std::string& person) const {
    if (!encrypts() || person.empty()) return token.empty();
    const auto tokens = impl_->settings.keys->subject_tokens(person);
    return std::ranges::find(tokens, token) != tokens.end();
}

bool PayloadGate::passes(const std::string& text) const {
    return impl_->passes(text);
}

std::optional<PayloadScope> payload_scope(pqxx::transaction_base& tx, RunId run) {
    const auto rows = tx.exec_params(std::string{sql::payload_scope}, run.value.to_string());
    if (rows.empty()) return std::nullopt;
    PayloadScope scope{run, Tenant{rows[0][0].as<std::string>()}, {}};
    const auto first =
        decoded_or_none([&] { return history::decode_activation(EventId{1}, bytes_of(rows[0][1].c_str())); });
    if (!first || first->arrived.empty()) return scope;
    const auto* started = std::get_if<history::WorkflowStarted>(&first->arrived.front());
    if (started != nullptr) scope.subject = started->subject;
    return scope;
}

// --- on the way in -----------------------------------------------------------------------------------------

std::string PayloadGate::seal_activation(std::string encoded, const PayloadScope& scope,
                                         pqxx::transaction_base* tx) {
    Puts puts;
    std::string sealed = impl_->activation(std::move(encoded), scope, puts);
    impl_->flush(puts, tx);
    return sealed;
}

std::string PayloadGate::seal_event(std::string encoded, const PayloadScope& scope,
                                    pqxx::transaction_base* tx) {
    Puts puts;
    std::string sealed = impl_->event(std::move(encoded), scope, puts);
    impl_->flush(puts, tx);
    return sealed;
}

std::string PayloadGate::seal_value(std::string json, const PayloadScope& scope, pqxx::transaction_base* tx) {
    Puts puts;
    std::string sealed = impl_->value(std::move(json), scope, puts);
    impl_->flush(puts, tx);
    return sealed;
}

std::string PayloadGate::seal_inline(std::string json, const PayloadScope& scope) {
    if (passes(json)) return json;
    return impl_->inline_value(json, scope);
}

void PayloadGate::seal(Batch& batch) {
    Puts puts;
    for (RunCommit& commit : batch.commits) impl_->commit(commit, puts);
    impl_->flush(puts, nullptr);
}

void PayloadGate::seal(ActivityEnd& end) {
    Puts puts;
    const PayloadScope scope{end.run, end.tenant, end.subject};
    if (end.result) end.result = impl_->event(*std::move(end.result), scope, puts);
    if (end.again) impl_->row(*end.again, scope, puts);
    if (end.heartbeat_details) {
        end.heartbeat_details = impl_->value(*std::move(end.heartbeat_details), scope, puts);
    }
    impl_->flush(puts, nullptr);
}

void PayloadGate::check_size(const std::string& what, const std::string& json,
                             const std::source_location& where) const {
    const std::size_t limit = impl_->settings.limits.error;
    if (json.size() <= limit) return;
    const std::string place = where.line() == 0 ? "" : " at " + replay::source_text(where);
    throw PayloadTooLarge(fmt::format("the {}{} has {} of JSON; a payload may have {}", what, place,
                                      size_text(json.size()), size_text(limit)));
}

// --- on the way out ----------------------------------------------------------------------------------------

void PayloadGate::open(HistoryRow& row) {
    if (!payloads::has_mark(row.bytes)) return;
    auto decoded = decoded_or_none([&] { return history::decode_activation(row.first_event, row.bytes); });
    if (!decoded) return;
    row.unreadable = impl_->open_all(*decoded).problem;
    row.bytes = history::encode(*decoded);
}

void PayloadGate::open(std::vector<HistoryRow>& rows) {
    for (HistoryRow& row : rows) open(row);
}

void PayloadGate::open(Archive& archive) {
    Brought brought{archive.stored};
    for (HistoryRow& row : archive.rows) {
        if (!payloads::has_mark(row.bytes)) continue;
        history::Activation decoded = history::decode_activation(row.first_event, row.bytes);
        row.unreadable = impl_->open_all(decoded, brought).problem;
        row.bytes = history::encode(decoded);
    }
}

void PayloadGate::open(InboxMessage& message) {
    if (!message.unreadable.empty()) return;
    message.unreadable = impl_->open_event(message.event).problem;
}

void PayloadGate::open(std::vector<ClaimedRun>& claimed) {
    for (ClaimedRun& run : claimed) {
        if (run.start) open(*run.start);
    }
}

void PayloadGate::open(ActivityRow& row) {
    Impl::Found task = impl_->open_event(row.task);
    row.unreadable = std::move(task.problem);
    row.subject = std::move(task.subject);
    if (row.last_failure) static_cast<void>(impl_->open_event(*row.last_failure));
    if (row.heartbeat_details) static_cast<void>(impl_->open_value(*row.heartbeat_details));
}

std::string PayloadGate::open_value(std::string& json) {
    return impl_->open_value(json);
}

std::string PayloadGate::open_event(std::string& encoded) {
    return impl_->open_event(encoded).problem;
}

}  // namespace durable::store
