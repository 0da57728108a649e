#pragma once
// What crosses between organisations, and the seam it crosses through. A parcel holds shared acts only, in an order their receiver can apply,
// with the files they name. Delivery is at least once; acts carry ids, a repetition changes nothing.

#include <span>
#include <string>
#include <vector>

#include "inquiry/act.h"

namespace warifu::exchange {

struct ParcelFile {
  Sha256 sha256;
  std::string path;        // where the sender keeps it
  std::string media_type;  // as the act says
  bool may_move = false;   // whoever brings it needs it no longer: the receiver may take the file itself instead of a copy
};

inline constexpr std::size_t kParcelActsMax = 64;
inline constexpr std::size_t kParcelBytesMax = 5 * 1024 * 1024;  // of bodies; a single larger one goes alone

struct Parcel {
  party::OrganisationId from, to;
  MatterId matter;
  std::vector<inquiry::SignedAct> acts;
  std::vector<ParcelFile> files;
};

class Courier {
 public:
  virtual ~Courier() = default;
  // As many answers as parcels, each of another matter or addressee. Delivered and durably kept by the receiver when it returns.
  // PEER_UNAVAILABLE: try again later. Anything else: the receiver refuses it.
  virtual std::vector<Status> deliver(std::span<const Parcel> parcels) = 0;
};

}  // namespace warifu::exchange
