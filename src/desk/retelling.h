#pragma once
// For benches: acts that were signed before, brought into a matter as the commands of the desk do it. Decided on what the office has in memory,
// folded onto it, projected, put into the outbox, committed under its stamp, and kept in memory for whoever comes next. What commands check of people
// and of the law was checked when the acts were first written; here nothing is.

#include <memory>
#include <vector>

#include "desk/office.h"

namespace warifu::desk {

class Retelling {
 public:
  explicit Retelling(const Office& office) : office_(office) {}

  // What the matter holds, as a command would read it; nothing for a matter that is not here.
  [[nodiscard]] Result<std::vector<inquiry::SignedAct>> present(const MatterId& matter) const;

  // One side's acts on top of what the matter holds, ready to be committed.
  class Told;
  struct Forget {
    void operator()(Told* told) const;
  };
  using Ready = std::unique_ptr<Told, Forget>;
  [[nodiscard]] Result<Ready> tell(const MatterId& matter, std::vector<inquiry::SignedAct> acts) const;
  // STALE when the matter holds other acts by now.
  Status write(Ready told) const;

 private:
  const Office& office_;
};

}  // namespace warifu::desk
