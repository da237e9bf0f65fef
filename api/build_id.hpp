#pragma once
// Which program this is. The id is the git commit of a clean work tree, else "src-" and a digest of the
// sources that decide how workflows answer; made at build by scripts/build_id.cmake. It is recorded with
// every activation.

#include <string_view>

namespace callflex {

[[nodiscard]] std::string_view build_id();
[[nodiscard]] std::string_view version();

}  // namespace callflex
