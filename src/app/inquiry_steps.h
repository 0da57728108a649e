#pragma once
// The steps of an inquiry as the command line names them: which route does it, in which role it is usually done, and what it takes. The
// commands, their help and the man page are made from this table.

#include <span>
#include <string_view>

#include "party/organisation.h"

namespace warifu::app {

enum class StepTakes {
  NOTHING,
  COMMENT,
  REASON,
  MESSAGE,
  SIGNATURE,
  DOCUMENT_NUMBER,
  RELEASE,
  RELEASE_AND_REASON,
  OUTCOME,
  HAND_OVER,
  DECISIONS,
  RETURN_REASON,
  PERSONS,
  LOOKUP,
  ANSWER,
  ROW_COUNTS,
  FILE,
  FINDING
};

struct InquiryStep {
  std::string_view name;   // of the command
  std::string_view route;  // behind /api/matters/{matter}/
  party::Role role;
  StepTakes takes;
  std::string_view kind;  // of the act that is signed
  std::string_view help;
};

[[nodiscard]] std::span<const InquiryStep> inquiry_steps();

}  // namespace warifu::app
