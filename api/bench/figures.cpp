#include "api/bench/figures.hpp"

#include <fmt/format.h>

#include <cmath>
#include <sstream>
#include <stdexcept>

namespace callflex::bench {

bool Bar::holds(double value) const {
    switch (side) {
        case Side::at_least:
            return value >= limit;
        case Side::at_most:
            return value <= limit;
        case Side::below:
            return value < limit;
    }
    return false;
}

std::string Bar::text() const {
    const char* sign = side == Side::at_least ? ">=" : side == Side::at_most ? "<=" : "<";
    return fmt::format("{} {}", sign, limit);
}

double Measured::value(const std::string& name) const {
    for (const auto& figure : figures) {
        if (figure.name == name) return figure.value;
    }
    throw std::out_of_range(workload + " has no figure " + name);
}

Json Measured::values() const {
    Json document = Json::object();
    for (const auto& figure : figures) {
        Json* place = &document;
        std::istringstream levels{figure.name};
        for (std::string level; std::getline(levels, level, '.');) place = &(*place)[level];
        *place = figure.value;
    }
    for (const auto& listing : listings) document[listing.name] = listing.rows;
    return document;
}

std::string rounded(double value) {
    const double size = std::abs(value);
    if (size >= 100 || value == 0) return fmt::format("{:.0f}", value);
    if (size >= 10) return fmt::format("{:.1f}", value);
    return size >= 0.01 ? fmt::format("{:.2f}", value) : fmt::format("{:.2g}", value);
}

}  // namespace callflex::bench
