#pragma once
// What a workload has measured: figures with their units, the bars that we have set ourselves for some of them, and
// tables for what has more than one value. How they are printed is the command line's business.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace callflex::bench {

using Json = nlohmann::ordered_json;

/// What a figure has to be on the machine that the bars are set for.
struct Bar {
    enum class Side { at_least, at_most, below };
    Side side = Side::at_least;
    double limit = 0;

    [[nodiscard]] bool holds(double value) const;
    /// ">= 4000"
    [[nodiscard]] std::string text() const;
};

struct Figure {
    /// Within its workload: "steps_per_second". A dot leads one level down in the JSON document.
    std::string name;
    double value = 0;
    std::string unit;   ///< "1/s", "ms", "bytes", "x" for ratios
    std::string label;  ///< for people
    std::string note{};
    std::optional<Bar> bar{};
    /// Figures of one chart are drawn together, in this order; "": only in the table.
    std::string chart{};

    /// True without a bar.
    [[nodiscard]] bool holds() const { return !bar || bar->holds(value); }
};

/// Rows of the same keys, such as what each step costs.
struct Listing {
    std::string name;   ///< its key in the JSON document
    std::string title;  ///< for people
    Json rows = Json::array();
};

struct Measured {
    std::string workload;
    std::vector<Figure> figures{};
    std::vector<Listing> listings{};

    /// The value of a figure that is there; throws std::out_of_range else.
    [[nodiscard]] double value(const std::string& name) const;
    /// {name: value}, dots as levels, and the listings.
    [[nodiscard]] Json values() const;
};

/// Three significant digits, or all before the point.
[[nodiscard]] std::string rounded(double value);

}  // namespace callflex::bench
