#include "api/cli/nearest.hpp"

#include <algorithm>
#include <vector>

namespace callflex::cli {
namespace {

/// Letters to change, add or drop to make one word of the other.
std::size_t distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    for (std::size_t i = 0; i <= to.size(); ++i) row[i] = i;
    for (std::size_t i = 1; i <= from.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= to.size(); ++j) {
            const std::size_t replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row[to.size()];
}

}  // namespace

std::optional<std::size_t> nearest(std::string_view word, std::span<const std::string> known) {
    std::optional<std::size_t> best;
    std::size_t least = std::max<std::size_t>(2, word.size() / 3);
    for (std::size_t i = 0; i < known.size(); ++i) {
        const std::size_t letters = distance(word, known[i]);
        if (letters > least || (best && letters == least)) continue;
        best = i;
        least = letters;
    }
    return best;
}

}  // namespace callflex::cli
