// From text to a tree: recursive descent, one function a rule of the grammar.

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "engine/search/query.hpp"
#include "engine/search/tokens.hpp"

namespace durable::search {
namespace {

constexpr std::size_t text_bytes_max = 10'000;
constexpr int depth_max = 64;
constexpr int comparisons_max = 200;
constexpr std::size_t list_values_max = 1000;
constexpr std::size_t order_fields_max = 5;

/// What does not belong to the grammar of comparisons, and so cannot be a field's name.
constexpr std::array<std::string_view, 15> keywords{"and",  "or",    "not",         "in",       "between",
                                                    "null", "order", "by",          "asc",      "desc",
                                                    "true", "false", "starts_with", "contains", "is"};

bool is_keyword(const std::string& word) {
    for (const std::string_view keyword : keywords) {
        if (word == keyword) return true;
    }
    return false;
}

class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text), tokens_(tokens_of(text)) {}

    Query parse() {
        Query query;
        query.text = text_;
        if (!ahead("order") && !at_end()) query.where.push_back(disjunction(0));
        if (accept("order")) query.order = order();
        if (!at_end()) fail("expected \"and\", \"or\", \"order by\" or the end");
        return query;
    }

  private:
    // or := and { "or" and }
    Node disjunction(int depth) { return chain(depth, Node::Kind::any, "or", &Parser::conjunction); }
    // and := not { "and" not }
    Node conjunction(int depth) { return chain(depth, Node::Kind::all, "and", &Parser::negation); }
    Node chain(int depth, Node::Kind kind, std::string_view word, Node (Parser::*part)(int)) {
        Node first = (this->*part)(depth);
        if (!ahead(word)) return first;
        Node node{.kind = kind};
        node.children.push_back(std::move(first));
        while (accept(word)) node.children.push_back((this->*part)(depth));
        return node;
    }
    // not := "not" not | "(" or ")" | comparison
    Node negation(int depth) {
        if (depth == depth_max) fail("the filter is nested too deeply (64 levels)");
        if (accept("not")) {
            Node node{.kind = Node::Kind::negation};
            node.children.push_back(negation(depth + 1));
            return node;
        }
        if (accept_symbol("(")) {
            Node inside = disjunction(depth + 1);
            if (!accept_symbol(")")) fail("expected \")\"");
            return inside;
        }
        return comparison();
    }

    Node comparison() {
        if (++comparisons_ > comparisons_max) fail("the filter has more than 200 comparisons");
        Node node;
        node.comparison.at = peek().at;
        node.comparison.field = field();
        const bool negated = accept("not");
        const bool impossible = negated && ahead("is");
        if (impossible || !(words(node.comparison) || (!negated && symbol(node.comparison)))) {
            fail(negated
                     ? "expected \"in\", \"between\", \"starts_with\" or \"contains\""
                     : "expected an operator: = != < <= > >= in, between, starts_with, contains, is null");
        }
        if (!(negated || negated_null_)) return node;
        negated_null_ = false;
        Node around{.kind = Node::Kind::negation};
        around.children.push_back(std::move(node));
        return around;
    }

    std::string field() {
        const Token& token = peek();
        if (token.kind != Token::Kind::word || is_keyword(lower_case(token.text)))
            fail("expected the name of a field");
        return take().text;
    }

    bool symbol(Comparison& into) {
        struct Spelling {
            std::string_view symbol;
            Operator op;
        };
        static constexpr std::array spellings{
            Spelling{"=", Operator::equal},    Spelling{"==", Operator::equal},
            Spelling{"!=", Operator::unequal}, Spelling{"<>", Operator::unequal},
            Spelling{"<=", Operator::at_most}, Spelling{">=", Operator::at_least},
            Spelling{"<", Operator::less},     Spelling{">", Operator::greater}};
        for (const Spelling& spelling : spellings) {
            if (!accept_symbol(spelling.symbol)) continue;
            into.op = spelling.op;
            into.values.push_back(literal());
            return true;
        }
        return false;
    }

    bool words(Comparison& into) {
        if (accept("in")) {
            into.op = Operator::in;
            into.values = list();
            return true;
        }
        if (accept("between")) {
            into.op = Operator::between;
            into.values.push_back(literal());
            if (!accept("and")) fail("expected \"and\" and the upper end of \"between\"");
            into.values.push_back(literal());
            return true;
        }
        for (const Operator op : {Operator::starts_with, Operator::contains}) {
            if (!accept(to_string(op))) continue;
            into.op = op;
            into.values.push_back(literal());
            return true;
        }
        if (!accept("is")) return false;
        into.op = Operator::is_null;
        negated_null_ = accept("not");
        if (!accept("null")) fail("expected \"null\" or \"not null\"");
        return true;
    }

    std::vector<Literal> list() {
        if (!accept_symbol("(")) fail("expected \"(\" and a list of values");
        std::vector<Literal> values;
        do {
            if (values.size() == list_values_max) fail("a list of more than 1000 values");
            values.push_back(literal());
        } while (accept_symbol(","));
        if (!accept_symbol(")")) fail("expected \",\" or \")\"");
        return values;
    }

    Literal literal() {
        const Token token = peek();
        const std::string word = token.kind == Token::Kind::word ? lower_case(token.text) : "";
        if (token.kind == Token::Kind::string) return {take().text, token.at};
        if (token.kind == Token::Kind::integer) return {integer(take()), token.at};
        if (token.kind == Token::Kind::number) return {number(take()), token.at};
        if (word == "true" || word == "false") return {take().text.size() == 4, token.at};
        fail(token.kind == Token::Kind::word ? "expected a value; texts stand in quotes: '" + token.text + "'"
                                             : "expected a value");
    }

    std::int64_t integer(const Token& token) {
        const char* from = token.text.data() + (token.text.starts_with('+') ? 1 : 0);
        const char* const end = token.text.data() + token.text.size();
        std::int64_t value = 0;
        const auto [stop, error] = std::from_chars(from, end, value);
        if (error != std::errc{} || stop != end)
            throw QueryError(text_, token.at, "an integer beyond 64 bits");
        return value;
    }
    double number(const Token& token) {
        const char* from = token.text.data() + (token.text.starts_with('+') ? 1 : 0);
        const char* const end = token.text.data() + token.text.size();
        double value = 0;
        const auto [stop, error] = std::from_chars(from, end, value);
        if (error != std::errc{} || stop != end || !std::isfinite(value)) {
            throw QueryError(text_, token.at, "a number out of range");
        }
        return value;
    }

    std::vector<Order> order() {
        if (!accept("by")) fail("expected \"by\"");
        std::vector<Order> order;
        do {
            if (order.size() == order_fields_max) fail("more than 5 fields to order by");
            const std::size_t at = peek().at;
            order.push_back({field(), at, false});
            order.back().descending = accept("desc");
            if (!order.back().descending) accept("asc");
        } while (accept_symbol(","));
        return order;
    }

    // --- tokens --------------------------------------------------------------------------------------------
    [[nodiscard]] const Token& peek() const { return tokens_[next_]; }
    [[nodiscard]] bool at_end() const { return peek().kind == Token::Kind::end; }
    Token take() { return tokens_[next_++]; }
    [[nodiscard]] bool ahead(std::string_view word) const {
        return peek().kind == Token::Kind::word && lower_case(peek().text) == word;
    }
    bool accept(std::string_view word) {
        if (!ahead(word)) return false;
        ++next_;
        return true;
    }
    bool accept_symbol(std::string_view symbol) {
        if (peek().kind != Token::Kind::symbol || peek().text != symbol) return false;
        ++next_;
        return true;
    }
    [[noreturn]] void fail(const std::string& problem) const {
        const std::string found = at_end() ? ", found the end" : "";
        throw QueryError(text_, peek().at, problem + found);
    }

    std::string_view text_;
    std::vector<Token> tokens_;
    std::size_t next_ = 0;
    int comparisons_ = 0;
    bool negated_null_ = false;
};

/// Characters before the place: what the caret is moved by. Bytes that go on a character do not count.
std::size_t column_of(std::string_view text, std::size_t at) {
    std::size_t column = 0;
    for (const char c : text.substr(0, at))
        column += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
    return column;
}

std::string one_line(std::string_view text) {
    std::string line{text};
    for (char& c : line) {
        if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    }
    return line;
}

std::string picture(std::string_view text, std::size_t at, const std::string& problem) {
    constexpr std::size_t shown_before = 60;
    constexpr std::size_t shown_after = 40;
    const std::size_t column = column_of(text, at);
    const std::string sentence =
        "the filter is wrong at column " + std::to_string(column + 1) + ": " + problem;
    std::size_t from = at > shown_before ? at - shown_before : 0;
    while (from > 0 && (static_cast<unsigned char>(text[from]) & 0xC0U) == 0x80U) --from;
    const std::string shown = one_line(text.substr(from, at - from + shown_after));
    return sentence + "\n  " + shown + "\n  " + std::string(column_of(text.substr(from), at - from), ' ') +
           '^';
}

}  // namespace

QueryError::QueryError(std::string_view text, std::size_t at, const std::string& problem)
    : std::runtime_error(picture(text, at, problem)), at_(at), problem_(problem) {}

std::string_view to_string(Operator op) {
    static constexpr std::array<std::string_view, 11> names{
        "=", "!=", "<", "<=", ">", ">=", "in", "between", "starts_with", "contains", "is null"};
    return names.at(static_cast<std::size_t>(op));
}

Query parse(std::string_view text) {
    if (text.size() > text_bytes_max)
        throw QueryError(text, text_bytes_max, "the filter has more than 10000 bytes");
    return Parser{text}.parse();
}

}  // namespace durable::search
