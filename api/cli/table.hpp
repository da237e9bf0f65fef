#pragma once
// Aligned columns for people.

#include <ostream>
#include <string>
#include <vector>

#include "api/cli/text.hpp"

namespace callflex::cli {

/// One cell. Its text is made harmless when it is added.
struct Cell {
    Cell(std::string text_of_cell, Color color_of_cell = Color::plain)  // NOLINT(google-explicit-constructor)
        : text(harmless(text_of_cell)), color(color_of_cell) {}
    std::string text;
    Color color;
};

class Table {
  public:
    /// Empty headings: no heading line.
    explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}
    /// Requires as many cells as headings.
    void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    /// The last column is not padded; every line begins with `indent` spaces.
    void print(std::ostream& out, const Style& style, std::size_t indent = 0) const;

  private:
    std::vector<std::string> headings_;
    std::vector<std::vector<Cell>> rows_;
};

}  // namespace callflex::cli
