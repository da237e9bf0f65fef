#pragma once
// For functions that stand in front of a library's, by having its symbol: the library's own.

#include <dlfcn.h>

namespace simulation {

template <class Signature>
Signature* behind(const char* symbol) {
    return reinterpret_cast<Signature*>(::dlsym(RTLD_NEXT, symbol));
}

}  // namespace simulation
