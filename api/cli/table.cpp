#include "api/cli/table.hpp"

#include <algorithm>

namespace callflex::cli {
namespace {

void print_line(std::ostream& out, const Style& style, const std::vector<Cell>& cells,
                const std::vector<std::size_t>& widths, std::size_t indent) {
    std::string line(indent, ' ');
    for (std::size_t column = 0; column < cells.size(); ++column) {
        const bool last = column + 1 == cells.size();
        const Cell& cell = cells[column];
        line += style(cell.color, cell.text);
        if (!last) line += std::string(widths[column] - width(cell.text) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
}

}  // namespace

void Table::print(std::ostream& out, const Style& style, std::size_t indent) const {
    std::vector<std::size_t> widths(headings_.size(), 0);
    for (std::size_t column = 0; column < headings_.size(); ++column) {
        widths[column] = width(headings_[column]);
        for (const auto& row : rows_) widths[column] = std::max(widths[column], width(row[column].text));
    }
    const bool has_headings =
        std::ranges::any_of(headings_, [](const auto& heading) { return !heading.empty(); });
    if (has_headings) {
        std::vector<Cell> cells;
        for (const auto& heading : headings_) cells.emplace_back(heading, Color::bold);
        print_line(out, style, cells, widths, indent);
    }
    for (const auto& row : rows_) print_line(out, style, row, widths, indent);
}

}  // namespace callflex::cli
