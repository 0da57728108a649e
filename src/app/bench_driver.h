#pragma once
// Load for `warifu bench exchange`, inside the node that it drives: the people's part of a round trip, without people. An inquiry was really played
// once between the two nodes; the agency's driver tells it anew (other matter, number, account, hashes and signatures, of persons and of the
// organisation) and commits it as the desk would; the provider's driver does so with the answer, as soon as an inquiry was applied. What lies
// between, the nodes do as always. Told what to do over HTTP on the loopback address; nothing is shared between the two processes.
//
//   POST /story?matter=…            the matter that was played
//   POST /make?count=N              tells N inquiries, signed, ready to be committed
//   POST /run?count=N&rate=R&window=W   commits them: R per second, or as many as leave at most W without an answer (rate=0)
//   GET  /figures                   JSON: how many are made, begun, over; failures; processor time
//   GET  /times                     a line for each matter: id, begun, applied (ns of the machine's monotonic clock, 0 for what was not here)
//   GET  /proofs?count=N            JSON: how long promises of the newest N messages stood until the leaf was proven

#include <memory>

#include "app/demo.h"

namespace warifu::app {

class BenchDriver {
 public:
  BenchDriver();
  ~BenchDriver();
  // For NodeOptions::on_applied.
  void applied(const exchange::Parcel& parcel);
  // `accounts`: of the demo, whose keys sign. The node must outlive stop().
  Status start(Node& node, std::vector<DemoAccount> accounts, std::uint16_t port);
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace warifu::app
