#pragma once
// Lists for programs: one array under --output json, an object a line under jsonl, a line a row under csv.

#include <vector>

#include "api/cli/session.hpp"

namespace callflex::cli {

/// False for people, and nothing is printed: they get a table.
template <class Row, class ToJson>
bool print_rows(const Session& session, const std::vector<Row>& rows, const ToJson& to_json) {
    if (session.for_people()) return false;
    if (session.options.format == Format::jsonl) {
        for (const Row& row : rows) session.print_json(to_json(row));
        return true;
    }
    Json array = Json::array();
    for (const Row& row : rows) array.push_back(to_json(row));
    session.print_json(array);
    return true;
}

}  // namespace callflex::cli
