// A checkpoint that comes again byte for byte is not verified again; one that differs in a single byte is.

#include <doctest/doctest.h>

#include "member/testing_exchange.h"

namespace warifu::member {
namespace {

using desk::must;

TEST_CASE("a checkpoint that was verified is believed in its very bytes only, and in no other") {
  TestingExchange e;
  e.dispatched();
  must(e.agency.member->send());
  must(e.agency.member->watch());
  for (TestingHub::Log* log : {&e.hub.log, &e.hub.keys}) {
    std::string& checkpoint = log->files.at("checkpoint");
    const std::string good = checkpoint;
    const auto name = log == &e.hub.log ? exchange::LogName::messages : exchange::LogName::keys;
    e.world.clock.advance(seconds(10));
    must(e.agency.member->watch());
    const desk::LogSeen before = *must(e.agency.mailbox->log_seen(name));
    CHECK(before.at == e.clock());  // seen again, now
    CHECK(before.checkpoint == good);

    // The same tree under a signature that is not the log's.
    note::Note forged = must(note::Note::parse(good));
    forged.signatures.front().signature.back() ^= 1;
    checkpoint = forged.serialise();
    CHECK(e.agency.member->watch().error().code == Code::SIGNATURE_INVALID);
    forged.signatures.front().name = "other.example/log";
    checkpoint = forged.serialise();
    CHECK(e.agency.member->watch().error().code == Code::SIGNATURE_MISSING);
    // Another tree under the signature of this one.
    note::Note moved = must(note::Note::parse(good));
    moved.text = ledger::Checkpoint{log->signer.verifier().name, before.size + 1, before.root}.text();
    checkpoint = moved.serialise();
    CHECK(e.agency.member->watch().error().code == Code::SIGNATURE_INVALID);
    CHECK(*must(e.agency.mailbox->log_seen(name)) == before);

    checkpoint = good;
    must(e.agency.member->watch());
    // After a restart the bytes that were kept are verified once more, and then believed.
    checkpoint = forged.serialise();
    e.agency.open();
    CHECK(e.agency.member->watch().error().code == Code::SIGNATURE_MISSING);
    checkpoint = good;
    must(e.agency.member->watch());
  }
}

}  // namespace
}  // namespace warifu::member
