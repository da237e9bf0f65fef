// The wire form of activations and events. What an event's members are called is in event_fields.hpp.

#include <boost/mp11.hpp>

#include "engine/replay/event_fields.hpp"
#include "engine/replay/history.hpp"
#include "engine/workflow/codec.hpp"

namespace durable::history {
namespace {

template <class T>
concept HasFields =
    std::is_same_v<T, RetryPolicy> || std::is_same_v<T, ActivityLimit> ||
    std::is_same_v<T, ActivityOptions> || std::is_same_v<T, Failure> || std::is_same_v<T, ParentRun> ||
    std::is_same_v<T, CopiedStretch> || std::is_same_v<T, Forked> || std::is_same_v<T, NextAttempt> ||
    std::is_same_v<T, SignalReceived> || std::is_same_v<T, SearchAttribute> ||
    std::is_same_v<T, QueueShare> || std::is_same_v<T, RunLimit>;

template <class T>
inline constexpr bool optional_fields = false;
template <HasFields T>
inline constexpr bool optional_fields<std::optional<T>> = true;

template <class T>
inline constexpr bool list_of_fields = false;
template <HasFields T>
inline constexpr bool list_of_fields<std::vector<T>> = true;

class FieldWriter {
  public:
    template <class T>
    using Ref = const T&;

    explicit FieldWriter(JsonWriter& writer) : writer_(writer) {}

    template <class T>
    void required(std::string_view name, const T& value) {
        writer_.key(name);
        write(value);
    }
    template <class T>
    void optional(std::string_view name, const T& value, const std::type_identity_t<T>& by_default) {
        if (!(value == by_default)) required(name, value);
    }

  private:
    template <class T>
    void write(const T& value) {
        if constexpr (std::is_same_v<T, std::shared_ptr<const Failure>>) {
            write(*value);
        } else if constexpr (optional_fields<T>) {
            if (!value) return writer_.null();
            write(*value);
        } else if constexpr (list_of_fields<T>) {
            writer_.begin_array();
            for (const auto& element : value) write(element);
            writer_.end_array();
        } else if constexpr (HasFields<T>) {
            writer_.begin_object();
            fields(*this, value);
            writer_.end_object();
        } else if constexpr (std::is_same_v<T, SearchValue>) {
            codec::write(writer_, static_cast<const Payload&>(value));
        } else {
            codec::write(writer_, value);
        }
    }

    JsonWriter& writer_;
};

/// Reads an object's members in whatever order they come. fields() is called once for each of them, and picks
/// it; once more at the end, to find what is missing.
class FieldReader {
  public:
    template <class T>
    using Ref = T&;

    explicit FieldReader(JsonReader& reader) : reader_(reader) {}

    /// The reader stands inside the object.
    template <class T>
    void members(T& value) {
        while (reader_.next_member(name_)) {
            place_ = 0;
            picked_ = false;
            fields(*this, value);
            if (!picked_) reader_.skip();
        }
        at_end_ = true;
        place_ = 0;
        fields(*this, value);
    }

    template <class T>
    void required(std::string_view name, T& value) {
        const unsigned bit = 1U << place_++;
        if (at_end_ && (seen_ & bit) == 0) reader_.fail_member(name, "missing");
        if (at_end_ || picked_ || name != name_) return;
        picked_ = true;
        seen_ |= bit;
        read(value);
    }
    template <class T>
    void optional(std::string_view name, T& value, const std::type_identity_t<T>&) {
        ++place_;
        if (at_end_ || picked_ || name != name_) return;
        picked_ = true;
        read(value);
    }

  private:
    template <class T>
    void read(T& value) {
        if constexpr (std::is_same_v<T, std::shared_ptr<const Failure>>) {
            auto cause = std::make_shared<Failure>();
            read(*cause);
            value = std::move(cause);
        } else if constexpr (optional_fields<T>) {
            if (reader_.peek() == JsonReader::Kind::null) return reader_.skip();
            read(value.emplace());
        } else if constexpr (list_of_fields<T>) {
            reader_.begin_array();
            while (reader_.next_element()) read(value.emplace_back());
        } else if constexpr (HasFields<T>) {
            reader_.begin_object();
            FieldReader{reader_}.members(value);
        } else if constexpr (std::is_same_v<T, SearchValue>) {
            codec::read(reader_, static_cast<Payload&>(value));
        } else {
            codec::read(reader_, value);
        }
    }

    JsonReader& reader_;
    std::string_view name_;
    unsigned place_ = 0;
    unsigned seen_ = 0;
    bool picked_ = false;
    bool at_end_ = false;
};

void write_event(JsonWriter& writer, const Event& event) {
    writer.begin_object();
    writer.key("k");
    writer.string(kind_name(event));
    std::visit(
        [&writer](const auto& kind) {
            FieldWriter visitor{writer};
            fields(visitor, kind);
        },
        event);
    writer.end_object();
}

/// An empty event of that name.
Event event_of_kind(const JsonReader& reader, std::string_view name) {
    std::optional<Event> event;
    boost::mp11::mp_for_each<boost::mp11::mp_iota_c<std::variant_size_v<Event>>>([&](auto index) {
        if (event) return;
        Event candidate{std::in_place_index<index>};
        if (kind_name(candidate) == name) event = std::move(candidate);
    });
    if (!event) reader.fail("unknown event kind \"" + std::string{name} + "\": recorded by a newer build?");
    return *std::move(event);
}

Event read_event(JsonReader& reader) {
    reader.begin_object();
    std::string_view name;
    if (!reader.next_member(name) || name != "k")
        reader.fail("expected an event: its first member must be \"k\"");
    Event event = event_of_kind(reader, reader.string());
    std::visit([&reader](auto& kind) { FieldReader{reader}.members(kind); }, event);
    return event;
}

void write_events(JsonWriter& writer, std::string_view key, const std::vector<Event>& events) {
    writer.key(key);
    writer.begin_array();
    for (const Event& event : events) write_event(writer, event);
    writer.end_array();
}

std::vector<Event> read_events(JsonReader& reader) {
    std::vector<Event> events;
    reader.begin_array();
    while (reader.next_element()) events.push_back(read_event(reader));
    return events;
}

/// The members of an activation; the reader stands inside its object.
void read_activation(JsonReader& reader, Activation& activation) {
    std::string_view name;
    while (reader.next_member(name)) {
        if (name == "first_event") {
            codec::read(reader, activation.first_event);
        } else if (name == "t") {
            codec::read(reader, activation.time);
        } else if (name == "b") {
            activation.build = reader.string();
        } else if (name == "a") {
            activation.arrived = read_events(reader);
        } else if (name == "c") {
            activation.commands = read_events(reader);
        } else {
            reader.skip();
        }
    }
}

void append_lines(std::string& out, std::string_view key, const std::vector<Event>& events) {
    out += ",\"";
    out += key;
    out += "\":[";
    std::string_view separator = "\n   ";
    for (const Event& event : events) {
        out += separator;
        out += encode_event(event);
        separator = ",\n   ";
    }
    out += ']';
}

}  // namespace

std::string encode(const Activation& activation) {
    constexpr std::size_t usual = 512;
    std::string text;
    text.reserve(usual);
    JsonWriter writer{text};
    writer.begin_object();
    writer.key("t");
    codec::write(writer, activation.time);
    writer.key("b");
    writer.string(activation.build);
    write_events(writer, "a", activation.arrived);
    write_events(writer, "c", activation.commands);
    writer.end_object();
    return text;
}

std::string encode_undated(const Activation& activation) {
    const std::string text = encode(activation);
    return text.substr(text.find(','));
}

Activation decode_activation(EventId first_event, std::string_view bytes) {
    JsonReader reader{bytes};
    Activation activation;
    reader.begin_object();
    read_activation(reader, activation);
    reader.finish();
    activation.first_event = first_event;
    return activation;
}

std::string encode_event(const Event& event) {
    std::string text;
    JsonWriter writer{text};
    write_event(writer, event);
    return text;
}

Event decode_event(std::string_view bytes) {
    JsonReader reader{bytes};
    Event event = read_event(reader);
    reader.finish();
    return event;
}

std::string encode_attributes(const std::vector<SearchAttribute>& attributes) {
    std::string text;
    JsonWriter writer{text};
    writer.begin_array();
    for (const SearchAttribute& attribute : attributes) {
        writer.begin_object();
        FieldWriter visitor{writer};
        fields(visitor, attribute);
        writer.end_object();
    }
    writer.end_array();
    return text;
}

std::string export_json(RunId run, const History& history) {
    std::string text = "{\"run_id\":\"" + run.value.to_string() + "\",\"activations\":[";
    std::string_view separator = "\n ";
    for (const Activation& activation : history) {
        text += separator;
        text += "{\"first_event\":" + std::to_string(activation.first_event.value);
        text += ",\"t\":" + std::to_string(activation.time.time_since_epoch().count());
        text += ",\"b\":";
        JsonWriter{text}.string(activation.build);
        append_lines(text, "a", activation.arrived);
        append_lines(text, "c", activation.commands);
        text += '}';
        separator = ",\n ";
    }
    text += "\n]}\n";
    return text;
}

Exported import_json(std::string_view text) {
    JsonReader reader{text};
    Exported exported;
    std::string_view name;
    reader.begin_object();
    while (reader.next_member(name)) {
        if (name == "run_id") {
            codec::read(reader, exported.run);
        } else if (name == "activations") {
            reader.begin_array();
            while (reader.next_element()) {
                reader.begin_object();
                read_activation(reader, exported.history.emplace_back());
            }
        } else {
            reader.skip();
        }
    }
    reader.finish();
    return exported;
}

}  // namespace durable::history
