#include "api/ingress/columns.hpp"

#include "api/ingress/signature.hpp"

namespace callflex::ingress {

void Column::separate() {
    if (text_.size() > 1) text_.push_back(',');
}

void Column::add(std::string_view text) {
    separate();
    text_.push_back('"');
    for (const char c : text) {
        if (c == '"' || c == '\\') text_.push_back('\\');
        text_.push_back(c);
    }
    text_.push_back('"');
}

void Column::add_null() {
    separate();
    text_.append("NULL");
}

void Column::add_bytes(std::string_view bytes) {
    separate();
    text_.append("\"\\\\x").append(to_hex(bytes)).push_back('"');
}

void Column::add(std::int64_t number) {
    separate();
    text_.append(std::to_string(number));
}

void Column::add(bool flag) {
    separate();
    text_.push_back(flag ? 't' : 'f');
}

std::string bytea_text(std::string_view bytes) {
    return "\\x" + to_hex(bytes);
}

}  // namespace callflex::ingress
