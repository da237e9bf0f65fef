#include "engine/search/tokens.hpp"

#include <algorithm>

#include "engine/search/query.hpp"

namespace durable::search {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

class Scanner {
  public:
    explicit Scanner(std::string_view text) : text_(text) {}

    std::vector<Token> scan() {
        std::vector<Token> tokens;
        while (true) {
            while (at_ < text_.size() && is_space(text_[at_])) ++at_;
            if (at_ == text_.size()) break;
            tokens.push_back(next());
        }
        tokens.push_back({Token::Kind::end, "", text_.size()});
        return tokens;
    }

  private:
    Token next() {
        const char c = text_[at_];
        if (c == '\'' || c == '"') return quoted(c);
        if (is_letter(c)) return word();
        if (is_digit(c) || c == '-' || c == '+') return number();
        return symbol();
    }

    Token quoted(char quote) {
        Token token{Token::Kind::string, "", at_++};
        while (at_ < text_.size()) {
            if (text_[at_] == quote) {
                ++at_;
                const bool doubled = at_ < text_.size() && text_[at_] == quote;
                if (!doubled) return token;
            }
            if (text_[at_] == '\0') throw QueryError(text_, at_, "a zero byte inside a string");
            token.text += text_[at_++];
        }
        throw QueryError(text_, token.at, "a string that does not end; a quote inside is written twice");
    }

    Token word() {
        const std::size_t from = at_;
        while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
        return {Token::Kind::word, std::string{text_.substr(from, at_ - from)}, from};
    }

    bool digits() {
        const std::size_t from = at_;
        while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
        return at_ > from;
    }

    Token number() {
        const std::size_t from = at_;
        if (!is_digit(text_[at_])) ++at_;
        bool whole = true;
        bool good = digits();
        if (at_ < text_.size() && text_[at_] == '.') {
            whole = false;
            ++at_;
            good = digits() && good;
        }
        if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
            whole = false;
            ++at_;
            if (at_ < text_.size() && (text_[at_] == '-' || text_[at_] == '+')) ++at_;
            good = digits() && good;
        }
        if (at_ < text_.size() && is_letter(text_[at_])) good = false;
        if (!good)
            throw QueryError(text_, from,
                             "this is no number; durations and times are quoted: '2h', '2h ago'");
        return {whole ? Token::Kind::integer : Token::Kind::number,
                std::string{text_.substr(from, at_ - from)}, from};
    }

    Token symbol() {
        static constexpr std::string_view twins[] = {"!=", "<=", ">=", "<>", "=="};
        const std::size_t from = at_;
        for (const std::string_view twin : twins) {
            if (text_.substr(at_).starts_with(twin)) {
                at_ += 2;
                return {Token::Kind::symbol, std::string{twin}, from};
            }
        }
        static constexpr std::string_view single = "=<>(),";
        if (single.find(text_[at_]) == std::string_view::npos)
            throw QueryError(text_, at_, "a character that means nothing here");
        ++at_;
        return {Token::Kind::symbol, std::string{text_.substr(from, 1)}, from};
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view text) {
    return Scanner{text}.scan();
}

std::string lower_case(std::string_view text) {
    std::string lowered{text};
    std::ranges::transform(lowered, lowered.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lowered;
}

}  // namespace durable::search
