#pragma once
// The closed vocabularies of the law: instruments, categories of data, what the decision table may answer, the lanes of a
// provider's gate, reasons of refusal and return, kinds of form, classes of recipient. Their names, articles and sentences are
// data (law/jp.toml); here are only the codes that programs compare. Names are spelt at borders exactly as written here.

#include <array>

#include "base/enum.h"

namespace warifu::law {

// 捜査関係事項照会, 保全要請, its extension, 漏えい防止の求め, 令状, 電磁的記録提供命令, 秘密保持命令, 電子令状, 緊急照会, 位置情報, 国際捜査共助.
enum class Instrument { INQ, PRS, PRX, CNF, WSZ, EPO, SEC, EWR, EMG, LOC, MLA };

enum class Category { K1, K2, K3, K4, K5, K6, K7, K8, K9 };

// What a cell of the decision table says. The order of strictness is in judge.h.
enum class Outcome { ALLOW, NEEDS_WARRANT, PRESERVE, DENY, LEGAL_REVIEW, PRESENT_DANGER_ONLY, LOCATION_RULE, OWN_FORM };

// Where the provider's gate puts an item (M-A4). ORDER is apart from ACCEPT because warrants are handled apart (M-A5).
enum class Lane { ACCEPT, ORDER, PRESERVATION, EMERGENCY, LEGAL_REVIEW, NEEDS_WARRANT, RETURN };

enum class ReasonCode {
  INCOMPLETE,
  MANIFEST_ERROR,
  IDENTIFIER_UNKNOWN,
  INSUFFICIENT_INFO,
  OVERBROAD,
  NO_DATA_HELD,
  RETENTION_EXPIRED,
  WRONG_ADDRESSEE,
  NOT_COMPETENT_AUTHORITY,
  NO_LEGAL_BASIS,
  NEEDS_WARRANT,
  SECRECY_OF_COMMUNICATIONS,
  PROFESSIONAL_SECRET,
  IMMUNITY_OR_PRESS,
  CONFLICT_FOREIGN_LAW,
  SERVICE_NOT_COVERED,
  DISPROPORTIONATE,
  DE_FACTO_IMPOSSIBLE,
  AUTHENTICITY_FAILED,
  DUPLICATE_OF,
  WITHDRAWN_BY_AGENCY,
};

// What a reason code leads to, so that a page offers only the reasons that fit the button.
enum class ReasonUse { RETURN, REFUSE, NONE_HELD, NEEDS_WARRANT, NARROW, WITHDRAW };

// A 捜査関係事項照会書, B 身上調査照会書, C 前科照会書.
enum class FormKind { A, B, C };

// 国の行政機関, 地方公共団体等, 独立行政法人等, 個人情報取扱事業者: decides the cover request.
enum class RecipientClass { NATIONAL_ADMINISTRATION, LOCAL_GOVERNMENT, INCORPORATED_AGENCY, BUSINESS_OPERATOR };

enum class Issuer {
  HEAD_OF_UNIT,
  PROSECUTOR,
  PROSECUTORS_ASSISTANT,
  JUDICIAL_POLICE_OFFICER,
  JUDGE,
  INVESTIGATING_OFFICER,
  RESCUE_BODY,
  CENTRAL_AUTHORITY,
};

enum class Urgency { NORMAL, URGENT };

}  // namespace warifu::law

namespace warifu {

template <>
struct EnumNames<law::Instrument> {
  static constexpr std::array names = {"INQ", "PRS", "PRX", "CNF", "WSZ", "EPO", "SEC", "EWR", "EMG", "LOC", "MLA"};
};
template <>
struct EnumNames<law::Category> {
  static constexpr std::array names = {"K1", "K2", "K3", "K4", "K5", "K6", "K7", "K8", "K9"};
};
template <>
struct EnumNames<law::Outcome> {
  static constexpr std::array names = {"ALLOW",        "NEEDS_WARRANT",       "PRESERVE",      "DENY",
                                       "LEGAL_REVIEW", "PRESENT_DANGER_ONLY", "LOCATION_RULE", "OWN_FORM"};
};
template <>
struct EnumNames<law::Lane> {
  static constexpr std::array names = {"ACCEPT", "ORDER", "PRESERVATION", "EMERGENCY", "LEGAL_REVIEW", "NEEDS_WARRANT", "RETURN"};
};
template <>
struct EnumNames<law::ReasonCode> {
  static constexpr std::array names = {
      "INCOMPLETE",          "MANIFEST_ERROR",    "IDENTIFIER_UNKNOWN",      "INSUFFICIENT_INFO",   "OVERBROAD",        "NO_DATA_HELD",
      "RETENTION_EXPIRED",   "WRONG_ADDRESSEE",   "NOT_COMPETENT_AUTHORITY", "NO_LEGAL_BASIS",      "NEEDS_WARRANT",    "SECRECY_OF_COMMUNICATIONS",
      "PROFESSIONAL_SECRET", "IMMUNITY_OR_PRESS", "CONFLICT_FOREIGN_LAW",    "SERVICE_NOT_COVERED", "DISPROPORTIONATE", "DE_FACTO_IMPOSSIBLE",
      "AUTHENTICITY_FAILED", "DUPLICATE_OF",      "WITHDRAWN_BY_AGENCY"};
};
template <>
struct EnumNames<law::ReasonUse> {
  static constexpr std::array names = {"RETURN", "REFUSE", "NONE_HELD", "NEEDS_WARRANT", "NARROW", "WITHDRAW"};
};
template <>
struct EnumNames<law::FormKind> {
  static constexpr std::array names = {"A", "B", "C"};
};
template <>
struct EnumNames<law::RecipientClass> {
  static constexpr std::array names = {"NATIONAL_ADMINISTRATION", "LOCAL_GOVERNMENT", "INCORPORATED_AGENCY", "BUSINESS_OPERATOR"};
};
template <>
struct EnumNames<law::Issuer> {
  static constexpr std::array names = {"HEAD_OF_UNIT",          "PROSECUTOR",  "PROSECUTORS_ASSISTANT", "JUDICIAL_POLICE_OFFICER", "JUDGE",
                                       "INVESTIGATING_OFFICER", "RESCUE_BODY", "CENTRAL_AUTHORITY"};
};
template <>
struct EnumNames<law::Urgency> {
  static constexpr std::array names = {"NORMAL", "URGENT"};
};

}  // namespace warifu
