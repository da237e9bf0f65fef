#pragma once
// Statements changed on their way to Postgres, for negative controls: what the engine's SQL would be with a guard left
// out.

#include <functional>
#include <string>

namespace simulation {

/// From the text of a statement to the text that is sent.
using Rewrite = std::function<std::string(std::string sql)>;

/// While it stands, on its thread.
class Tampering {
  public:
    explicit Tampering(Rewrite rewrite);
    ~Tampering();
    Tampering(const Tampering&) = delete;
    Tampering& operator=(const Tampering&) = delete;

  private:
    Rewrite rewrite_;
};

}  // namespace simulation
