#pragma once
// What a daemon that holds keys does about those who could look into it.

namespace callflex {

/// From here on this process' memory, in which keys are, is its own: no core dump is written, and no other process of
/// the same user may read it or its environment (root may). For the daemons, before they have threads. What the kernel
/// refuses is logged, and no reason to stop.
void keep_memory_private();

}  // namespace callflex
