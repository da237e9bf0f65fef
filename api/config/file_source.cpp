#include <fmt/format.h>

#include "api/cli/nearest.hpp"
#include "api/config/document.hpp"
#include "api/config/secret_file.hpp"
#include "api/config/sources.hpp"

namespace callflex::config {
namespace {

constexpr std::string_view file_suffix = "_file";

class FileReader {
  public:
    explicit FileReader(std::filesystem::path file) : file_(std::move(file)) {}

    void read(bool must_exist) {
        const FileText text = read_text(file_);
        if (text.missing && !must_exist) return;
        if (!text.problem.empty()) return problem(0, "", text.problem);
        if (text.others_write) problem(0, "", "may be written by others: chmod go-w " + file_.string());
        const Document document = read_document(text.text);
        if (!document.mistake.empty()) return problem(document.mistake_line, "", document.mistake);
        others_read_ = text.others_read;
        for (const Entry& entry : document.entries) read_entry(entry);
    }

    Gathered gathered;

  private:
    void read_entry(const Entry& entry) {
        if (const Key* key = find_key(entry.name)) return read_value_of(*key, entry);
        const std::string_view name{entry.name};
        if (name.ends_with(file_suffix)) {
            const Key* key = find_key(name.substr(0, name.size() - file_suffix.size()));
            if (key != nullptr && is_secret(*key)) return read_named_file(*key, entry);
        }
        problem(entry.line, entry.name, unknown(entry.name));
    }

    void read_value_of(const Key& key, const Entry& entry) {
        Converted value = from_file(key, entry.value);
        if (!value.problem.empty()) return problem(entry.line, entry.name, value.problem, &key);
        if (value.text.empty()) return;
        if (is_secret(key) && others_read_) {
            return problem(entry.line, entry.name,
                           "is a secret, and every user may read this file: chmod 0640, or 0600", &key);
        }
        put(key, entry, std::move(value.text));
    }

    void read_named_file(const Key& key, const Entry& entry) {
        const auto* const path = std::get_if<std::string>(&entry.value);
        if (path == nullptr) return problem(entry.line, entry.name, "expected the path of a file", &key);
        if (path->empty()) return;
        const auto full = file_.parent_path() / *path;
        const FileText file = read_value(full);
        const auto wrong = [&](const std::string& what) {
            problem(entry.line, entry.name, fmt::format("names {}, which {}", full.string(), what), &key);
        };
        if (!file.problem.empty()) return wrong(file.problem);
        if (file.text.empty()) return wrong("is empty");
        if (file.others_read) return wrong("every user may read: chmod 0640, or 0600");
        if (const std::string what = problem_of(key, file.text); !what.empty())
            return wrong("is wrong: " + what);
        put(key, entry, file.text);
    }

    void put(const Key& key, const Entry& entry, std::string value) {
        const std::string name{key.variable};
        if (gathered.values.contains(name))
            return problem(entry.line, entry.name, "given twice, here and as a file: remove one", &key);
        gathered.values.emplace(name, Setting{std::move(value), place(entry.line)});
    }

    [[nodiscard]] std::string place(std::size_t line) const {
        return line == 0 ? file_.string() : fmt::format("{}:{}", file_.string(), line);
    }

    void problem(std::size_t line, const std::string& name, const std::string& what,
                 const Key* key = nullptr) {
        gathered.problems.push_back(
            {place(line), name, what, key == nullptr ? "" : std::string{key->variable}, true});
    }

    /// A name without its section is looked for in all of them.
    static std::string unknown(const std::string& name) {
        const bool whole = name.find('.') != std::string::npos;
        std::vector<std::string> known;
        std::vector<std::string> meant;
        for (const Key& key : keys()) {
            known.push_back(whole ? full_name(key) : std::string{key.name});
            meant.push_back(full_name(key));
        }
        const auto nearest = cli::nearest(name, known);
        if (!nearest) return "there is no such key";
        return fmt::format("there is no such key; did you mean {}?", meant.at(*nearest));
    }

    std::filesystem::path file_;
    bool others_read_ = false;
};

}  // namespace

Gathered from_configuration_file(const std::filesystem::path& file, bool must_exist) {
    FileReader reader{file};
    reader.read(must_exist);
    return std::move(reader.gathered);
}

}  // namespace callflex::config
