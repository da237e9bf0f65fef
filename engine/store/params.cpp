#include "engine/store/params.hpp"

#include <bit>
#include <chrono>

#include "engine/store/binary.hpp"

namespace durable::store {
namespace {

std::string uuid_bytes(const Uuid& id) {
    std::string bytes;
    for (const std::uint8_t byte : id.bytes) bytes += static_cast<char>(byte);
    return bytes;
}

}  // namespace

void BinaryArray::add(bool value) {
    binary::append(elements_, std::int32_t{1});
    elements_ += value ? '\1' : '\0';
    ++count_;
}

void BinaryArray::add(std::int32_t value) {
    binary::append(elements_, std::int32_t{4});
    binary::append(elements_, value);
    ++count_;
}

void BinaryArray::add(std::int64_t value) {
    binary::append(elements_, std::int32_t{8});
    binary::append(elements_, value);
    ++count_;
}

void BinaryArray::add(double value) {
    add(std::bit_cast<std::int64_t>(value));
}

void BinaryArray::add(const Uuid& value) {
    binary::append(elements_, std::int32_t{16});
    for (const std::uint8_t byte : value.bytes) elements_ += static_cast<char>(byte);
    ++count_;
}

void BinaryArray::add(Timestamp value) {
    add(binary::from_timestamp(value));
}

void BinaryArray::add(std::string_view value) {
    binary::append(elements_, static_cast<std::int32_t>(value.size()));
    elements_ += value;
    ++count_;
}

void BinaryArray::add_null() {
    binary::append(elements_, std::int32_t{-1});
    nulls_ = true;
    ++count_;
}

std::string BinaryArray::value() const {
    std::string out;
    out.reserve(elements_.size() + 20);
    binary::append(out, std::int32_t{count_ > 0 ? 1 : 0});  // dimensions
    binary::append(out, std::int32_t{nulls_ ? 1 : 0});
    binary::append(out, static_cast<std::int32_t>(type_));
    if (count_ > 0) {
        binary::append(out, count_);
        binary::append(out, std::int32_t{1});  // lower bound
        out += elements_;
    }
    return out;
}

Params& Params::add(std::int32_t value) {
    binary::append(values_.emplace_back(std::string{}).value(), value);
    return *this;
}

Params& Params::add(std::int64_t value) {
    binary::append(values_.emplace_back(std::string{}).value(), value);
    return *this;
}

Params& Params::add(double value) {
    return add(std::bit_cast<std::int64_t>(value));
}

Params& Params::add(bool value) {
    values_.emplace_back(std::string(1, value ? '\1' : '\0'));
    return *this;
}

Params& Params::add(std::string_view value) {
    values_.emplace_back(std::string{value});
    return *this;
}

Params& Params::add(const Uuid& value) {
    values_.emplace_back(uuid_bytes(value));
    return *this;
}

Params& Params::add(Timestamp value) {
    return add(binary::from_timestamp(value));
}

Params& Params::add(const BinaryArray& value) {
    values_.emplace_back(value.value());
    return *this;
}

Params& Params::add_null() {
    values_.emplace_back(std::nullopt);
    return *this;
}

std::vector<const char*> Params::pointers() const {
    std::vector<const char*> pointers;
    pointers.reserve(values_.size());
    for (const auto& value : values_) pointers.push_back(value ? value->c_str() : nullptr);
    return pointers;
}

std::vector<int> Params::lengths() const {
    std::vector<int> lengths;
    lengths.reserve(values_.size());
    for (const auto& value : values_) lengths.push_back(value ? static_cast<int>(value->size()) : 0);
    return lengths;
}

}  // namespace durable::store
