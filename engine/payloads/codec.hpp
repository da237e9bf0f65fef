#pragma once
// The chain that a payload goes through on its way to a row and back: compressed above a size, encrypted if
// there are keys, stored outside of the row above another size. A small payload without keys stays the JSON
// that it is.
//
// Knows neither histories nor Postgres: where keys and stored bytes come from is told by two interfaces,
// which the store implements. No state; as thread-safe as these.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/payloads/cipher.hpp"
#include "engine/payloads/settings.hpp"

namespace durable::payloads {

/// Bytes that are kept outside of the rows that refer to them.
class Stored {
  public:
    virtual ~Stored() = default;
    virtual void put(const std::string& digest, const std::optional<Uuid>& key, const std::string& bytes) = 0;
    /// None: there is no such payload. Empty: it has been erased.
    [[nodiscard]] virtual std::optional<std::string> get(const std::string& digest) = 0;
};

class Keys {
  public:
    virtual ~Keys() = default;
    /// What is known of a key: itself; or that it was destroyed; or that it cannot be had here, and why.
    struct Found {
        std::shared_ptr<const DataKey> key{};
        bool erased = false;
        std::string problem{};
    };
    [[nodiscard]] virtual Found find(Uuid id) = 0;
};

/// `key`: null leaves it readable.
[[nodiscard]] std::string wrap(const std::string& json, const Settings& settings, const DataKey* key,
                               Stored& stored);

struct Opened {
    std::string json{};     ///< the payload, or a tombstone
    std::string problem{};  ///< why it is a tombstone: for people
    std::string subject{};  ///< whose key it was sealed with; "": nobody's
};
/// `json` begins_wrapped. Never throws for what it finds: what cannot be had becomes a tombstone.
[[nodiscard]] Opened unwrap(const std::string& json, Keys& keys, Stored& stored);

}  // namespace durable::payloads
