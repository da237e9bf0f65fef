#pragma once
// How a payload looks in a row when it is not plain JSON: an object whose first member is "$durable".
//
//   {"$durable":1,"size":9000,"zip":true,"key":"<uuid>","data":"<base64>"}   the bytes are here
//   {"$durable":1,"size":90000,"key":"<uuid>","at":"<hex digest>"}           the bytes are in engine.payloads
//   {"$durable":1,"plain":<value>}                                           a user's value that begins like this
//   {"$durable":1,"gone":"erased"}                                           read back: it is not there any more
//
// `size` is that of the JSON text. Bytes were compressed ("zip": zstd) first and then encrypted ("key"). The
// form is frozen. Since a user's object that begins like this is wrapped, nothing from outside can pass for a
// wrapped payload.

#include <optional>
#include <string>
#include <string_view>

#include "engine/workflow/ids.hpp"

namespace durable::payloads {

struct Wrapped {
    std::size_t size = 0;  ///< bytes of the JSON text
    bool zip = false;
    std::optional<Uuid> key{};
    std::optional<std::string> digest{};  ///< 32 bytes: where the bytes are stored
    std::string data{};                   ///< else the bytes
};

/// Whether a text (a payload, or a row full of them) holds the mark at all. Cheap.
[[nodiscard]] bool has_mark(std::string_view text);
/// Whether a payload is, or would be taken for, a wrapped one.
[[nodiscard]] bool begins_wrapped(std::string_view json);

[[nodiscard]] std::string to_json(const Wrapped& wrapped);
/// A user's value that begins_wrapped.
[[nodiscard]] std::string escape(std::string_view json);
/// What is read back in place of a payload that cannot be had; `why` is a word: "erased", "unreadable".
[[nodiscard]] std::string tombstone(std::string_view why);
/// The word, if the payload is a tombstone. For showing only: a user's value may look like one.
[[nodiscard]] std::optional<std::string> tombstone_word(std::string_view json);

/// The inside of a payload that begins_wrapped: a wrapped one, or the user's value again. Throws DecodeError.
struct Parsed {
    std::optional<Wrapped> wrapped{};
    std::string plain{};
};
[[nodiscard]] Parsed parse(std::string_view json);

[[nodiscard]] std::string to_hex(std::string_view bytes);
/// Both throw DecodeError. The hexadecimal one is a digest of 32 bytes.
[[nodiscard]] std::string from_hex(std::string_view text);
[[nodiscard]] std::string from_base64(std::string_view text);

}  // namespace durable::payloads
