#pragma once
// Parameters of a statement in Postgres' binary form, arrays included: half the bytes of text, and no
// parsing.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/workflow/ids.hpp"
#include "engine/workflow/time.hpp"

namespace durable::store {

/// One-dimensional array under construction. The element type is chosen by the first `add`; an array that may
/// stay empty or hold nulls only needs no type: the statement's cast decides.
class BinaryArray {
  public:
    enum class Of : std::uint32_t {
        boolean = 16,
        bytes = 17,
        int64 = 20,
        int32 = 23,
        text = 25,
        float64 = 701,
        moment = 1184,
        uuid = 2950,
    };
    explicit BinaryArray(Of type) : type_(type) {}

    void add(bool value);
    void add(std::int32_t value);
    void add(std::int64_t value);
    void add(double value);
    void add(const Uuid& value);
    void add(Timestamp value);
    /// Text or bytes, as the array's type says.
    void add(std::string_view value);
    void add_null();
    template <class T>
    void add(const std::optional<T>& value) {
        value ? add(*value) : add_null();
    }
    [[nodiscard]] std::int32_t size() const { return count_; }
    /// The whole value; the array can still grow afterwards.
    [[nodiscard]] std::string value() const;

  private:
    Of type_;
    std::int32_t count_ = 0;
    bool nulls_ = false;
    std::string elements_;
};

class Params {
  public:
    Params& add(std::int32_t value);
    Params& add(std::int64_t value);
    Params& add(bool value);
    Params& add(double value);
    Params& add(std::string_view value);
    Params& add(const Uuid& value);
    Params& add(Timestamp value);
    Params& add(const BinaryArray& value);
    Params& add_null();

    [[nodiscard]] int size() const { return static_cast<int>(values_.size()); }
    /// Parallel arrays for libpq; valid until the next `add`.
    [[nodiscard]] std::vector<const char*> pointers() const;
    [[nodiscard]] std::vector<int> lengths() const;

  private:
    std::vector<std::optional<std::string>> values_;
};

}  // namespace durable::store
