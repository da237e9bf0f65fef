#pragma once
// What the contract tests share: one configuration, and how a request is held against its contract.

#include <string>
#include <vector>

#include "activities/config.hpp"
#include "tests/contracts/contract.hpp"

namespace test {

inline const std::vector<std::string> no_breaches{};

/// Every vendor at https://vendors.example/base.
inline callflex::VendorConfig contract_config() {
    const std::string base = "https://vendors.example/base";
    callflex::VendorConfig config;
    config.openai.api_key = callflex::Secret{"sk-test"};
    config.openai.base_url = base;
    config.twilio.account_sid = "AC00000000000000000000000000000001";
    config.twilio.auth_token = callflex::Secret{"token"};
    config.twilio.sms_from = "+15550100200";
    config.twilio.base_url = base;
    config.resend.api_key = callflex::Secret{"re_test"};
    config.resend.base_url = base;
    config.vapi.api_key = callflex::Secret{"private-key"};
    config.vapi.base_url = base;
    config.api_url = "https://api.callflex.example";
    return config;
}

inline std::vector<std::string> fits(const std::string& contract, const callflex::http::Request& request) {
    return breaches(contract, request, "/base");
}

}  // namespace test
