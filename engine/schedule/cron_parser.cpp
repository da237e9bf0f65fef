// From text to CronExpression. Every error names the field, the characters and what would be right.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <vector>

#include "engine/schedule/cron.hpp"

namespace durable::schedule {
namespace {

constexpr std::size_t text_max = 1000;

struct Macro {
    std::string_view name;
    std::string_view meaning;
};
constexpr std::array<Macro, 7> macros{{{"@yearly", "0 0 1 1 *"},
                                       {"@annually", "0 0 1 1 *"},
                                       {"@monthly", "0 0 1 * *"},
                                       {"@weekly", "0 0 * * 0"},
                                       {"@daily", "0 0 * * *"},
                                       {"@midnight", "0 0 * * *"},
                                       {"@hourly", "0 * * * *"}}};

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekday_names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct Field {
    std::string_view name;
    int low;
    int high;
    std::span<const std::string_view> names;  ///< of low, low + 1, ...
};
constexpr std::array<Field, 6> fields{{{"second", 0, 59, {}},
                                       {"minute", 0, 59, {}},
                                       {"hour", 0, 23, {}},
                                       {"day of month", 1, 31, {}},
                                       {"month", 1, 12, month_names},
                                       {"day of week", 0, 7, weekday_names}}};

/// A piece of the expression that remembers where it stands.
struct Piece {
    std::string_view text;
    std::size_t at = 0;  ///< of its first character, from 0
};

std::string lower(std::string_view text) {
    std::string result{text};
    for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return result;
}

std::vector<Piece> words(std::string_view text) {
    std::vector<Piece> found;
    std::size_t at = 0;
    while (at < text.size()) {
        const bool blank = text[at] == ' ' || text[at] == '\t';
        if (blank) {
            ++at;
            continue;
        }
        const std::size_t end = std::min(text.find_first_of(" \t", at), text.size());
        found.push_back({text.substr(at, end - at), at});
        at = end;
    }
    return found;
}

/// "1-5,8" -> "1-5", "8"; empty ones too.
std::vector<Piece> split(Piece piece, char separator) {
    std::vector<Piece> parts;
    std::size_t from = 0;
    while (true) {
        const std::size_t end = std::min(piece.text.find(separator, from), piece.text.size());
        parts.push_back({piece.text.substr(from, end - from), piece.at + from});
        if (end == piece.text.size()) return parts;
        from = end + 1;
    }
}

}  // namespace

class CronParser {
  public:
    explicit CronParser(std::string_view text) : text_(text) {}

    CronExpression parse() {
        if (text_.size() > text_max) throw ScheduleError("a cron expression has at most 1,000 characters");
        std::vector<Piece> pieces = words(text_);
        if (pieces.size() == 1 && pieces[0].text.starts_with('@')) {
            text_ = meaning_of(pieces[0]);
            pieces = words(text_);
        }
        if (pieces.size() != 5 && pieces.size() != 6) {
            throw ScheduleError(
                fmt::format("cron \"{}\" has {} fields; it needs 5 (minute hour day-of-month month "
                            "day-of-week), or 6 with the "
                            "second before them",
                            text_, pieces.size()));
        }
        const bool with_seconds = pieces.size() == 6;
        if (!with_seconds) result_.seconds_.set(0);
        const std::size_t skipped = with_seconds ? 0 : 1;
        for (std::size_t i = 0; i < pieces.size(); ++i) read_field(i + skipped, pieces[i]);
        check_that_a_day_matches();
        return result_;
    }

  private:
    [[noreturn]] void fail(const Field& field, Piece where, const std::string& what) const {
        const std::size_t length = std::max<std::size_t>(where.text.size(), 1);
        throw ScheduleError(length == 1 ? fmt::format("cron \"{}\", {} (character {}): {}", text_, field.name,
                                                      where.at + 1, what)
                                        : fmt::format("cron \"{}\", {} (characters {}-{}): {}", text_,
                                                      field.name, where.at + 1, where.at + length, what));
    }

    std::string_view meaning_of(Piece macro) const {
        for (const Macro& known : macros) {
            if (lower(macro.text) == known.name) return known.meaning;
        }
        throw ScheduleError(fmt::format(
            "cron \"{}\": {} is none of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly",
            text_, macro.text));
    }

    void read_field(std::size_t index, Piece piece) {
        const Field& field = fields.at(index);
        values_.reset();
        for (const Piece& item : split(piece, ',')) read_item(field, item);
        keep(index, piece.text.starts_with('*'), piece.text == "*");
    }

    void read_item(const Field& field, Piece item) {
        if (item.text.empty()) fail(field, item, "a value is missing");
        if (&field == &fields[3] && lower(item.text) == "l") {
            result_.last_day_ = true;
            return;
        }
        const std::vector<Piece> halves = split(item, '/');
        if (halves.size() > 2) fail(field, item, "more than one /");
        const int step = halves.size() == 2 ? step_of(field, halves[1]) : 1;
        const auto [low, high] = range_of(field, halves[0], halves.size() == 2);
        for (int value = low; value <= high; value += step) values_.set(static_cast<std::size_t>(value));
    }

    [[nodiscard]] int step_of(const Field& field, Piece piece) const {
        const int step = number_of(field, piece);
        const int most = field.high - field.low + 1;
        if (step < 1 || step > most) fail(field, piece, fmt::format("a step is from 1 to {}", most));
        return step;
    }

    [[nodiscard]] std::pair<int, int> range_of(const Field& field, Piece piece, bool with_step) const {
        if (piece.text == "*") return {field.low, &field == &fields[5] ? 6 : field.high};
        const std::vector<Piece> ends = split(piece, '-');
        if (ends.size() > 2) fail(field, piece, "more than one -");
        const int low = value_of(field, ends[0]);
        if (ends.size() == 1) return {low, with_step ? field.high : low};
        int high = value_of(field, ends[1]);
        // fri-sun: Sunday ends the week as well as it begins it.
        if (&field == &fields[5] && high == 0 && low > 0) high = 7;
        if (low > high) {
            fail(field, piece,
                 fmt::format("the range goes backwards; write {}-{},{}-{} if it should wrap around",
                             ends[0].text, field.high, field.low, ends[1].text));
        }
        return {low, high};
    }

    [[nodiscard]] int value_of(const Field& field, Piece piece) const {
        const std::string name = lower(piece.text);
        for (std::size_t i = 0; i < field.names.size(); ++i) {
            if (field.names[i] == name) return field.low + static_cast<int>(i);
        }
        const int value = number_of(field, piece);
        if (value < field.low || value > field.high) {
            fail(field, piece, fmt::format("{} is not from {} to {}", piece.text, field.low, field.high));
        }
        return value;
    }

    [[nodiscard]] int number_of(const Field& field, Piece piece) const {
        int value = 0;
        const char* const begin = piece.text.data();
        const char* const end = begin + piece.text.size();
        const auto read = std::from_chars(begin, end, value);
        const bool digit_first =
            !piece.text.empty() && piece.text.front() >= '0' && piece.text.front() <= '9';
        if (!digit_first || read.ptr != end) {
            const std::string names =
                field.names.empty() ? ""
                                    : fmt::format(", or {} to {}", field.names.front(), field.names.back());
            fail(field, piece,
                 fmt::format("\"{}\" is not a number from {} to {}{}", piece.text, field.low, field.high,
                             names));
        }
        return read.ec == std::errc{} ? value : -1;
    }

    void keep(std::size_t index, bool star, bool star_alone) {
        const auto into = [this](auto& bits) {
            for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = values_[i];
        };
        switch (index) {
            case 0:
                return into(result_.seconds_);
            case 1:
                return into(result_.minutes_);
            case 2:
                result_.every_hour_ = star_alone;
                return into(result_.hours_);
            case 3:
                result_.days_restricted_ = !star;
                return into(result_.days_);
            case 4:
                return into(result_.months_);
            default:
                result_.weekdays_restricted_ = !star;
                if (values_[7]) values_.set(0);
                return into(result_.weekdays_);
        }
    }

    void check_that_a_day_matches() const {
        constexpr std::chrono::local_days leap_year{std::chrono::year{2000} / 1 / 1};
        if (!result_.next(leap_year)) {
            throw ScheduleError(
                fmt::format("cron \"{}\" never comes: its months do not have its days of the month", text_));
        }
    }

    std::string_view text_;
    std::bitset<60> values_;
    CronExpression result_;
};

CronExpression CronExpression::parse(std::string_view text) {
    return CronParser{text}.parse();
}

}  // namespace durable::schedule
