#include "api/private_memory.hpp"

#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace callflex {

void keep_memory_private() {
    constexpr rlimit none{0, 0};
    const bool without_core = ::setrlimit(RLIMIT_CORE, &none) == 0;
    const bool undumpable = ::prctl(PR_SET_DUMPABLE, 0) == 0;
    if (!without_core || !undumpable)
        spdlog::warn("core dumps, which hold keys, could not be forbidden: set LimitCORE=0 for this service");
}

}  // namespace callflex
