#include "tests/activities/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>

namespace test {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

constexpr long year_seconds = 365L * 24 * 3600;

Key make_key() {
    return {EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free};
}

void set_name(X509* certificate, const std::string& common_name, X509_NAME* issuer) {
    X509_NAME* name = X509_get_subject_name(certificate);
    const auto* text = reinterpret_cast<const unsigned char*>(common_name.c_str());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
    X509_set_issuer_name(certificate, issuer == nullptr ? name : issuer);
}

void add_extension(X509* certificate, int kind, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    if (extension == nullptr) throw std::runtime_error("cannot make a certificate extension");
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

Certificate make_certificate(EVP_PKEY* key, long serial, long lives_for) {
    Certificate certificate{X509_new(), X509_free};
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), lives_for);
    X509_set_pubkey(certificate.get(), key);
    return certificate;
}

File open_file(const std::string& path) {
    return {std::fopen(path.c_str(), "w"), &std::fclose};
}

}  // namespace

Certificates::Certificates(const std::string& host, long lives_for) {
    std::string pattern = (std::filesystem::temp_directory_path() / "callflex-tls-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
    folder_ = pattern;

    const Key ca_key = make_key();
    const Certificate ca = make_certificate(ca_key.get(), 1, year_seconds);
    set_name(ca.get(), "Test authority", nullptr);
    add_extension(ca.get(), NID_basic_constraints, "critical,CA:TRUE");
    X509_sign(ca.get(), ca_key.get(), EVP_sha256());

    const Key key = make_key();
    const Certificate leaf = make_certificate(key.get(), 2, lives_for);
    set_name(leaf.get(), host, X509_get_subject_name(ca.get()));
    add_extension(leaf.get(), NID_subject_alt_name, "DNS:" + host);
    X509_sign(leaf.get(), ca_key.get(), EVP_sha256());

    PEM_write_X509(open_file(ca_file()).get(), ca.get());
    PEM_write_X509(open_file(folder_ + "/server.pem").get(), leaf.get());
    PEM_write_PrivateKey(open_file(folder_ + "/server.key").get(), key.get(), nullptr, nullptr, 0, nullptr,
                         nullptr);
}

Certificates::~Certificates() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

boost::asio::ssl::context Certificates::server_context(int max_version) const {
    boost::asio::ssl::context context{boost::asio::ssl::context::tls_server};
    context.use_certificate_chain_file(folder_ + "/server.pem");
    context.use_private_key_file(folder_ + "/server.key", boost::asio::ssl::context::pem);
    SSL_CTX_ctrl(context.native_handle(), SSL_CTRL_SET_MAX_PROTO_VERSION, max_version, nullptr);
    // Versions before 1.2 need this since OpenSSL 3.
    SSL_CTX_set_security_level(context.native_handle(), 0);
    return context;
}

}  // namespace test
