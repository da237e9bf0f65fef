#pragma once
// --output csv: lists for spreadsheets. RFC 4180 (lines end with \n), with a line of headings.

#include <nlohmann/json.hpp>
#include <string>

namespace callflex::cli {

/// A row an object; one object is a list of one. Columns are the fields in the order in which they first appear;
/// those of an object within get its name before theirs ("runs.due"), lists stand there as JSON. A text that a
/// spreadsheet would take for a formula gets an apostrophe before it. Nothing for an empty list.
[[nodiscard]] std::string csv_of(const nlohmann::ordered_json& document);

}  // namespace callflex::cli
