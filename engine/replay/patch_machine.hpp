#pragma once
// Patches: how one run's code can be the old way for old runs and the new way for new ones. The first answer
// for an id is given by history (is there a marker?) or, live, by writing one; it then holds for the whole
// run.
//
//   history \ code     no call        patched(id)          deprecate_patch(id)
//   live               -              marker, true         marker flagged deprecated
//   marker             mismatch       true                 allowed
//   deprecated marker  ignored        true                 allowed
//   no marker          -              false                allowed

#include <map>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "engine/replay/commands.hpp"

namespace durable::replay {

class PatchMachine {
  public:
    explicit PatchMachine(Commands& commands) : commands_(commands) {}

    /// True if this run goes the new way. `deprecated`: the code does not care any more (deprecate_patch).
    [[nodiscard]] bool answer(std::string_view id, bool deprecated, std::source_location where);
    /// What the code has asked so far, by id.
    [[nodiscard]] std::vector<PatchAnswer> answers() const;

  private:
    Commands& commands_;
    std::map<std::string, bool, std::less<>> answers_;
};

}  // namespace durable::replay
