#pragma once
// VAPI's limits on what it is sent: looked at before anything leaves, so that a refusal never costs a
// number or a half-made assistant.

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace callflex::vapi {

inline constexpr std::size_t name_characters_max = 40;
inline constexpr std::size_t end_call_message_characters_max = 1000;
inline constexpr std::size_t end_call_phrase_characters_max = 140;
inline constexpr std::size_t function_name_characters_max = 64;
inline constexpr std::size_t number_search_characters_max = 100;
inline constexpr std::chrono::seconds call_duration_min{10};
inline constexpr std::chrono::seconds call_duration_max{43'200};
inline constexpr std::size_t list_limit_max = 1000;

/// As VAPI counts a text against a limit: UTF-16 code units (its servers speak JavaScript).
[[nodiscard]] std::size_t characters_in(std::string_view utf8);

/// At most 40 characters, cut between characters, without blanks at its end: "Acme Freight - Reception".
[[nodiscard]] std::string short_name(std::string_view name);

/// ^[a-zA-Z0-9_-]{1,64}$
[[nodiscard]] bool is_function_name(std::string_view name);

/// What VAPI calls its things: a UUID. Looked at before it becomes part of a path.
[[nodiscard]] bool is_id(std::string_view text);

}  // namespace callflex::vapi
