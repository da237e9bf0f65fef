#pragma once
// The generic codec: any described type <-> JSON text, without a document tree in between.
//
// Encodable: bool, integers, double, std::string, enums described by BOOST_DESCRIBE_ENUM (as their names),
// Duration and Timestamp (integer microseconds), Uuid and StrongIds, std::optional (null when empty, and then
// omitted from an object), std::vector, std::map<std::string, T>, Payload (verbatim JSON), Nothing ({}), and
// structs described by BOOST_DESCRIBE_STRUCT whose members are encodable.
//
// Decoding is exact about types and generous about evolution: unknown members are skipped, a missing member
// keeps the struct's default only if it has type std::optional or the struct opts in with `static constexpr
// bool defaults_allowed = true`; else DecodeError names it. Depth is limited to 64, so hostile text cannot
// exhaust the stack. Errors name the path: "call.segments[3].speaker: expected string, found number".

#include <array>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/workflow/failure.hpp"
#include "engine/workflow/ids.hpp"
#include "engine/workflow/json_reader.hpp"
#include "engine/workflow/json_writer.hpp"
#include "engine/workflow/payload.hpp"
#include "engine/workflow/time.hpp"

namespace durable {

/// Never throws for well-formed UTF-8; invalid UTF-8 in a string is replaced by U+FFFD.
template <class T>
[[nodiscard]] Payload encode(const T& value);

/// Throws DecodeError. The whole text must be one value.
template <class T>
[[nodiscard]] T decode(const Payload& payload);

/// Text from outside, checked to be one JSON value and made compact. Throws DecodeError.
[[nodiscard]] Payload parse_payload(std::string_view text);

// How it is done: one write and one read for each kind of type.
namespace codec {

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

template <class T>
struct IsMap : std::false_type {};
template <class T>
struct IsMap<std::map<std::string, T>> : std::true_type {};

template <class T>
struct IsStrongId : std::false_type {};
template <class Tag, class Rep>
struct IsStrongId<StrongId<Tag, Rep>> : std::true_type {};

template <class T>
concept DescribedEnum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;

template <class T>
concept DescribedStruct = std::is_class_v<T> && boost::describe::has_describe_members<T>::value;

template <class T>
concept DefaultsAllowed = requires { requires T::defaults_allowed; };

template <class T>
using MembersOf =
    boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

template <class T>
void write(JsonWriter& writer, const T& value);

template <class T>
void read(JsonReader& reader, T& value);

template <DescribedEnum T>
void write_enum(JsonWriter& writer, T value) {
    const char* name = boost::describe::enum_to_string(value, nullptr);
    if (name != nullptr) return writer.string(name);
    writer.integer(static_cast<std::underlying_type_t<T>>(value));
}

template <DescribedStruct T>
void write_struct(JsonWriter& writer, const T& value) {
    writer.begin_object();
    boost::mp11::mp_for_each<MembersOf<T>>([&](auto member) {
        const auto& field = value.*member.pointer;
        if constexpr (IsOptional<std::remove_cvref_t<decltype(field)>>::value) {
            if (!field) return;
        }
        writer.key(member.name);
        write(writer, field);
    });
    writer.end_object();
}

template <class T>
void write(JsonWriter& writer, const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
        writer.boolean(value);
    } else if constexpr (std::is_integral_v<T>) {
        writer.integer(value);
    } else if constexpr (std::is_floating_point_v<T>) {
        static_assert(std::is_same_v<T, double>, "only double round trips: use double");
        writer.number(value);
    } else if constexpr (std::is_same_v<T, std::string>) {
        writer.string(value);
    } else if constexpr (DescribedEnum<T>) {
        write_enum(writer, value);
    } else if constexpr (std::is_same_v<T, Duration>) {
        writer.integer(std::int64_t{value.count()});
    } else if constexpr (std::is_same_v<T, Timestamp>) {
        writer.integer(std::int64_t{value.time_since_epoch().count()});
    } else if constexpr (std::is_same_v<T, Uuid>) {
        writer.string(value.to_string());
    } else if constexpr (IsStrongId<T>::value) {
        write(writer, value.value);
    } else if constexpr (IsOptional<T>::value) {
        if (!value) return writer.null();
        write(writer, *value);
    } else if constexpr (IsVector<T>::value) {
        writer.begin_array();
        for (const typename T::value_type& element : value) write(writer, element);
        writer.end_array();
    } else if constexpr (IsMap<T>::value) {
        writer.begin_object();
        for (const auto& [name, element] : value) {
            writer.key(name);
            write(writer, element);
        }
        writer.end_object();
    } else if constexpr (std::is_same_v<T, Payload>) {
        writer.raw(value.json);
    } else if constexpr (std::is_same_v<T, Nothing>) {
        writer.begin_object();
        writer.end_object();
    } else {
        static_assert(DescribedStruct<T>,
                      "not encodable: describe the type with BOOST_DESCRIBE_STRUCT or _ENUM");
        write_struct(writer, value);
    }
}

template <DescribedEnum T>
void read_enum(JsonReader& reader, T& value) {
    const std::string name = reader.string();
    if (boost::describe::enum_from_string(name.c_str(), value)) return;
    std::string known;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto enumerator) {
        known += known.empty() ? "" : ", ";
        known += enumerator.name;
    });
    reader.fail("expected one of " + known + ", found \"" + name.substr(0, 100) + "\"");
}

/// Reads the member called `name` of T; skips it if T has none.
template <DescribedStruct T, std::size_t N>
void read_member(JsonReader& reader, T& value, std::string_view name, std::array<bool, N>& seen) {
    bool known = false;
    std::size_t index = 0;
    boost::mp11::mp_for_each<MembersOf<T>>([&](auto member) {
        const std::size_t mine = index++;
        if (known || name != member.name) return;
        known = seen[mine] = true;
        read(reader, value.*member.pointer);
    });
    if (!known) reader.skip();
}

template <DescribedStruct T>
void read_struct(JsonReader& reader, T& value) {
    std::array<bool, boost::mp11::mp_size<MembersOf<T>>::value> seen{};
    reader.begin_object();
    std::string_view name;
    while (reader.next_member(name)) read_member(reader, value, name, seen);
    if constexpr (!DefaultsAllowed<T>) {
        std::size_t index = 0;
        boost::mp11::mp_for_each<MembersOf<T>>([&](auto member) {
            using Field = std::remove_cvref_t<decltype(value.*member.pointer)>;
            if (!seen[index++] && !IsOptional<Field>::value) reader.fail_member(member.name, "missing");
        });
    }
}

template <class T>
void read_vector(JsonReader& reader, std::vector<T>& value) {
    value.clear();
    reader.begin_array();
    while (reader.next_element()) {
        T element{};
        read(reader, element);
        value.push_back(std::move(element));
    }
}

template <class T>
void read_map(JsonReader& reader, std::map<std::string, T>& value) {
    value.clear();
    reader.begin_object();
    std::string_view name;
    while (reader.next_member(name)) read(reader, value[std::string{name}]);
}

inline void read_uuid(JsonReader& reader, Uuid& value) {
    const std::optional<Uuid> parsed = Uuid::parse(reader.string());
    if (!parsed) reader.fail("expected a UUID such as 0190a5b0-7c3e-7a10-8000-000000000001");
    value = *parsed;
}

inline void read_nothing(JsonReader& reader) {
    if (reader.peek() != JsonReader::Kind::null && reader.peek() != JsonReader::Kind::object) {
        reader.fail("expected {}");
    }
    reader.skip();
}

template <class T>
void read(JsonReader& reader, T& value) {
    if constexpr (std::is_same_v<T, bool>) {
        value = reader.boolean();
    } else if constexpr (std::is_integral_v<T>) {
        value = reader.integer<T>();
    } else if constexpr (std::is_same_v<T, double>) {
        value = reader.number();
    } else if constexpr (std::is_same_v<T, std::string>) {
        value = reader.string();
    } else if constexpr (DescribedEnum<T>) {
        read_enum(reader, value);
    } else if constexpr (std::is_same_v<T, Duration>) {
        value = Duration{reader.integer<std::int64_t>()};
    } else if constexpr (std::is_same_v<T, Timestamp>) {
        value = Timestamp{Duration{reader.integer<std::int64_t>()}};
    } else if constexpr (std::is_same_v<T, Uuid>) {
        read_uuid(reader, value);
    } else if constexpr (IsStrongId<T>::value) {
        read(reader, value.value);
    } else if constexpr (IsOptional<T>::value) {
        value.reset();
        if (reader.peek() == JsonReader::Kind::null) return reader.null();
        read(reader, value.emplace());
    } else if constexpr (IsVector<T>::value) {
        read_vector(reader, value);
    } else if constexpr (IsMap<T>::value) {
        read_map(reader, value);
    } else if constexpr (std::is_same_v<T, Payload>) {
        value.json = reader.raw();
    } else if constexpr (std::is_same_v<T, Nothing>) {
        read_nothing(reader);
    } else {
        static_assert(DescribedStruct<T>,
                      "not decodable: describe the type with BOOST_DESCRIBE_STRUCT or _ENUM");
        read_struct(reader, value);
    }
}

}  // namespace codec

template <class T>
Payload encode(const T& value) {
    Payload payload{.json = {}};
    JsonWriter writer{payload.json};
    codec::write(writer, value);
    return payload;
}

template <class T>
T decode(const Payload& payload) {
    JsonReader reader{payload.json};
    T value{};
    codec::read(reader, value);
    reader.finish();
    return value;
}

}  // namespace durable
