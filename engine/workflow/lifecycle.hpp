#pragma once
// What a run does when its code no longer answers as its history says.

#include <boost/describe.hpp>
#include <cstdint>

namespace durable {

/// Chosen with the start, else with the registration of the workflow type, else `suspend`.
enum class MismatchPolicy : std::uint8_t {
    suspend,  ///< the run is blocked: nothing is recorded, and it goes on with a build that answers as recorded
    fail,     ///< the run ends as failed, with a failure of the type "Mismatch"
};
BOOST_DESCRIBE_ENUM(MismatchPolicy, suspend, fail)

}  // namespace durable
