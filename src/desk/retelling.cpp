#include "desk/retelling.h"

#include "desk/impl.h"

namespace warifu::desk {

class Retelling::Told {
 public:
  Commit commit;
  Loaded after;
};

void Retelling::Forget::operator()(Told* told) const { delete told; }

Result<std::vector<SignedAct>> Retelling::present(const MatterId& matter) const { return TRY(office_.impl_->current_or_blank(matter))->acts; }

Result<Retelling::Ready> Retelling::tell(const MatterId& matter, std::vector<SignedAct> acts) const {
  const Office::Impl& impl = *office_.impl_;
  std::shared_ptr<const Loaded> before = TRY(impl.current_or_blank(matter));
  Basis basis = basis_of(*before);
  Loaded after = impl.matters.take(std::move(before));
  for (const SignedAct& act : acts) {
    after.inputs.push_back(inquiry::fold_input(act));
    after.acts.push_back(act);
  }
  after.state = inquiry::fold(after.inputs);
  after.stamp.reset();
  Commit commit = TRY(impl.commit_for(std::move(basis), after, std::move(acts), {}));
  return Ready(new Told{std::move(commit), std::move(after)});
}

Status Retelling::write(Ready told) const { return office_.impl_->commit_and_keep(std::move(told->commit), std::move(told->after)); }

}  // namespace warifu::desk
