#pragma once
// Everything that the product's workers can do, with the sandbox in the vendors' place. Apart from product.hpp, because
// the vendors' HTTP and the ingress' do not share a file.

#include <filesystem>
#include <map>
#include <string>

#include "api/bench/workers.hpp"

namespace callflex::bench {

struct ProductPlaces {
    std::string database_url;
    std::string sandbox_url;
    std::string secrets_key;
    std::filesystem::path recordings;
};

/// The vendors' keys and addresses, as a worker's environment has them.
[[nodiscard]] std::map<std::string, std::string> product_settings(const ProductPlaces& places);
[[nodiscard]] Workers::Register everything_that_ships(const ProductPlaces& places);

}  // namespace callflex::bench
