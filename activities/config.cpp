#include "activities/config.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "activities/http/url.hpp"
#include "activities/phone_number.hpp"

namespace callflex {
namespace {

constexpr std::size_t value_bytes_max = std::size_t{64} << 10;
constexpr std::size_t export_path_bytes_max = 900;  // S3's keys have 1,024, and ours add 57

std::string joined(const std::vector<std::string>& problems) {
    std::string text = "configuration of the vendors:";
    for (const std::string& problem : problems) text += "\n  " + problem;
    return text;
}

bool printable(const std::string& value) {
    return std::ranges::all_of(value, [](char c) { return c >= 0x20 && c < 0x7f; });
}

/// Reads names and gathers what is wrong with them.
class Reader {
  public:
    explicit Reader(const Environment& environment) : environment_(environment) {}

    [[nodiscard]] std::optional<std::string> text(const std::string& name) {
        return checked(name, value(name));
    }

    void text(const std::string& name, std::string& target) {
        if (const auto value = text(name)) target = *value;
    }

    /// Of a file or folder: its name may have any letters.
    void path(const std::string& name, std::string& target) {
        if (const auto path = value(name)) target = *path;
    }

    void secret(const std::string& name, Secret& target) {
        if (const auto value = text(name)) target = Secret{*value};
    }

    void url(const std::string& name, std::string& target) {
        const auto value = text(name);
        if (!value) return;
        try {
            static_cast<void>(http::parse_url(*value));
            target = value->substr(0, value->find_last_not_of('/') + 1);
        } catch (const http::BadUrl& error) {
            problem(name, std::string{error.what()});
        }
    }

    void seconds(const std::string& name, std::chrono::seconds& target, int least, int most) {
        const auto value = text(name);
        if (!value) return;
        int number = 0;
        const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
        const bool whole = error == std::errc{} && end == value->data() + value->size();
        if (!whole || number < least || number > most) {
            problem(name,
                    "expected whole seconds from " + std::to_string(least) + " to " + std::to_string(most));
            return;
        }
        target = std::chrono::seconds{number};
    }

    void problem(const std::string& name, const std::string& what) {
        problems_.push_back(name + ": " + what);
    }
    [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

  private:
    [[nodiscard]] std::optional<std::string> value(const std::string& name) {
        const auto direct = given(name);
        const auto path = given(name + "_FILE");
        if (direct && path) problem(name, "given twice, also as " + name + "_FILE: remove one");
        return path ? from_file(name + "_FILE", *path) : direct;
    }

    [[nodiscard]] std::optional<std::string> given(const std::string& name) const {
        auto value = environment_(name);
        if (value && value->empty()) value.reset();
        return value;
    }

    [[nodiscard]] std::optional<std::string> from_file(const std::string& name, const std::string& path) {
        std::ifstream file{path, std::ios::binary};
        std::string content{std::istreambuf_iterator<char>{file}, {}};
        if (!file.is_open() || file.bad()) {
            problem(name, "cannot read " + path);
            return std::nullopt;
        }
        while (!content.empty() && (content.back() == '\n' || content.back() == '\r')) content.pop_back();
        if (content.empty()) problem(name, "the file " + path + " is empty");
        return content;
    }

    [[nodiscard]] std::optional<std::string> checked(const std::string& name,
                                                     std::optional<std::string> value) {
        if (!value || (value->size() <= value_bytes_max && printable(*value))) return value;
        problem(name, "holds control or non-ASCII characters, or is longer than 64 KiB");
        return std::nullopt;
    }

    const Environment& environment_;
    std::vector<std::string> problems_;
};

std::vector<std::string> split_list(const std::string& text) {
    std::vector<std::string> items;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        std::string item = text.substr(begin, end - begin);
        std::erase(item, ' ');
        if (!item.empty()) items.push_back(std::move(item));
        begin = end + 1;
    }
    return items;
}

void read_openai(Reader& reader, OpenAiConfig& config) {
    reader.secret("OPENAI_API_KEY", config.api_key);
    reader.url("OPENAI_BASE_URL", config.base_url);
    reader.text("OPENAI_REASONING_EFFORT", config.reasoning_effort);
    if (config.reasoning_effort == "omit") config.reasoning_effort.clear();
    if (const auto models = reader.text("OPENAI_MODELS")) {
        config.models = split_list(*models);
        if (config.models.empty()) reader.problem("OPENAI_MODELS", "expected at least one model id");
    }
}

void read_twilio(Reader& reader, TwilioConfig& config) {
    reader.text("TWILIO_ACCOUNT_SID", config.account_sid);
    reader.secret("TWILIO_AUTH_TOKEN", config.auth_token);
    reader.text("TWILIO_SMS_FROM", config.sms_from);
    reader.url("TWILIO_BASE_URL", config.base_url);
    reader.seconds("TWILIO_SETTLE_SECONDS", config.settle, 1, 600);
    const bool any = !config.account_sid.empty() || !config.auth_token.empty() || !config.sms_from.empty();
    if (!any) return;
    if (!config.account_sid.starts_with("AC"))
        reader.problem("TWILIO_ACCOUNT_SID", "expected one that begins with AC");
    if (config.auth_token.empty()) reader.problem("TWILIO_AUTH_TOKEN", "missing, but TWILIO_* is set");
    if (!is_e164(config.sms_from)) reader.problem("TWILIO_SMS_FROM", "expected E.164 such as +15550100200");
}

void read_resend(Reader& reader, ResendConfig& config) {
    reader.secret("RESEND_API_KEY", config.api_key);
    reader.text("RESEND_FROM", config.from);
    reader.url("RESEND_BASE_URL", config.base_url);
    if (config.from.find('@') == std::string::npos)
        reader.problem("RESEND_FROM", "expected an address such as CallFlex <calls@your-domain.example>");
}

void read_stripe(Reader& reader, StripeConfig& config) {
    reader.secret("STRIPE_SECRET_KEY", config.secret_key);
    reader.url("STRIPE_BASE_URL", config.base_url);
    reader.text("STRIPE_METER_ID", config.meter_id);
    reader.text("STRIPE_METER_EVENT_NAME", config.meter_event_name);
    reader.seconds("STRIPE_SETTLE_SECONDS", config.settle, 1, 600);
    const std::string& key = config.secret_key.reveal();
    if (config.configured() && !key.starts_with("sk_") && !key.starts_with("rk_"))
        reader.problem("STRIPE_SECRET_KEY", "expected one that begins with sk_ or rk_");
    if (!config.meter_id.empty() && !config.meter_id.starts_with("mtr_"))
        reader.problem("STRIPE_METER_ID", "expected one that begins with mtr_");
}

void read_vapi(Reader& reader, VapiConfig& config) {
    reader.secret("VAPI_API_KEY", config.api_key);
    reader.url("VAPI_BASE_URL", config.base_url);
    reader.secret("VAPI_PUBLIC_KEY", config.public_key);
    reader.text("VAPI_CREDENTIAL_ID", config.credential_id);
    reader.text("VAPI_MODEL", config.model);
    reader.seconds("VAPI_SETTLE_SECONDS", config.settle, 1, 600);
    if (const auto hosts = reader.text("VAPI_CONTROL_HOSTS")) {
        config.control_hosts = split_list(*hosts);
        if (config.control_hosts.empty())
            reader.problem("VAPI_CONTROL_HOSTS", "expected at least one host, such as vapi.ai");
    }
}

void read_supabase(Reader& reader, SupabaseConfig& config) {
    reader.url("SUPABASE_URL", config.url);
    reader.secret("SUPABASE_SERVICE_KEY", config.service_key);
    reader.text("SUPABASE_BUCKET", config.bucket);
    const auto realtime = reader.text("SUPABASE_REALTIME");
    if (realtime && *realtime != "0" && *realtime != "1")
        reader.problem("SUPABASE_REALTIME", "expected 0 or 1");
    config.realtime = realtime.value_or("1") == "1";
    if (config.url.empty() != config.service_key.empty())
        reader.problem("SUPABASE_URL", "expected together with SUPABASE_SERVICE_KEY");
}

void read_s3(Reader& reader, S3Config& config) {
    reader.url("S3_ENDPOINT", config.endpoint);
    reader.text("S3_BUCKET", config.bucket);
    reader.text("S3_REGION", config.region);
    reader.text("S3_ACCESS_KEY_ID", config.access_key_id);
    reader.secret("S3_SECRET_ACCESS_KEY", config.secret_access_key);
    if (config.configured() && (config.access_key_id.empty() || config.secret_access_key.empty()))
        reader.problem("S3_ACCESS_KEY_ID", "expected together with S3_SECRET_ACCESS_KEY");
}

void read_storage(Reader& reader, VendorConfig& config) {
    const std::string kind = reader.text("CALLFLEX_STORAGE").value_or("filesystem");
    if (kind == "s3") {
        config.storage = StorageKind::s3;
        if (!config.s3.configured()) reader.problem("CALLFLEX_STORAGE", "s3 needs S3_ENDPOINT and S3_BUCKET");
    } else if (kind == "supabase") {
        config.storage = StorageKind::supabase;
        if (!config.supabase.configured())
            reader.problem("CALLFLEX_STORAGE", "supabase needs SUPABASE_URL and SUPABASE_SERVICE_KEY");
    } else if (kind != "filesystem") {
        reader.problem("CALLFLEX_STORAGE", "expected filesystem, s3 or supabase");
    }
}

/// Folders of names that stand for themselves.
bool is_object_path(const std::string& path) {
    for (std::size_t begin = 0; begin <= path.size();) {
        const auto end = std::min(path.find('/', begin), path.size());
        const auto part = path.substr(begin, end - begin);
        if (part.empty() || part == "." || part == "..") return false;
        begin = end + 1;
    }
    return path.size() <= export_path_bytes_max;
}

void read_exports(Reader& reader, VendorConfig& config) {
    reader.path("CALLFLEX_EXPORT_FOLDER", config.exports.folder);
    const auto place = reader.text("CALLFLEX_EXPORT_S3");
    if (!place) return;
    const auto slash = place->find('/');
    if (!is_object_path(*place) || place->find(':') < slash) {
        reader.problem("CALLFLEX_EXPORT_S3", "expected bucket or bucket/prefix, such as archive/callflex");
        return;
    }
    config.exports.bucket = place->substr(0, slash);
    if (slash != std::string::npos) config.exports.prefix = place->substr(slash + 1);
    if (!config.exports.folder.empty())
        reader.problem("CALLFLEX_EXPORT_S3", "given beside CALLFLEX_EXPORT_FOLDER: remove one of the two");
    const S3Config& s3 = config.s3;
    if (s3.endpoint.empty() || s3.access_key_id.empty() || s3.secret_access_key.empty())
        reader.problem("CALLFLEX_EXPORT_S3", "needs S3_ENDPOINT, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY");
}

void read_webhooks(Reader& reader, const Environment& environment, WebhookConfig& config) {
    std::vector<std::string> problems;
    config = webhook_config(environment, problems);
    for (const std::string& problem : problems) {
        const auto colon = problem.find(": ");
        reader.problem(problem.substr(0, colon), problem.substr(colon + 2));
    }
}

}  // namespace

ConfigError::ConfigError(std::vector<std::string> problems)
    : std::runtime_error(joined(problems)), problems_(std::move(problems)) {}

Environment process_environment() {
    return [](std::string_view name) -> std::optional<std::string> {
        const char* value = std::getenv(std::string{name}.c_str());
        return value == nullptr ? std::nullopt : std::optional<std::string>{value};
    };
}

VendorConfig vendor_config(const Environment& environment) {
    Reader reader{environment};
    VendorConfig config;
    read_openai(reader, config.openai);
    read_twilio(reader, config.twilio);
    read_resend(reader, config.resend);
    read_stripe(reader, config.stripe);
    read_vapi(reader, config.vapi);
    read_supabase(reader, config.supabase);
    read_s3(reader, config.s3);
    read_storage(reader, config);
    read_exports(reader, config);
    read_webhooks(reader, environment, config.webhooks);
    reader.secret("CALLFLEX_SECRETS_KEY", config.secrets_key);
    reader.url("API_URL", config.api_url);
    reader.text("CALLFLEX_CA_FILE", config.ca_file);
    if (!reader.problems().empty()) throw ConfigError{reader.problems()};
    return config;
}

}  // namespace callflex
