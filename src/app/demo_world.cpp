#include "app/demo_world.h"

namespace warifu::app {

namespace {

using law::Category;
using party::Role;
using text::SelectorType;

std::vector<DemoPerson> police_people(std::string_view main_unit, std::string_view second_unit) {
  return {
      {"tantou", "例田 一郎", "れいだ いちろう", "巡査部長", main_unit, {Role::INVESTIGATOR}, false, "100001"},
      {"tantou2", "試験 あおい", "しけん あおい", "巡査長", main_unit, {Role::INVESTIGATOR}, false, "100002"},
      {"kakarichou", "見本 次郎", "みほん じろう", "警部補", main_unit, {Role::SUPERVISOR}, false, "100003"},
      {"kachou", "架空 花子", "かくう はなこ", "課長 警視", main_unit, {Role::APPROVER}, true, "100004"},
      {"hosa", "模擬 三郎", "もぎ さぶろう", "課長補佐 警部", main_unit, {Role::SUPERVISOR, Role::APPROVER}, false, "100005"},
      {"shomu", "仮名 さくら", "かな さくら", "庶務担当係長", main_unit, {Role::REGISTRAR}, false, "100006"},
      {"shochou", "雛形 四郎", "ひながた しろう", "署長 警視", second_unit, {Role::APPROVER}, true, "100007"},
      {"shotan", "作例 みどり", "さくれい みどり", "巡査部長", second_unit, {Role::INVESTIGATOR}, false, "100008"},
      {"shokakari", "例示 五郎", "れいじ ごろう", "係長 警部補", second_unit, {Role::SUPERVISOR}, false, "100009"},
      {"keimu", "標本 かえで", "ひょうほん かえで", "警務課長", second_unit, {Role::REGISTRAR}, false, "100010"},
      {"kansatsu", "見立 一郎", "みたて いちろう", "監察官", main_unit, {Role::AUDITOR}, false, "100011"},
      {"kanri", "仮野 花子", "かりの はなこ", "情報管理係", main_unit, {Role::ADMIN}, false, "100012"},
      {"kanri2", "標本 次郎", "ひょうほん じろう", "情報管理係", main_unit, {Role::ADMIN}, false, "100013"},
  };
}

std::vector<DemoPerson> provider_people() {
  return {
      {"uketsuke", "受田 一郎", "うけた いちろう", "開示窓口", "", {Role::INTAKE}, false, "200001"},
      {"tantou", "答野 花子", "こたえの はなこ", "開示担当", "", {Role::OPERATOR}, false, "200002"},
      {"tantou2", "答野 次郎", "こたえの じろう", "開示担当", "", {Role::OPERATOR}, false, "200003"},
      {"houmu", "法木 さくら", "のりき さくら", "法務", "", {Role::LEGAL}, false, "200004"},
      {"kakunin", "確井 三郎", "たしい さぶろう", "開示責任者", "", {Role::RELEASER}, false, "200005"},
      {"kansa", "監田 みどり", "かんだ みどり", "内部監査", "", {Role::AUDITOR}, false, "200006"},
      {"kanri", "管野 四郎", "かんの しろう", "システム管理", "", {Role::ADMIN}, false, "200007"},
      {"kanri2", "管野 かえで", "かんの かえで", "システム管理", "", {Role::ADMIN}, false, "200008"},
  };
}

party::ProfileEntry entry(SelectorType selector, std::vector<std::string> services, std::vector<Category> categories, bool needs_period = false,
                          std::optional<int> period_days_max = std::nullopt, std::optional<int> history_days = std::nullopt) {
  return {selector, std::move(services), std::move(categories), needs_period, period_days_max, history_days, {}, {}};
}

constexpr std::string_view kPortalSources = R"toml(
[[source]]
name = "members"
title_ja = "会員台帳"
title_en = "Member register"
kind = "sql"
url = "sqlite:customers.sqlite"

  [[source.query]]
  name = "by-account"
  selector = "ACCOUNT_ID"
  services = ["portal.demo"]
  categories = ["K1"]
  sql = "SELECT account, name, kana, born, address, telephone, mail, since, status FROM member WHERE account = $value LIMIT $limit"
  columns_ja = ["会員ID", "氏名", "フリガナ", "生年月日", "住所", "電話番号", "メールアドレス", "登録日", "状態"]
  columns_en = ["Account", "Name", "Kana", "Born", "Address", "Telephone", "E-mail", "Registered", "Status"]

  [[source.query]]
  name = "by-mail"
  selector = "EMAIL"
  categories = ["K1"]
  sql = "SELECT account, name, kana, born, address, telephone, mail, since, status FROM member WHERE mail = $value LIMIT $limit"
  columns_ja = ["会員ID", "氏名", "フリガナ", "生年月日", "住所", "電話番号", "メールアドレス", "登録日", "状態"]
  columns_en = ["Account", "Name", "Kana", "Born", "Address", "Telephone", "E-mail", "Registered", "Status"]

[[source]]
name = "by-hand"
title_ja = "手作業(倉庫の書類)"
title_en = "By hand (archived papers)"
kind = "hand"

  [[source.query]]
  name = "auction-papers"
  selector = "AUCTION_NUMBER"
  services = ["portal.demo"]
  categories = ["K1", "K8"]
  columns_ja = ["出品者の会員ID", "落札日", "備考"]
  columns_en = ["Seller's account", "Sold on", "Remark"]
)toml";

constexpr std::string_view kInternetSources = R"toml(
[[source]]
name = "subscribers"
title_ja = "契約者台帳"
title_en = "Subscriber register"
kind = "sql"
url = "sqlite:customers.sqlite"

  [[source.query]]
  name = "by-contract"
  selector = "CONTRACT_NUMBER"
  services = ["net.demo"]
  categories = ["K1"]
  sql = "SELECT contract, name, kana, address, telephone, mail, plan, since FROM subscriber WHERE contract = $value LIMIT $limit"
  columns_ja = ["契約番号", "氏名", "フリガナ", "住所", "電話番号", "メールアドレス", "プラン", "契約日"]
  columns_en = ["Contract", "Name", "Kana", "Address", "Telephone", "E-mail", "Plan", "Since"]

  [[source.query]]
  name = "by-mail"
  selector = "EMAIL"
  categories = ["K1"]
  sql = "SELECT contract, name, kana, address, telephone, mail, plan, since FROM subscriber WHERE mail = $value LIMIT $limit"
  columns_ja = ["契約番号", "氏名", "フリガナ", "住所", "電話番号", "メールアドレス", "プラン", "契約日"]
  columns_en = ["Contract", "Name", "Kana", "Address", "Telephone", "E-mail", "Plan", "Since"]
)toml";

constexpr std::string_view kMobileSources = R"toml(
[[source]]
name = "lines"
title_ja = "回線台帳"
title_en = "Line register"
kind = "sql"
url = "sqlite:customers.sqlite"

  [[source.query]]
  name = "by-number"
  selector = "TELEPHONE"
  categories = ["K1"]
  sql = "SELECT telephone, name, kana, born, address, payment, since FROM line WHERE telephone = $value LIMIT $limit"
  columns_ja = ["電話番号", "氏名", "フリガナ", "生年月日", "住所", "支払方法", "契約日"]
  columns_en = ["Telephone", "Name", "Kana", "Born", "Address", "Payment", "Since"]
)toml";

constexpr std::string_view kBankSources = R"toml(
[[source]]
name = "accounts"
title_ja = "預金口座"
title_en = "Deposit accounts"
kind = "sql"
url = "sqlite:customers.sqlite"

  [[source.query]]
  name = "holder-and-movements"
  selector = "BANK_ACCOUNT"
  categories = ["K1", "K7"]
  sql = "SELECT a.number, a.name, a.address, a.telephone, m.day, m.kind, m.amount, m.partner FROM account a LEFT JOIN movement m ON m.number = a.number AND ($from IS NULL OR m.day >= substr($from, 1, 10)) AND ($until IS NULL OR m.day <= substr($until, 1, 10)) WHERE a.number = substr($value, -7) ORDER BY m.day LIMIT $limit"
  columns_ja = ["口座番号", "名義", "住所", "電話番号", "日付", "区分", "金額", "相手先"]
  columns_en = ["Number", "Holder", "Address", "Telephone", "Day", "Kind", "Amount", "Partner"]
)toml";

constexpr std::string_view kCryptoSources = R"toml(
[[source]]
name = "holders"
title_ja = "口座名義人・移転記録"
title_en = "Holders and transfers"
kind = "sql"
url = "sqlite:customers.sqlite"

  [[source.query]]
  name = "holder-and-transfers"
  selector = "ACCOUNT_ID"
  services = ["coin.demo"]
  categories = ["K1", "K7"]
  sql = "SELECT h.account, h.name, h.address, h.telephone, t.at, t.direction, t.asset, t.amount, t.partner FROM holder h LEFT JOIN transfer t ON t.account = h.account AND ($from IS NULL OR t.at >= substr($from, 1, 10)) AND ($until IS NULL OR t.at <= substr($until, 1, 10)) WHERE h.account = $value ORDER BY t.at LIMIT $limit"
  columns_ja = ["口座", "名義", "住所", "電話番号", "日時", "方向", "資産", "数量", "相手先"]
  columns_en = ["Account", "Holder", "Address", "Telephone", "At", "Direction", "Asset", "Amount", "Partner"]
)toml";

std::vector<DemoOrganisation> make() {
  std::vector<DemoOrganisation> out;
  out.push_back({"kakuu-police.demo",
                 "架空県警察",
                 "Kakuu Prefectural Police (invented)",
                 "架空県架空市本町1-1-1",
                 "+81-00-0000-0110",
                 party::Side::AGENCY,
                 "police",
                 {{"cyber", "サイバー犯罪対策課", "Cybercrime Division", "架警サ", true},
                  {"central", "架空中央警察署", "Kakuu Central Station", "架中央", true}},
                 police_people("cyber", "central"),
                 {{"auction", "令8サ-101", "ネットオークション利用詐欺事件", "詐欺"},
                  {"transfer", "令8サ-117", "還付金名目の特殊詐欺事件", "詐欺"},
                  {"access", "令8サ-123", "不正アクセス事件", "不正アクセス行為の禁止等に関する法律違反"},
                  {"threat", "令8サ-130", "掲示板への脅迫投稿事件", "脅迫"},
                  {"station", "令8中-044", "中古品売買に係る詐欺事件", "詐欺"}},
                 std::nullopt,
                 {},
                 {}});
  out.push_back(
      {"mihon-police.demo",
       "見本県警察",
       "Mihon Prefectural Police (invented)",
       "見本県見本市中央2-2-2",
       "+81-00-0000-0220",
       party::Side::AGENCY,
       "police",
       {{"cyber", "生活経済課", "Economic Crime Division", "見警生", true}, {"central", "見本北警察署", "Mihon North Station", "見北", true}},
       police_people("cyber", "central"),
       {{"transfer", "令8生-055", "還付金名目の特殊詐欺事件", "詐欺"},
        {"crypto", "令8生-061", "暗号資産を用いた資金洗浄事件", "組織的な犯罪の処罰及び犯罪収益の規制等に関する法律違反"},
        {"missing", "令8生-064", "携帯電話の不正契約事件", "携帯電話不正利用防止法違反"}},
       std::nullopt,
       {},
       {}});
  out.push_back(
      {"portal.demo",
       "例示ポータル株式会社",
       "Example Portal Inc. (invented)",
       "仮名市港3-3-3",
       "+81-00-0000-0301",
       party::Side::PROVIDER,
       "portal",
       {},
       provider_people(),
       {},
       store::CustomerKind::PORTAL,
       {entry(SelectorType::ACCOUNT_ID, {"portal.demo"}, {Category::K1, Category::K2, Category::K3}), entry(SelectorType::EMAIL, {}, {Category::K1}),
        entry(SelectorType::AUCTION_NUMBER, {"portal.demo"}, {Category::K1, Category::K8}), entry(SelectorType::URL, {}, {Category::K2})},
       kPortalSources});
  out.push_back({"net.demo",
                 "見本ネット株式会社",
                 "Mihon Net Inc. (invented)",
                 "模擬市中央4-4-4",
                 "+81-00-0000-0302",
                 party::Side::PROVIDER,
                 "internet",
                 {},
                 provider_people(),
                 {},
                 store::CustomerKind::INTERNET,
                 {entry(SelectorType::CONTRACT_NUMBER, {"net.demo"}, {Category::K1}), entry(SelectorType::EMAIL, {}, {Category::K1}),
                  entry(SelectorType::IP_ADDRESS, {}, {Category::K1, Category::K2, Category::K3}, false, 30, 180)},
                 kInternetSources});
  out.push_back({"mvno.demo",
                 "例モバイル株式会社",
                 "Rei Mobile Inc. (invented)",
                 "標本村上5-5-5",
                 "+81-00-0000-0303",
                 party::Side::PROVIDER,
                 "mobile",
                 {},
                 provider_people(),
                 {},
                 store::CustomerKind::MOBILE,
                 {entry(SelectorType::TELEPHONE, {}, {Category::K1})},
                 kMobileSources});
  out.push_back({"bank.demo",
                 "架空銀行株式会社",
                 "Kakuu Bank (invented)",
                 "架空市例示町6-6-6",
                 "+81-00-0000-0304",
                 party::Side::PROVIDER,
                 "bank",
                 {},
                 provider_people(),
                 {},
                 store::CustomerKind::BANK,
                 {entry(SelectorType::BANK_ACCOUNT, {}, {Category::K1, Category::K7}, false, 366, 3650)},
                 kBankSources});
  out.push_back({"coin.demo",
                 "例示暗号資産取引所株式会社",
                 "Example Coin Exchange (invented)",
                 "作例市港7-7-7",
                 "+81-00-0000-0305",
                 party::Side::PROVIDER,
                 "crypto",
                 {},
                 provider_people(),
                 {},
                 store::CustomerKind::CRYPTO,
                 {entry(SelectorType::ACCOUNT_ID, {"coin.demo"}, {Category::K1, Category::K7}, false, 93, 2500),
                  entry(SelectorType::CRYPTO_ADDRESS, {}, {Category::K1, Category::K7}, true, 93, 2500)},
                 kCryptoSources});
  return out;
}

}  // namespace

const std::vector<DemoOrganisation>& demo_organisations() {
  static const std::vector<DemoOrganisation> organisations = make();
  return organisations;
}

}  // namespace warifu::app
