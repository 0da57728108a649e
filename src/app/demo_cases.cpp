#include "app/demo_cases.h"

#include "store/demo_customers.h"

namespace warifu::app {

using inquiry::State;
using law::Category;
using party::OrganisationId;
using party::Role;
using text::SelectorInput;
using text::SelectorType;

desk::DraftItem demo_item(SelectorInput selector, std::vector<Category> categories, std::string purpose, std::string necessity) {
  desk::DraftItem out;
  out.selector = std::move(selector);
  out.categories = std::move(categories);
  out.purpose = std::move(purpose);
  out.necessity = std::move(necessity);
  return out;
}

SelectorInput demo_selector(SelectorType type, std::string value, std::optional<std::string> service) {
  SelectorInput out;
  out.type = type;
  out.value = std::move(value);
  out.service = std::move(service);
  return out;
}

desk::DraftCommand demo_draft(std::string_view org, std::string_view case_key, std::string_view to, std::vector<desk::DraftItem> items) {
  desk::DraftCommand command;
  command.case_id = demo_id<CaseId>("case", org, case_key);
  command.to = OrganisationId::parse(to).value();
  command.items = std::move(items);
  command.answer_how = "本システムにより回答願います。";
  return command;
}

namespace {

Time at(Date day, int hour, int minute) { return tokyo_midnight(day) + hours(hour) + minutes(minute); }

SelectorInput bank_account(std::string number) {
  SelectorInput out = demo_selector(SelectorType::BANK_ACCOUNT, std::move(number));
  out.bank = "9990";
  out.branch = "001";
  out.kind = "普通";
  return out;
}

}  // namespace

Status DemoCases::play() const {
  constexpr std::string_view kKakuu = "kakuu-police.demo", kMihon = "mihon-police.demo";
  using Step = Stage::Step;
  using Work = Stage::Work;

  // Auction fraud: an account name leads to its holder.
  clock.set(at(first_day, 9, 10));
  const MatterId auction =
      TRY(stage.inquire(kKakuu,
                        demo_draft(kKakuu, "auction", "portal.demo",
                                   {demo_item(demo_selector(SelectorType::ACCOUNT_ID, store::demo_account(42), "portal.demo"), {Category::K1},
                                              "出品者の特定のため", "代金を支払ったが商品が届かないとの被害届3件の出品者であるため。")}),
                        Step::DISPATCHED));
  TRY(stage.work("portal.demo", auction, Work::RELEASED));
  TRY(stage.take_answer(kKakuu, auction, inquiry::Outcome::SUSPECT_IDENTIFIED));
  played(kKakuu, "auction-fraud", auction, State::ANSWERED);

  // Transfer fraud with victims in both prefectures: the same account, two agencies, each answered on its own (M-A6).
  clock.set(at(first_day.plus_days(2), 10, 0));
  desk::DraftItem account = demo_item(bank_account(store::demo_bank_number(17)), {Category::K1, Category::K7},
                                      "振込先口座の名義人及び資金の流れの確認のため", "被害者が現金を振り込んだ口座であるため。");
  account.period = desk::PeriodInput{to_rfc3339_tokyo(at(first_day.plus_days(-90), 0, 0)), to_rfc3339_tokyo(at(first_day, 0, 0))};
  const MatterId transfer_kakuu = TRY(stage.inquire(kKakuu, demo_draft(kKakuu, "transfer", "bank.demo", {account}), Step::DISPATCHED));
  TRY(stage.work("bank.demo", transfer_kakuu, Work::RELEASED));
  TRY(stage.take_answer(kKakuu, transfer_kakuu, inquiry::Outcome::DAMAGE_PREVENTED));
  played(kKakuu, "transfer-fraud-kakuu", transfer_kakuu, State::ANSWERED);
  clock.set(at(first_day.plus_days(3), 9, 30));
  const MatterId transfer_mihon = TRY(stage.inquire(kMihon, demo_draft(kMihon, "transfer", "bank.demo", {account}), Step::DISPATCHED));
  TRY(stage.work("bank.demo", transfer_mihon, Work::RELEASED));
  TRY(stage.take_answer(kMihon, transfer_mihon, std::nullopt));
  played(kMihon, "transfer-fraud-mihon", transfer_mihon, State::ANSWERED);

  // Who used this address at that time: the name behind a communication needs a warrant.
  clock.set(at(first_day.plus_days(4), 13, 20));
  SelectorInput address = demo_selector(SelectorType::IP_ADDRESS, "192.0.2.45");
  address.port = 40123;
  address.at = to_rfc3339_tokyo(at(first_day.plus_days(-3), 21, 14));
  const MatterId access = TRY(stage.inquire(
      kKakuu,
      demo_draft(kKakuu, "access", "net.demo",
                 {demo_item(address, {Category::K1}, "不正アクセス元の契約者の確認のため", "被害サーバの接続記録に残されたアドレスであるため。")}),
      Step::DISPATCHED));
  TRY(stage.work("net.demo", access, Work::RELEASED));
  TRY(stage.take_answer(kKakuu, access, std::nullopt));
  played(kKakuu, "address-at-time", access, State::NEEDS_WARRANT);

  // Over-broad: three years of transfers are narrowed to three months, as a second version with its own approval and serial.
  clock.set(at(first_day.plus_days(5), 11, 0));
  desk::DraftItem transfers = demo_item(demo_selector(SelectorType::ACCOUNT_ID, store::demo_crypto_account(33), "coin.demo"),
                                        {Category::K1, Category::K7}, "資金の移転先の確認のため", "犯罪収益が送付された口座であるため。");
  transfers.period = desk::PeriodInput{to_rfc3339_tokyo(at(first_day.plus_days(-1095), 0, 0)), to_rfc3339_tokyo(at(first_day, 0, 0))};
  const MatterId crypto = TRY(stage.inquire(kMihon, demo_draft(kMihon, "crypto", "coin.demo", {transfers}), Step::DISPATCHED));
  TRY(stage.work("coin.demo", crypto, Work::RELEASED));
  TRY(stage.take_answer(kMihon, crypto, std::nullopt));
  clock.set(at(first_day.plus_days(7), 9, 0));
  transfers.period = desk::PeriodInput{to_rfc3339_tokyo(at(first_day.plus_days(-90), 0, 0)), to_rfc3339_tokyo(at(first_day, 0, 0))};
  desk::DraftCommand narrowed = demo_draft(kMihon, "crypto", "coin.demo", {transfers});
  narrowed.matter = crypto;
  TRY(stage.inquire(kMihon, narrowed, Step::DISPATCHED));
  TRY(stage.work("coin.demo", crypto, Work::RELEASED));
  TRY(stage.take_answer(kMihon, crypto, inquiry::Outcome::STILL_INVESTIGATING));
  played(kMihon, "over-broad", crypto, State::ANSWERED);

  // Nobody holds data for it.
  clock.set(at(first_day.plus_days(8), 14, 0));
  const MatterId missing = TRY(stage.inquire(kMihon,
                                             demo_draft(kMihon, "missing", "mvno.demo",
                                                        {demo_item(demo_selector(SelectorType::TELEPHONE, "060-9999-9999"), {Category::K1},
                                                                   "契約者の確認のため", "不正に契約されたとみられる電話番号であるため。")}),
                                             Step::DISPATCHED));
  TRY(stage.work("mvno.demo", missing, Work::RELEASED));
  TRY(stage.take_answer(kMihon, missing, std::nullopt));
  played(kMihon, "none-held", missing, State::NONE_HELD);

  // Two things asked at once, one of them not to be had without a warrant; then the matter is closed.
  clock.set(at(first_day.plus_days(9), 10, 30));
  const MatterId mixed =
      TRY(stage.inquire(kKakuu,
                        demo_draft(kKakuu, "threat", "portal.demo",
                                   {demo_item(demo_selector(SelectorType::ACCOUNT_ID, store::demo_account(77), "portal.demo"), {Category::K1},
                                              "投稿者とみられる会員の確認のため", "被害者が特定した会員であるため。"),
                                    demo_item(demo_selector(SelectorType::ACCOUNT_ID, store::demo_account(77), "portal.demo"), {Category::K3},
                                              "接続記録の確認のため", "投稿との関連を確かめるため。")}),
                        Step::DISPATCHED));
  TRY(stage.work("portal.demo", mixed, Work::RELEASED));
  TRY(stage.take_answer(kKakuu, mixed, inquiry::Outcome::LEAD_EXCLUDED));
  stage.pass(hours(1));
  TRY(stage.desk().close({kKakuu, "tantou", Role::INVESTIGATOR}, mixed, {.comment = "令状請求を別途検討する。"}));
  played(kKakuu, "partly-answered-closed", mixed, State::CLOSED);

  // Withdrawn before anybody answered.
  clock.set(at(first_day.plus_days(10), 9, 0));
  const MatterId withdrawn = TRY(stage.inquire(kKakuu,
                                               demo_draft(kKakuu, "auction", "mvno.demo",
                                                          {demo_item(demo_selector(SelectorType::TELEPHONE, "060-1000-0063"), {Category::K1},
                                                                     "契約者の確認のため", "出品者が連絡先とした番号であるため。")}),
                                               Step::DISPATCHED));
  stage.pass(hours(3));
  TRY(stage.desk().withdraw({kKakuu, "tantou", Role::INVESTIGATOR}, withdrawn, {"出品者が判明したため。"}));
  TRY(stage.deliver());
  played(kKakuu, "withdrawn", withdrawn, State::WITHDRAWN);
  return {};
}

}  // namespace warifu::app
