#pragma once
// Typed search attributes: facts about a run that lists and counts can filter by, indexed, and true at every
// moment. Set at the start (StartOptions, ChildOptions) or by the code (Workflow::set_attribute).
//
//   inline constexpr durable::SearchKey<std::string> organization{"OrganizationId"};
//   client.start(process_call, call, {.workflow = id, .attributes = {organization("org-7")}});
//   wf.set_attribute(organization, "org-8");
//
// A key has one type in the whole database: that of its first use. Another type is refused, at the start with
// an exception, from workflow code by blocking the activation.

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/workflow/payload.hpp"
#include "engine/workflow/time.hpp"

namespace durable {

enum class SearchType : std::uint8_t { string, boolean, integer, number, timestamp, strings };
BOOST_DESCRIBE_ENUM(SearchType, string, boolean, integer, number, timestamp, strings)

/// A value as JSON. No Payload: what lists filter by is never encrypted, neither in its row nor in history.
struct SearchValue : Payload {
    bool operator==(const SearchValue&) const = default;
};

/// One key and its value, with the type erased. A null value means: the run has it no more.
struct SearchAttribute {
    std::string key;
    SearchType type = SearchType::string;
    SearchValue value{};
    bool operator==(const SearchAttribute&) const = default;
};

inline constexpr std::size_t search_attributes_max = 64;    ///< of one run
inline constexpr std::size_t search_key_bytes_max = 100;    ///< a letter, then letters, digits and _
inline constexpr std::size_t search_text_bytes_max = 1000;  ///< of a string, and of each one in a list
inline constexpr std::size_t search_list_elements_max = 100;

/// What is wrong with it, a sentence without the value; empty if nothing is. A value of another type than
/// `type` says counts as wrong.
[[nodiscard]] std::string problem_with(const SearchAttribute& attribute);
/// The same for a run's attributes together: their number, and each key once.
[[nodiscard]] std::string problem_with(const std::vector<SearchAttribute>& attributes);
/// System fields of the filter language ("Status", "StartTime", ...): no key can be called so, in whatever
/// case.
[[nodiscard]] bool is_reserved_search_key(std::string_view key);
/// Replaces the value of its key, or adds it; a null value removes it.
void put_attribute(std::vector<SearchAttribute>& attributes, SearchAttribute attribute);

namespace detail {

[[nodiscard]] Payload search_value(const std::string& value);
[[nodiscard]] Payload search_value(bool value);
[[nodiscard]] Payload search_value(std::int64_t value);
[[nodiscard]] Payload search_value(double value);
[[nodiscard]] Payload search_value(Timestamp value);
[[nodiscard]] Payload search_value(const std::vector<std::string>& value);

template <class T>
struct SearchTypeOf;
template <>
struct SearchTypeOf<std::string> {
    static constexpr SearchType value = SearchType::string;
};
template <>
struct SearchTypeOf<bool> {
    static constexpr SearchType value = SearchType::boolean;
};
template <>
struct SearchTypeOf<std::int64_t> {
    static constexpr SearchType value = SearchType::integer;
};
template <>
struct SearchTypeOf<double> {
    static constexpr SearchType value = SearchType::number;
};
template <>
struct SearchTypeOf<Timestamp> {
    static constexpr SearchType value = SearchType::timestamp;
};
template <>
struct SearchTypeOf<std::vector<std::string>> {
    static constexpr SearchType value = SearchType::strings;
};

}  // namespace detail

/// T: std::string, bool, std::int64_t, double, Timestamp or std::vector<std::string>.
template <class T>
struct SearchKey {
    using value_type = T;
    static constexpr SearchType type = detail::SearchTypeOf<T>::value;
    std::string_view name;

    [[nodiscard]] SearchAttribute operator()(const T& value) const {
        return {std::string{name}, type, {detail::search_value(value)}};
    }
    /// The run has no such attribute any more.
    [[nodiscard]] SearchAttribute none() const { return {std::string{name}, type, {}}; }
};

}  // namespace durable
