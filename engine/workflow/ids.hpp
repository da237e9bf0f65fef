#pragma once
// Identifiers. Each kind is a type of its own, so that a run id cannot be passed where a worker number is
// meant. All are values: copyable, ordered, thread-safe to read. Nothing here makes ids; makers live where
// randomness is allowed (engine/store/id_source.hpp, and Workflow::uuid inside workflow code).

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace durable {

/// 128 bits, printed as 8-4-4-4-12 lower-case hexadecimal (RFC 9562).
struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    auto operator<=>(const Uuid&) const = default;
    /// Lower case, with hyphens.
    [[nodiscard]] std::string to_string() const;
    /// Accepts exactly the printed form, either case; anything else is nullopt.
    [[nodiscard]] static std::optional<Uuid> parse(std::string_view text);
    [[nodiscard]] bool is_nil() const { return *this == Uuid{}; }
};

/// A value of type Rep that only mixes with its own Tag.
template <class Tag, class Rep>
struct StrongId {
    Rep value{};

    StrongId() = default;
    constexpr explicit StrongId(Rep v) : value(std::move(v)) {}
    auto operator<=>(const StrongId&) const = default;
};

/// One execution of a workflow. A UUIDv7: its first 48 bits are milliseconds since 1970, which is also the
/// partition key of everything that belongs to the run.
using RunId = StrongId<struct RunIdTag, Uuid>;

/// For hashed containers. The last 64 bits: they are random, or derived by a hash.
struct RunIdHash {
    [[nodiscard]] std::size_t operator()(const RunId& run) const noexcept {
        std::uint64_t last = 0;
        std::memcpy(&last, run.value.bytes.data() + run.value.bytes.size() - sizeof last, sizeof last);
        return static_cast<std::size_t>(last);
    }
};

/// The business name of a workflow, chosen by the caller: 1 to 1,000 bytes of UTF-8, no control characters.
/// At most one open run has it (per namespace).
using WorkflowId = StrongId<struct WorkflowIdTag, std::string>;

/// Place of an event in its run's history: gapless from 1. The event that scheduled an activity or started a
/// timer is also that activity's or timer's name for the rest of the run.
using EventId = StrongId<struct EventIdTag, std::int32_t>;

/// Whose data it is; opaque to the engine ("" when the caller has no tenants).
using Tenant = StrongId<struct TenantTag, std::string>;

/// The event after this one.
[[nodiscard]] inline EventId next(EventId id) {
    return EventId{id.value + 1};
}

}  // namespace durable
