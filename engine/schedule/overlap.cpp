#include "engine/schedule/overlap.hpp"

namespace durable::schedule {

Verdict decide(OverlapPolicy policy, const Surroundings& now) {
    if (now.held) return now.waiting < buffered_max ? Verdict::wait : Verdict::drop;
    if (policy == OverlapPolicy::allow_all) return Verdict::start_beside;
    if (!now.running) return Verdict::start;
    switch (policy) {
        case OverlapPolicy::buffer_one:
            return now.waiting == 0 ? Verdict::wait : Verdict::drop;
        case OverlapPolicy::buffer_all:
            return now.waiting < buffered_max ? Verdict::wait : Verdict::drop;
        case OverlapPolicy::cancel_other:
            return Verdict::cancel_and_wait;
        case OverlapPolicy::terminate_other:
            return Verdict::terminate_and_start;
        case OverlapPolicy::skip:
        case OverlapPolicy::allow_all:
            break;
    }
    return Verdict::drop;
}

}  // namespace durable::schedule
