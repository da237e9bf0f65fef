#include "engine/workflow/queue_share.hpp"

namespace durable {

std::string problem_with(const QueueShare& share) {
    constexpr std::size_t key_bytes_max = 200;
    constexpr double smallest_weight = 0.001;
    constexpr double largest_weight = 1000;
    if (share.priority < 1 || share.priority > 5) return "a priority that is not 1 to 5";
    if (share.fairness_key.size() > key_bytes_max) return "a fairness key of more than 200 bytes";
    // Written so that NaN fails too.
    if (!(share.weight >= smallest_weight && share.weight <= largest_weight)) {
        return "a fairness weight that is not 0.001 to 1000";
    }
    return {};
}

std::string problem_with(const RunLimit& limit) {
    constexpr std::size_t key_bytes_max = 190;
    if (limit.key.empty() || limit.key.size() > key_bytes_max)
        return "a run limit whose key has not 1 to 190 bytes";
    if (limit.concurrency < 1) return "a run limit that lets nothing through";
    return {};
}

}  // namespace durable
