#include "hub/admitter.h"

#include "desk/keyring.h"
#include "hub/testing_world.h"

namespace warifu::hub {
namespace {

const crypto::Passphrase kFirst(std::string("the first of the two")), kSecond(std::string("二人目の合言葉です。長くする"));

HubSetup setup(const std::string& data, std::vector<crypto::Passphrase> passphrases) {
  return {.data = data,
          .store_url = {},
          .org = must(party::OrganisationId::parse("hub.example")),
          .url = "https://127.0.0.1:1",
          .hosts = {},
          .passphrases = std::move(passphrases)};
}

AskPassphrase answers(const crypto::Passphrase& with) {
  return [with](const std::string&) -> Result<crypto::Passphrase> { return with; };
}

}  // namespace

TEST_CASE("admitters' keys are made with the hub, sealed, and open for whoever knows the passphrase and is named in the network") {
  const Folder folder;
  const std::string data = folder.path + "/hub";
  CHECK(Hub::create(setup(data, {kFirst})).error().code == Code::BAD_VALUE);
  CHECK(Hub::create(setup(data, {kFirst, crypto::Passphrase(std::string("short"))})).error().code == Code::OUT_OF_RANGE);
  must(Hub::create(setup(data, {kFirst, kSecond})));
  const auto hub = must(Hub::open({.data = data}));
  const desk::Keyring ring(data + "/admitters");
  const std::string one = ring.path_of("hub.example/admit/1"), two = ring.path_of("hub.example/admit/2");
  CHECK(must(open_admitter(one, hub->network(), answers(kFirst))).verifier() == hub->network().admitters[0]);
  CHECK(must(open_admitter(two, hub->network(), answers(kSecond))).verifier() == hub->network().admitters[1]);
  CHECK(open_admitter(one, hub->network(), answers(kSecond)).error().code == Code::WRONG_PIN);
  CHECK(create_admitter(one, "hub.example/admit/1", kFirst).error().code == Code::CONFLICT);
  CHECK(open_admitter(folder.path + "/none", hub->network(), answers(kFirst)).error().code == Code::NOT_FOUND);
  // A seed in clear is no admitter's key for any command; one of another hub is nobody's, and nothing is asked for it.
  CHECK(open_admitter(data + "/keys/hub.example_sign.key", hub->network(), answers(kFirst)).error().code == Code::BAD_KEYFILE);
  must(create_admitter(folder.path + "/other", "hub.example/admit/1", kFirst));
  int asked = 0;
  const auto count = [&](const std::string&) -> Result<crypto::Passphrase> {
    ++asked;
    return kFirst;
  };
  CHECK(open_admitter(folder.path + "/other", hub->network(), count).error().code == Code::KEY_UNKNOWN);
  CHECK(asked == 0);
}

}  // namespace warifu::hub
