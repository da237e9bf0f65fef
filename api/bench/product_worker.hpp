#pragma once
// Everything that the product's workers can do, with the sandbox in the vendors' place. Apart from product.hpp, because
// the vendors' HTTP and the ingress' do not share a file.

#include <filesystem>
#include <string>

#include "api/bench/workers.hpp"

namespace callflex::bench {

struct ProductPlaces {
    std::string database_url;
    std::string sandbox_url;
    std::string secrets_key;
    std::filesystem::path recordings;
};

[[nodiscard]] Workers::Register everything_that_ships(const ProductPlaces& places);

}  // namespace callflex::bench
