#pragma once
// Where the codec chain gets its keys and stored bytes: rows, with the keys remembered for a few seconds.
// Inside of PayloadGate.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <utility>

#include "engine/payloads/codec.hpp"
#include "engine/store/id_source.hpp"
#include "engine/store/payload_rows.hpp"

namespace durable::store {

/// A connection of its own, one transaction a call, opened again after a failure. Thread-safe: one call at a
/// time.
class SideConnection {
  public:
    explicit SideConnection(std::string connection_string) : url_(std::move(connection_string)) {}
    /// Throws StoreUnavailable; DecodeError when Postgres cannot read what it holds, however often it is asked.
    void transact(const std::function<void(pqxx::transaction_base&)>& body);

  private:
    std::string url_;
    std::mutex mutex_;
    std::unique_ptr<pqxx::connection> connection_;
};

/// Data keys, unwrapped. A key that was erased or retired elsewhere is noticed within `trusted`. Thread-safe.
class KeyCache final : public payloads::Keys {
  public:
    static constexpr std::chrono::seconds trusted{10};

    KeyCache(SideConnection& side, std::shared_ptr<const payloads::MasterKeys> masters)
        : side_(side), masters_(std::move(masters)) {}

    [[nodiscard]] Found find(Uuid id) override;
    /// The key that seals for them; made if there is none. Throws payloads::KeyError.
    [[nodiscard]] std::shared_ptr<const payloads::DataKey> sealing(const std::string& tenant,
                                                                   const std::string& subject);

  private:
    using Clock = std::chrono::steady_clock;
    template <class T>
    struct Remembered {
        T value;
        Clock::time_point until;
    };
    [[nodiscard]] Found look_up(Uuid id);
    [[nodiscard]] std::shared_ptr<const payloads::DataKey> make_or_find(const std::string& tenant,
                                                                        const std::string& subject);
    [[nodiscard]] std::shared_ptr<const payloads::DataKey> unwrapped(const PayloadKeyRow& row) const;

    SideConnection& side_;
    std::shared_ptr<const payloads::MasterKeys> masters_;  ///< null: nothing is encrypted, nothing decrypts
    IdSource ids_;
    std::mutex mutex_;  // guards both maps
    std::map<Uuid, Remembered<Found>> found_;
    std::map<std::pair<std::string, std::string>, Remembered<std::shared_ptr<const payloads::DataKey>>>
        sealing_;
};

}  // namespace durable::store
