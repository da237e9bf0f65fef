#pragma once
// What one run keeps for those who ask: the objects that it owns and the handlers that read them. They
// outlive the coroutines that made them.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/replay/execution.hpp"
#include "engine/workflow/runtime.hpp"

namespace durable::replay {

class QueryMachine {
  public:
    void keep(std::shared_ptr<void> object) { kept_.push_back(std::move(object)); }
    void add(std::string_view name, detail::QueryHandler handler);

    /// Never throws what the handler throws.
    [[nodiscard]] QueryAnswer answer(std::string_view name, const Payload& question);
    [[nodiscard]] std::vector<std::string> names() const;

    /// Runs what may only read, such as a validator. False if it did more; throws what `reader` throws.
    [[nodiscard]] bool reads_only(const std::function<void()>& reader);

    /// Throws if a handler or another reader is running, and has its answer refused even if it swallows that.
    void must_not_answer();

  private:
    [[nodiscard]] QueryAnswer unknown(std::string_view name) const;

    std::vector<std::shared_ptr<void>> kept_;
    std::map<std::string, detail::QueryHandler, std::less<>> handlers_;
    bool answering_ = false;
    bool overstepped_ = false;
};

}  // namespace durable::replay
