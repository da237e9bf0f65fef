#include "activities/secrets/secret_box.hpp"

#include <doctest/doctest.h>
#include <set>

using callflex::SealedSecret;
using callflex::SecretBox;
using callflex::SecretError;

TEST_CASE("a sealed secret opens with its key and context, and with nothing else") {
    const SecretBox box{SecretBox::generate_key("k1")};
    const SealedSecret sealed = box.seal("a secret", "row 1");
    CHECK(sealed.key_id == "k1");
    CHECK(sealed.ciphertext.find("a secret") == std::string::npos);
    CHECK(box.open(sealed, "row 1") == "a secret");
    CHECK_THROWS_AS((void)box.open(sealed, "row 2"), SecretError);
    for (std::size_t i = 0; i < sealed.ciphertext.size(); ++i) {
        SealedSecret damaged = sealed;
        damaged.ciphertext[i] = static_cast<char>(damaged.ciphertext[i] ^ 1);
        CHECK_THROWS_AS((void)box.open(damaged, "row 1"), SecretError);
    }
    CHECK_THROWS_AS((void)box.open({"short", "k1"}, "row 1"), SecretError);
    CHECK_THROWS_AS((void)SecretBox{SecretBox::generate_key("k1")}.open(sealed, "row 1"), SecretError);
    CHECK_THROWS_WITH_AS((void)SecretBox{SecretBox::generate_key("k2")}.open(sealed, "row 1"),
                         "sealed with key 'k1', which CALLFLEX_SECRETS_KEY does not hold", SecretError);
}

TEST_CASE("the first key seals and all keys open, so that they can be rotated") {
    const std::string old_key = SecretBox::generate_key("old");
    const SealedSecret sealed = SecretBox{old_key}.seal("a secret", "row");
    const SecretBox rotated{SecretBox::generate_key("new") + "," + old_key};
    CHECK(rotated.open(sealed, "row") == "a secret");
    CHECK(rotated.seal("a secret", "row").key_id == "new");
}

TEST_CASE("equal secrets look different once sealed") {
    const SecretBox box{SecretBox::generate_key("k1")};
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(box.seal("the same", "row").ciphertext);
    CHECK(seen.size() == 1000);
}

TEST_CASE("a key may stand alone, and keys that cannot work are refused without showing them") {
    const std::string bare = SecretBox::generate_key("x").substr(2);
    CHECK(SecretBox{bare}.seal("s", "c").key_id == "default");
    for (const std::string& bad :
         {std::string{}, std::string{"k:dG9vIHNob3J0"}, std::string{"k:???"}, bare + "," + bare}) {
        CHECK_THROWS_AS(SecretBox{bad}, SecretError);
    }
    try {
        const SecretBox box{"k:dG9vIHNob3J0"};
    } catch (const SecretError& error) {
        CHECK(std::string{error.what()}.find("dG9v") == std::string::npos);
    }
}
