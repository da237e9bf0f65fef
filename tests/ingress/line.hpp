#pragma once
// An ingress whose first organization is set up to answer calls: numbers to transfer to, people to tell,
// hours, an assistant and the number that is called.

#include <string>

#include "tests/ingress/world.hpp"

namespace test {

class Line : public World {
  public:
    /// VAPI's ids in the samples.
    static constexpr const char* vapi_assistant = "5b0c9d8e-2a41-4f0e-8c77-1f2e3d4c5b6a";
    static constexpr const char* vapi_number = "c6ea6cb0-0dfb-4a65-918f-6a33abb54b64";
    static constexpr const char* call = "0199f0a4-5b1e-7aa2-9c33-6f6f3b0c1d01";

    Line();
    explicit Line(const std::function<void(callflex::ingress::IngressOptions&)>& change);

    /// Posts a sample, with the secret in clear.
    [[nodiscard]] Answer sample(const std::string& name, const char* to = organization) const;
    /// Posts any body likewise.
    [[nodiscard]] Answer send(const std::string& body, const char* to = organization) const;
    /// One function in today's form; the single result, or error, of the answer.
    [[nodiscard]] std::string ask(const std::string& tool_call_id, const std::string& function,
                                  const nlohmann::json& arguments) const;
    [[nodiscard]] static std::string tool_call(const std::string& call_id, const std::string& tool_call_id,
                                               const std::string& function, const nlohmann::json& arguments);
    /// Types of the runs that were started, with how many: "notify 2, transfer-call 1".
    [[nodiscard]] std::string runs() const;
    void set_settings(const std::string& json) const;
};

}  // namespace test
