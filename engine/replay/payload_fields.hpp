#pragma once
// Every payload that an event holds, said once: inputs, results, messages, published values, details of
// failures. What stands between histories and their rows (engine/payloads) changes payloads by this, and
// knows no event.

#include <type_traits>
#include <vector>

#include "engine/replay/event_fields.hpp"

namespace durable::history {

/// Visits the fields of an event and hands every Payload to `f(Payload&)`, those inside lists, options and
/// causes of failures included.
template <class F>
class PayloadVisitor {
  public:
    template <class T>
    using Ref = T&;

    explicit PayloadVisitor(F& f) : f_(f) {}

    template <class T>
    void required(std::string_view, T& value) {
        visit(value);
    }
    template <class T>
    void optional(std::string_view, T& value, const std::type_identity_t<T>& absent) {
        if constexpr (std::is_same_v<T, Payload>) {
            if (value == absent) return;
        }
        visit(value);
    }

    template <class T>
    void visit(T& value) {
        if constexpr (std::is_same_v<T, Payload>) {
            f_(value);
        } else if constexpr (std::is_same_v<T, std::shared_ptr<const Failure>>) {
            visit_cause(value);
        } else if constexpr (requires { fields(*this, value); }) {
            fields(*this, value);
        } else if constexpr (is_optional<T>) {
            if (value) visit(*value);
        } else if constexpr (is_vector<T>) {
            for (auto& element : value) visit(element);
        }
    }

  private:
    template <class T>
    static constexpr bool is_optional = false;
    template <class T>
    static constexpr bool is_optional<std::optional<T>> = true;
    template <class T>
    static constexpr bool is_vector = false;
    template <class T>
    static constexpr bool is_vector<std::vector<T>> = !std::is_same_v<T, bool>;

    /// Causes are shared and immutable: a changed one is another one.
    void visit_cause(std::shared_ptr<const Failure>& cause) {
        if (!cause) return;
        auto changed = std::make_shared<Failure>(*cause);
        visit(*changed);
        cause = std::move(changed);
    }

    F& f_;
};

template <class F>
void for_each_payload(Event& event, F&& f) {
    PayloadVisitor<std::remove_reference_t<F>> visitor{f};
    std::visit([&](auto& kind) { visitor.visit(kind); }, event);
}

template <class F>
void for_each_payload(Activation& activation, F&& f) {
    for (Event& event : activation.arrived) for_each_payload(event, f);
    for (Event& event : activation.commands) for_each_payload(event, f);
}

}  // namespace durable::history
